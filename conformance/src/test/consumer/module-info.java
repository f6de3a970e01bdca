/// Somebody else's program, compiled and run by the house tests against the packed jars.
module outside.consumer {
    requires dev.coppice.kernel;
    requires dev.coppice.otp;
}
