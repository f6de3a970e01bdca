/// Probes, leak assertions and virtual time for tests of actors.
module dev.coppice.testkit {
    requires transitive dev.coppice.otp;
    requires static org.jspecify;
    // For @Seeds only: whoever uses that has JUnit.
    requires static org.junit.jupiter.api;

    exports dev.coppice.testkit;
}
