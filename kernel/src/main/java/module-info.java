/// The kernel: actors, typed requests, links, monitors, exits, and the scheduler under them.
module dev.coppice.kernel {
    requires org.slf4j;
    requires static org.jspecify;
    requires static java.management;
    requires static jdk.management;

    exports dev.coppice.kernel;
    exports dev.coppice.kernel.spi;
}
