/// Probes, leak assertions and virtual time for tests of actors.
module dev.coppice.testkit {
    requires transitive dev.coppice.otp;
    requires static org.jspecify;

    exports dev.coppice.testkit;
}
