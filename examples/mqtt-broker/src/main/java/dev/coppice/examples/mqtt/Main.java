package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Node;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/// `./coppice broker`: serves until it is told to end (SIGTERM, SIGINT), then stops in order.
@Command(
        name = "broker",
        mixinStandardHelpOptions = true,
        description = "An MQTT 3.1.1 broker whose every connection and session is a supervised actor.")
public final class Main implements Runnable {
    @Mixin private Settings settings = new Settings();

    private Main() {}

    public static void main(String[] args) {
        int status = new CommandLine(new Main()).execute(args);
        if (status != 0) {
            System.exit(status);
        }
    }

    @Override
    public void run() {
        try (var broker = new Broker(checked())) {
            Node.run(broker.tree());
        }
    }

    private Settings checked() {
        try {
            return settings.checked();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(new CommandLine(this), String.valueOf(e.getMessage()), e);
        }
    }
}
