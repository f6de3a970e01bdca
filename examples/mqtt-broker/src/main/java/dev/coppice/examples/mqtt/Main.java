package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Config;
import dev.coppice.kernel.Node;
import dev.coppice.observe.Observer;
import dev.coppice.otp.Child;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// `./coppice broker`: serves until it is told to end (SIGTERM, SIGINT), then stops in order.
@Command(
        name = "broker",
        mixinStandardHelpOptions = true,
        description = "An MQTT 3.1.1 broker whose every connection and session is a supervised actor.")
public final class Main implements Runnable {
    @Mixin private Settings settings = new Settings();

    @Option(
            names = "--observer",
            defaultValue = "4000",
            paramLabel = "PORT|off",
            description = "where the observer's page is, on 127.0.0.1; 0 for any free port (${DEFAULT-VALUE})")
    private String observer = "4000";

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
            Node.run(broker.tree(observer()), Config.defaults().name("mqtt-broker"));
        }
    }

    private Settings checked() {
        try {
            return settings.checked();
        } catch (IllegalArgumentException e) {
            throw wrong(e);
        }
    }

    private List<Child> observer() {
        if (observer.equals("off")) {
            return List.of();
        }
        try {
            return List.of(Child.of(Observer.on(Integer.parseInt(observer)).timedEvery(64).recipe()));
        } catch (NumberFormatException e) {
            throw wrong(new IllegalArgumentException("--observer must be a port or off, was " + observer, e));
        } catch (IllegalArgumentException e) {
            throw wrong(new IllegalArgumentException("--observer: " + e.getMessage(), e));
        }
    }

    private ParameterException wrong(IllegalArgumentException why) {
        return new ParameterException(new CommandLine(this), String.valueOf(why.getMessage()), why);
    }
}
