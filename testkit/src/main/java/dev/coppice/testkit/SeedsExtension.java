package dev.coppice.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/// Runs the tests that are marked with [Seeds]. The method is not invoked by JUnit but as a scenario, so that it can be run again with
/// fewer faults.
final class SeedsExtension implements TestTemplateInvocationContextProvider {

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        var seeds = AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), Seeds.class).orElseThrow();
        var failed = new AtomicBoolean();
        return Exploring.seeds(seeds.first(), seeds.value())
                .takeWhile(_ -> !failed.get())
                .mapToObj(seed -> new OneSeed(seed, failed));
    }

    private record OneSeed(long seed, AtomicBoolean failed)
            implements TestTemplateInvocationContext, ParameterResolver, InvocationInterceptor {

        @Override
        public String getDisplayName(int index) {
            return "seed " + seed;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        /// Of the test method alone: a `@BeforeEach` would prepare another world than the one that the test runs in.
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == World.class
                    && parameter.getDeclaringExecutable().equals(context.getRequiredTestMethod());
        }

        /// Stands in for the worlds that the runs make.
        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return World.seeded(seed);
        }

        @Override
        public void interceptTestTemplateMethod(
                Invocation<@Nullable Void> invocation,
                ReflectiveInvocationContext<Method> method,
                ExtensionContext context) {
            invocation.skip();
            var aborted = new AtomicReference<@Nullable TestAbortedException>();
            try {
                Exploring.explore(seed, world -> invoke(method, world, aborted), command(method));
            } catch (AssertionError failure) {
                failed.set(true);
                throw failure;
            }
            if (aborted.get() != null) {
                throw aborted.get();
            }
        }

        /// Of the class that runs, which may have inherited the method.
        private String command(ReflectiveInvocationContext<Method> method) {
            var type = method.getTargetClass();
            return Exploring.command(seed, Exploring.simple(type.getName()) + "#" + method.getExecutable().getName());
        }

        /// An assumption that does not hold is no failure: the test ends here and is told as aborted.
        private static void invoke(
                ReflectiveInvocationContext<Method> method,
                World world,
                AtomicReference<@Nullable TestAbortedException> aborted)
                throws Exception {
            var arguments = method.getArguments().stream().map(a -> a instanceof World ? world : a).toArray();
            try {
                var test = method.getExecutable();
                test.setAccessible(true);
                test.invoke(method.getTarget().orElse(null), arguments);
            } catch (InvocationTargetException thrown) {
                switch (thrown.getCause()) {
                    case TestAbortedException assumption -> aborted.set(assumption);
                    case Exception exception -> throw exception;
                    case Error error -> throw error;
                    case null, default -> throw thrown;
                }
            }
        }
    }
}
