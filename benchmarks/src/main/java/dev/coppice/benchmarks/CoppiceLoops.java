package dev.coppice.benchmarks;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.util.function.Supplier;

/// Coppice, each actor a [Loop]: straight-line code that keeps its virtual thread.
final class CoppiceLoops extends Coppice {

    @Override
    Actor<Object> recipe(Body<Ref<Object>, Self<Object>> body) {
        Loop<Object> loop = self -> receiveAll(body, self);
        return loop;
    }

    @Override
    Actor<Object> initialised(Supplier<Body<Ref<Object>, Self<Object>>> body) {
        Loop<Object> loop =
                self -> {
                    var made = body.get();
                    made.init(self);
                    self.ready();
                    receiveAll(made, self);
                };
        return loop.recipe().acknowledged();
    }

    private static void receiveAll(Body<Ref<Object>, Self<Object>> body, Self<Object> self) throws Exception {
        boolean ends;
        do {
            ends = body.handle(self.receive(), self);
        } while (!ends);
    }
}
