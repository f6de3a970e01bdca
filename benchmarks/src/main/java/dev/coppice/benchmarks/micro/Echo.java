package dev.coppice.benchmarks.micro;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;

/// Answers, and forgets everything else.
final class Echo implements Server<Echo.Message> {
    sealed interface Message {}

    record Ask(int value) implements Message, Call<Ask, Integer> {}

    enum Note implements Message {
        NOTE
    }

    @Override
    public void handle(Message message, Self<Message> self) {
        if (message instanceof Ask ask) {
            self.reply(ask, ask.value());
        }
    }
}
