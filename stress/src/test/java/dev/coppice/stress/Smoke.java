package dev.coppice.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.infra.runners.TestList;

/// What of `./coppice stress` is cheap: each test accepts what its actors do one after the other, and the model checker works here.
class Smoke {

    static Stream<String> continuous() {
        return TestList.tests().stream()
                .filter(test -> !test.endsWith("LostWakeUp") && !test.endsWith("MissingFence"))
                .filter(test -> type(test).getAnnotation(JCStressTest.class).value() != Mode.Termination);
    }

    @ParameterizedTest
    @MethodSource("continuous")
    void a_test_accepts_its_actors_one_after_the_other_in_either_order(String test) throws Exception {
        var actors = methods(type(test), Actor.class);
        var backwards = actors.reversed();
        assertThat(accepted(type(test))).contains(outcome(type(test), actors)).contains(outcome(type(test), backwards));
    }

    @Test
    @Tag("#135")
    void the_model_checker_finds_the_planted_lost_wake_up() {
        var found = Models.check(Models.LOST_WAKE_UP, new Models.Effort(10, 200));
        assertThat(found)
                .hasValueSatisfying(order -> assertThat(order).contains("no_mail_waits_beside_an_actor_at_rest"));
        assertThatCode(() -> Models.check(Models.SOUND, new Models.Effort(2, 100))).doesNotThrowAnyException();
    }

    private static Class<?> type(String test) {
        int nested = test.lastIndexOf('.');
        try {
            return Class.forName(test.substring(0, nested) + "$" + test.substring(nested + 1));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("no class of the test " + test, e);
        }
    }

    private static List<Method> methods(Class<?> type, Class<? extends Annotation> annotation) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(annotation))
                .sorted((one, other) -> one.getName().compareTo(other.getName()))
                .toList();
    }

    private static List<String> accepted(Class<?> type) {
        return Arrays.stream(type.getAnnotationsByType(Outcome.class))
                .filter(outcome -> outcome.expect() == Expect.ACCEPTABLE)
                .flatMap(outcome -> Arrays.stream(outcome.id()))
                .toList();
    }

    private static String outcome(Class<?> type, List<Method> actors) throws Exception {
        var state = type.getConstructor().newInstance();
        var steps = new ArrayList<>(actors);
        steps.addAll(methods(type, Arbiter.class));
        Object result = null;
        for (var step : steps) {
            if (step.getParameterCount() == 1 && result == null) {
                result = step.getParameterTypes()[0].getConstructor().newInstance();
            }
            step.invoke(state, step.getParameterCount() == 1 ? new Object[] {result} : new Object[0]);
        }
        return String.valueOf(result);
    }
}
