package dev.coppice.conformance.laws;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test of a law: runs on the production scheduler and on the seeded one with several seeds. Takes a [Lab], which the harness closes
/// and searches for leaks. `-Dcoppice.seed=N` runs it on that seed only.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(Harness.class)
@interface Laws {
    /// On which schedulers.
    On value() default On.BOTH;

    enum On {
        BOTH,
        PRODUCTION,
        SEEDED
    }
}
