package dev.coppice.conformance.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Dependencies point one way: kernel, then otp, then the rest; what is `internal` stays in its room.
class Rooms {
    private static final List<String> BELOW =
            List.of(
                    "java..",
                    "javax..",
                    "jdk.jfr..",
                    "jdk.management..",
                    "com.sun.management..",
                    "org.slf4j..",
                    "org.jspecify..");
    private static final String KERNEL = "dev.coppice.kernel..";
    private static final String OTP = "dev.coppice.otp..";

    /// For `@Seeds` only.
    private static final String JUNIT = "org.junit..";

    /// What JUnit is told by an exception.
    private static final String OPENTEST = "org.opentest4j..";

    private static final String TESTKIT = "dev.coppice.testkit..";
    private static final String GUARD = "dev.coppice.guard..";
    private static final String OBSERVE = "dev.coppice.observe..";

    /// What the observer stands on; see its pom.
    private static final String[] OBSERVES_WITH = {
        "com.sun.net.httpserver..",
        "io.micrometer..",
        "io.prometheus.metrics.model..",
        "tools.jackson..",
        "picocli..",
        "io.opentelemetry.."
    };

    private static final List<Path> OUTPUTS =
            Tree.rooms().stream()
                    .filter(room -> !room.endsWith("benchmarks")) // measures the kernel from within its package
                    .map(room -> room.resolve("target/classes"))
                    .filter(Files::isDirectory)
                    .toList();
    private static final JavaClasses CODE = new ClassFileImporter().importPaths(OUTPUTS);

    @Test
    void these_rules_look_at_compiled_code() {
        assertThat(OUTPUTS)
                .contains(Tree.ROOT.resolve("kernel/target/classes"), Tree.ROOT.resolve("otp/target/classes"));
        assertThat(CODE.size()).isGreaterThan(50);
    }

    @Test
    void the_kernel_needs_nothing_but_the_jdk_and_slf4j() {
        check(
                classes()
                        .that()
                        .resideInAPackage(KERNEL)
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(with(KERNEL)));
    }

    @Test
    void otp_needs_nothing_but_the_kernel() {
        check(
                classes()
                        .that()
                        .resideInAPackage(OTP)
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(with(KERNEL, OTP)));
    }

    @Test
    void the_testkit_needs_nothing_but_kernel_otp_and_junit() {
        check(
                classes()
                        .that()
                        .resideInAPackage(TESTKIT)
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(with(KERNEL, OTP, TESTKIT, JUNIT, OPENTEST)));
    }

    @Test
    void the_guards_need_nothing_but_the_kernel() {
        check(
                classes()
                        .that()
                        .resideInAPackage(GUARD)
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(with(KERNEL, GUARD)));
    }

    @Test
    void the_observer_needs_kernel_otp_and_its_libraries() {
        check(
                classes()
                        .that()
                        .resideInAPackage(OBSERVE)
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(
                                Stream.concat(Stream.of(with(KERNEL, OTP, OBSERVE)), Stream.of(OBSERVES_WITH))
                                        .toArray(String[]::new)));
    }

    @Test
    void nothing_depends_on_examples() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage("dev.coppice.examples..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.coppice.examples.."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel", "otp", "testkit", "guard", "observe"})
    void what_is_internal_stays_in_its_room(String room) {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage("dev.coppice." + room + "..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.coppice." + room + ".internal.."));
    }

    /// `permits` must name the implementations; no signature that an outsider can call may.
    @Test
    void no_exported_signature_shows_an_internal_type() {
        var shown =
                methods()
                        .that()
                        .arePublic()
                        .and()
                        .areDeclaredInClassesThat()
                        .resideOutsideOfPackage("..internal..")
                        .and()
                        .areDeclaredInClassesThat()
                        .arePublic();
        check(shown.should().notHaveRawReturnType(internal()));
        check(shown.should().notHaveRawParameterTypes(DescribedPredicate.anyElementThat(internal())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel", "otp", "testkit", "guard", "observe"})
    void a_room_has_one_public_package_at_most_one_spi_and_one_internal(String room) {
        assertThat(
                        CODE.stream()
                                .map(JavaClass::getPackageName)
                                .filter(name -> name.startsWith("dev.coppice." + room))
                                .distinct())
                .isSubsetOf("dev.coppice." + room, "dev.coppice." + room + ".spi", "dev.coppice." + room + ".internal");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernel", "otp", "testkit", "guard", "observe"})
    void a_room_exports_its_public_package_and_spi_only(String room) {
        var module =
                ModuleFinder.of(Tree.ROOT.resolve(room).resolve("target/classes"))
                        .find("dev.coppice." + room)
                        .orElseThrow()
                        .descriptor();
        assertThat(module.exports())
                .extracting(ModuleDescriptor.Exports::source)
                .contains("dev.coppice." + room)
                .isSubsetOf("dev.coppice." + room, "dev.coppice." + room + ".spi");
    }

    private static DescribedPredicate<JavaClass> internal() {
        return JavaClass.Predicates.resideInAPackage("..internal..");
    }

    private static String[] with(String... rooms) {
        return Stream.concat(BELOW.stream(), Stream.of(rooms)).toArray(String[]::new);
    }

    /// A room that holds no class yet breaks no rule.
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CODE);
    }
}
