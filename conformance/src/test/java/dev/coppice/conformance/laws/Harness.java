package dev.coppice.conformance.laws;

import dev.coppice.testkit.Seeded;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/// Runs each [Laws] test once a scheduler; a failure's message begins with the scheduler and its seed.
final class Harness implements TestTemplateInvocationContextProvider {

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        var on = AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), Laws.class).orElseThrow().value();
        var seed = Long.getLong("coppice.seed");
        if (seed != null) {
            return Stream.of(seeded("noisy seed " + seed, () -> Seeded.noisy(seed)));
        }
        var production = Stream.of(invocation("production", Lab::production));
        var seeded =
                Stream.of(
                        seeded("seed 1", () -> Seeded.of(1)),
                        seeded("seed 2", () -> Seeded.of(2)),
                        seeded("noisy seed 3", () -> Seeded.noisy(3)),
                        seeded("noisy seed 4", () -> Seeded.noisy(4)),
                        seeded("noisy seed 5", () -> Seeded.noisy(5)));
        return switch (on) {
            case BOTH -> Stream.concat(production, seeded);
            case PRODUCTION -> production;
            case SEEDED -> seeded;
        };
    }

    private static TestTemplateInvocationContext seeded(String name, Supplier<Seeded> seeded) {
        return invocation(name, () -> Lab.on(seeded.get()));
    }

    private static TestTemplateInvocationContext invocation(String name, Supplier<Lab> labs) {
        return new TestTemplateInvocationContext() {
            @Override
            public String getDisplayName(int index) {
                return name;
            }

            @Override
            public List<Extension> getAdditionalExtensions() {
                return List.of(new OneLab(name, labs.get()));
            }
        };
    }

    /// Gives one invocation its lab, and closes it.
    private record OneLab(String name, Lab lab)
            implements ParameterResolver, AfterTestExecutionCallback, TestExecutionExceptionHandler {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Lab.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return lab;
        }

        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable failure) {
            throw new AssertionError("[" + name + "] " + failure.getMessage(), failure);
        }

        @Override
        public void afterTestExecution(ExtensionContext context) {
            try {
                lab.close(context.getExecutionException().isEmpty());
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError("[" + name + "] when closing: " + failure.getMessage(), failure);
            }
        }
    }
}
