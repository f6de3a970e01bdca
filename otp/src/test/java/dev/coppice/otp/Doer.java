package dev.coppice.otp;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.util.ArrayList;
import java.util.List;

/// An actor that does what it is told, as itself, and keeps what else it hears.
final class Doer implements Server<Doer.Msg> {
    sealed interface Msg {}

    interface Deed<R> {
        R with(Self<Msg> self) throws Exception;
    }

    record Do<R>(Deed<R> deed) implements Msg, Call<Do<R>, R> {}

    record Heard(Object what) implements Msg {}

    record WhatWasHeard() implements Msg, Call<WhatWasHeard, List<Object>> {}

    /// What it has heard when that is so much; a down may come after the end of its actor can be seen.
    static List<Object> heard(Ref<Msg> doer, int size) {
        List<Object> heard = List.of();
        for (int i = 0; i < 100_000 && heard.size() < size; i++) {
            heard = doer.call(new WhatWasHeard());
        }
        return heard;
    }

    private final List<Object> heard = new ArrayList<>();

    @Override
    public void handle(Msg message, Self<Msg> self) throws Exception {
        switch (message) {
            case Do<?> deed -> answer(deed, self);
            case Heard(var what) -> heard.add(what);
            case WhatWasHeard ask -> self.reply(ask, List.copyOf(heard));
        }
    }

    private static <R> void answer(Do<R> deed, Self<Msg> self) throws Exception {
        self.reply(deed, deed.deed().with(self));
    }
}
