/// The observer: a node seen from outside, as metrics, health, alarms, JSON and a page in the browser.
module dev.coppice.observe {
    requires transitive dev.coppice.kernel;
    requires dev.coppice.otp;
    requires transitive micrometer.core;
    requires micrometer.registry.prometheus;
    requires io.prometheus.metrics.model;
    requires tools.jackson.databind;
    requires jdk.httpserver;
    requires java.management;
    requires jdk.jfr;
    requires jdk.management;
    requires java.net.http;
    requires org.slf4j;
    requires static info.picocli;
    requires static transitive io.opentelemetry.api;
    requires static io.opentelemetry.context;
    requires static org.jspecify;

    exports dev.coppice.observe;

    // Its records become JSON, its command's options are set by reflection.
    opens dev.coppice.observe to
            tools.jackson.databind,
            info.picocli;
}
