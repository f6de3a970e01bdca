package dev.coppice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.InvocationInterceptor.Invocation;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

/// The extension in the hands of a JUnit that is played: a test that fails, or is aborted, is none of this suite's.
@Tag("#134")
class SeedsExtensionTest {

    /// Not for JUnit, since it is private.
    private abstract static class Samples {
        @Seeds(3)
        void assumes_what_is_not_so(World world) {
            assumeTrue(world.seed() < 0, "a world of another kind");
        }

        @Seeds(3)
        void fails(World world) {
            throw new IllegalStateException("seed " + world.seed());
        }

        /// As a method that JUnit runs before each test.
        void prepares(World world) {
            world.settle();
        }
    }

    private static final class MoreSamples extends Samples {}

    @Test
    void an_assumption_that_does_not_hold_aborts_the_test_and_is_no_failure() {
        assertThatThrownBy(() -> run("assumes_what_is_not_so"))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("a world of another kind");
    }

    @Test
    void the_command_of_an_inherited_test_names_the_class_that_runs() {
        assertThatThrownBy(() -> run("fails"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-Dtest='SeedsExtensionTest$MoreSamples#fails' -Dcoppice.seed=0");
    }

    /// Another world than the one that its test gets.
    @Test
    void a_world_is_for_the_test_method_alone() throws Exception {
        var test = Samples.class.getDeclaredMethod("fails", World.class);
        var other = Samples.class.getDeclaredMethod("prepares", World.class);
        assertThat(offersWorld(test, test)).isTrue();
        assertThat(offersWorld(test, other)).isFalse();
    }

    private static boolean offersWorld(Method test, Method asks) {
        var context = played(ExtensionContext.class, Map.of("getRequiredTestMethod", test));
        var parameter =
                played(
                        ParameterContext.class,
                        Map.of("getParameter", asks.getParameters()[0], "getDeclaringExecutable", asks));
        var seed = new SeedsExtension().provideTestTemplateInvocationContexts(context).findFirst().orElseThrow();
        var resolver = (ParameterResolver) seed.getAdditionalExtensions().getFirst();
        return resolver.supportsParameter(parameter, context);
    }

    /// Its first seed.
    private static void run(String name) throws Throwable {
        var method = Samples.class.getDeclaredMethod(name, World.class);
        var context = played(ExtensionContext.class, Map.of("getRequiredTestMethod", method));
        var seed = new SeedsExtension().provideTestTemplateInvocationContexts(context).findFirst().orElseThrow();
        var interceptor = (InvocationInterceptor) seed.getAdditionalExtensions().getFirst();
        @SuppressWarnings("unchecked") // a proxy knows no type arguments
        Invocation<Void> invocation = played(Invocation.class, Map.of());
        interceptor.interceptTestTemplateMethod(invocation, invoking(method), context);
    }

    @SuppressWarnings("unchecked") // a proxy knows no type arguments
    private static ReflectiveInvocationContext<Method> invoking(Method method) {
        return played(
                ReflectiveInvocationContext.class,
                Map.of(
                        "getTargetClass",
                        MoreSamples.class,
                        "getTarget",
                        Optional.of(new MoreSamples()),
                        "getExecutable",
                        method,
                        "getArguments",
                        List.of(World.seeded(0))));
    }

    private static <T> T played(Class<T> type, Map<String, Object> answers) {
        InvocationHandler answer = (_, method, _) -> answers.get(method.getName());
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answer));
    }
}
