package dev.coppice.otp;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.otp.Child.Shutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// How supervisors end their children: told to exit, waited for, killed when late, and waited for again. They stay linked until they have
/// gone, so that a supervisor that is itself killed meanwhile leaves nobody behind.
final class Shutdowns {
    private Shutdowns() {}

    /// An actor to end, how, and with which reason.
    record Order(Pid<?> pid, Shutdown how, ExitReason reason) {}

    /// Ends all of them together, each within its own limit from now; gives the reasons in the same order.
    static List<ExitReason> together(List<Order> orders, LongSupplier clock) {
        long begun = clock.getAsLong();
        orders.forEach(Shutdowns::tell);
        var reasons = new ArrayList<ExitReason>();
        for (var order : orders) {
            reasons.add(await(order, begun, clock));
        }
        return reasons;
    }

    private static void tell(Order order) {
        if (order.how() instanceof Shutdown.Brutal) {
            order.pid().kill();
        } else {
            order.pid().exit(order.reason());
        }
    }

    private static ExitReason await(Order order, long begun, LongSupplier clock) {
        if (order.how() instanceof Shutdown.After(Duration limit)) {
            var left = limit.minusNanos(clock.getAsLong() - begun);
            var gone = order.pid().await(left.isNegative() ? Duration.ZERO : left);
            if (gone.isPresent()) {
                return gone.get();
            }
            order.pid().kill();
        }
        return order.pid().await();
    }

    /// Whether the actor ended as it was told.
    static boolean asTold(Order order, ExitReason reason) {
        return order.how() instanceof Shutdown.Brutal
                ? reason instanceof ExitReason.Killed
                : reason.clean() || reason.equals(order.reason());
    }

    /// The recipe with the same limit, for the case that the kernel has to stop the actor because its supervisor died.
    static <M> Recipe<M> limit(Recipe<M> recipe, Shutdown how) {
        return switch (how) {
            case Shutdown.Brutal() -> recipe.stopWithin(Duration.ofMillis(1));
            case Shutdown.After(Duration limit) -> recipe.stopWithin(limit);
            case Shutdown.Infinite() -> recipe.stopWithin(Limits.FOREVER);
        };
    }
}
