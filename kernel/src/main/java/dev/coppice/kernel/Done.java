package dev.coppice.kernel;

/// The answer of a request that has nothing to say but "it is done"; see [Self#done].
public enum Done {
    DONE
}
