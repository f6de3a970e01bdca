/// Supervisors, tasks and the other behaviours, each a server built on the kernel's exported API alone.
module dev.coppice.otp {
    requires transitive dev.coppice.kernel;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.coppice.otp;
}
