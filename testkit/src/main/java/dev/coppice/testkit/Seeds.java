package dev.coppice.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/// A JUnit test that runs once for each of so many seeds, in a [World] of its own, which it gets as its parameter. The first seed that
/// fails is told with the command that replays it, the faults that it needs and what happened; the seeds after it are left out.
///
/// ```java
/// @Seeds(1000)
/// void no_money_is_lost(World world) {
///   world.start(Bank.TREE);
///   world.unleash(Chaos.of(Fault.CRASH, Fault.KILL));
///   …
/// }
/// ```
///
/// With the system property `coppice.seed` it runs that seed alone. The test method may be run several times for one seed, to shrink a
/// failing plan: what it needs it makes itself, from the world.
///
/// Needs JUnit Jupiter, which this module does not bring along.
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(SeedsExtension.class)
public @interface Seeds {

    /// How many.
    int value() default 100;

    /// The first of them.
    long first() default 0;
}
