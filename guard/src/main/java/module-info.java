/// Guards: doors around refs that refuse, limit, time out or try again, so that trouble at one actor does not become everybody's.
module dev.coppice.guard {
    requires transitive dev.coppice.kernel;
    requires static org.jspecify;

    exports dev.coppice.guard;
}
