/// An MQTT 3.1.1 broker whose every connection and session is a supervised actor.
@NullMarked
package dev.coppice.examples.mqtt;

import org.jspecify.annotations.NullMarked;
