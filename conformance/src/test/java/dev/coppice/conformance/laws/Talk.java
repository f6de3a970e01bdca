package dev.coppice.conformance.laws;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.util.function.Consumer;

/// The protocol that the tests of the laws speak.
sealed interface Talk {
    /// Something to note.
    record Note(String text) implements Talk {}

    /// Another kind of message.
    record Mark(int n) implements Talk {}

    /// A question.
    record Ask(String text) implements Talk, Call<Ask, String> {}

    /// Asks whether all before it is handled.
    record Sync() implements Talk, Call<Sync, Done> {}

    /// Tells it to do something.
    record Do(Deed deed) implements Talk {}

    /// Tells it to do something, and to answer when it is done.
    record DoNow(Deed deed) implements Talk, Call<DoNow, Done> {}

    record Gone(Down down) implements Talk {}

    record Broke(Exit exit) implements Talk {}

    record Came(Outcome<String> outcome) implements Talk {}

    record Crashing(String why) implements Talk {}

    interface Deed {
        void run(Self<Talk> self) throws Exception;
    }

    /// A failure that a test causes.
    final class Boom extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Boom(String why) {
            super(why);
        }
    }

    interface Handler {
        void handle(Talk message, Self<Talk> self) throws Exception;
    }

    /// A server that does what it is told, echoes questions, and ignores the rest.
    static Recipe<Talk> puppet() {
        return server((_, _) -> {});
    }

    /// A server that does what it is told, and gives the rest to the handler. An `Ask` that the handler leaves alone is unanswered.
    static Recipe<Talk> server(Handler handler) {
        return Server.of(() -> (message, self) -> obey(message, self, handler));
    }

    /// The same as a loop.
    static Recipe<Talk> loop(Handler handler) {
        Loop<Talk> loop =
                self -> {
                    while (true) {
                        obey(self.receive(), self, handler);
                    }
                };
        return loop.recipe();
    }

    /// A server that answers each question with its text.
    static Recipe<Talk> echo() {
        return server((message, self) -> {
            if (message instanceof Ask ask) {
                self.reply(ask, ask.text());
            }
        });
    }

    private static void obey(Talk message, Self<Talk> self, Handler handler) throws Exception {
        switch (message) {
            case Do(Deed deed) -> deed.run(self);
            case DoNow now -> {
                now.deed().run(self);
                self.done(now);
            }
            case Sync sync -> self.done(sync);
            case Crashing(String why) -> throw new Boom(why);
            default -> handler.handle(message, self);
        }
    }

    static ExitReason shutdown(String note) {
        return new ExitReason.Shutdown(note);
    }

    static ExitReason.Crashed crashed(String why) {
        return new ExitReason.Crashed(new Boom(why));
    }

    /// An actor that says its name when it terminates.
    static Recipe<Talk> saying(String name, Consumer<String> ear) {
        return Server.<Talk>of(() ->
                        new Server<Talk>() {
                            @Override
                            public void handle(Talk message, Self<Talk> self) throws Exception {
                                if (message instanceof Do(Deed deed)) {
                                    deed.run(self);
                                }
                            }

                            @Override
                            public void terminate(ExitReason reason, Self<Talk> self) {
                                ear.accept(name);
                            }
                        })
                .labelled(name);
    }
}
