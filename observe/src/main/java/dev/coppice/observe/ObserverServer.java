package dev.coppice.observe;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The observer's actor: owns the facts and the port, ticks once a second, and hears what raises alarms.
final class ObserverServer implements Server<Observer.Msg> {
    private static final Logger LOG = LoggerFactory.getLogger(Observer.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);

    /// Seldom enough for a mailbox, and the order in which they are told matters.
    private static final List<Class<? extends NodeEvent>> ALARMING =
            List.of(
                    NodeEvent.HighWater.class,
                    NodeEvent.LowWater.class,
                    NodeEvent.SlowHandler.class,
                    NodeEvent.Unkillable.class,
                    NodeEvent.Restarted.class,
                    NodeEvent.RestartStorm.class,
                    NodeEvent.GaveUp.class);

    private final Observer rules;
    private @Nullable Facts facts;
    private Optional<URI> address = Optional.empty();

    ObserverServer(Observer rules) {
        this.rules = rules;
    }

    @Override
    public void init(Self<Observer.Msg> self) throws IOException {
        var made = new Facts(self.node(), rules, self.pid().info().parent().isPresent());
        facts = made;
        self.own(made);
        for (var type : ALARMING) {
            self.own(self.node().subscribe(type, self.pid().via(Observer.Heard::new))::cancel);
        }
        if (rules.hasPage()) {
            var web = Web.start(made, rules);
            self.own(web);
            address = Optional.of(web.address());
            LOG.atInfo().addKeyValue("address", web.address()).log("observer");
        }
        self.sendEvery(PERIOD, new Observer.Tick());
    }

    @Override
    public void handle(Observer.Msg msg, Self<Observer.Msg> self) {
        var known = requireNonNull(facts);
        switch (msg) {
            case Observer.GetAddress get -> self.reply(get, address);
            case Observer.GetFacts get -> self.reply(get, known);
            case Observer.Tick _ -> known.tick();
            case Observer.Heard(var event) -> known.hear(event);
        }
    }

    @Override
    public void terminate(ExitReason reason, Self<Observer.Msg> self) {
        LOG.atInfo().addKeyValue("reason", reason).log("observer ends");
    }
}
