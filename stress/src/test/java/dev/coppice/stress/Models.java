package dev.coppice.stress;

import dev.coppice.kernel.internal.InboxModel;
import dev.coppice.kernel.internal.PlaceModel;
import dev.coppice.kernel.internal.SlotModel;
import java.util.List;
import java.util.Optional;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;

/// The model checker's part: every order of steps, within bounds, of small scenarios made at random.
final class Models {
    /// How hard to look: scenarios, and orders of each.
    record Effort(int scenarios, int orders) {}

    /// @param specification what it must be equal to, one operation after the other; empty where it only validates itself
    record Model(Class<?> test, Optional<Class<?>> specification) {}

    static final List<Model> KERNEL =
            List.of(
                    new Model(InboxModel.class, Optional.empty()),
                    new Model(PlaceModel.class, Optional.of(PlaceModel.Queue.class)),
                    new Model(SlotModel.class, Optional.of(SlotModel.Held.class)));
    static final Model SOUND = new Model(TwinModel.Sound.class, Optional.empty());
    static final Model LOST_WAKE_UP = new Model(TwinModel.LostWakeUp.class, Optional.empty());

    private Models() {}

    /// The failing order of steps; empty when none was found.
    static Optional<String> check(Model model, Effort effort) {
        var options =
                new ModelCheckingOptions()
                        .iterations(effort.scenarios())
                        .invocationsPerIteration(effort.orders())
                        .threads(2)
                        .actorsPerThread(3)
                        .actorsBefore(2)
                        .actorsAfter(2);
        model.specification()
                .ifPresentOrElse(options::sequentialSpecification, () -> options.verifier(EpsilonVerifier.class));
        try {
            options.check(model.test());
            return Optional.empty();
        } catch (LincheckAssertionError found) {
            return Optional.of(String.valueOf(found.getMessage()));
        }
    }
}
