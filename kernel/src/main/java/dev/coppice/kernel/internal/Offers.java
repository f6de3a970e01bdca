package dev.coppice.kernel.internal;

import dev.coppice.kernel.Offer;

/// The offers that need no allocation. Not in [Offer] itself: a class there would wait for the interface and the interface for it.
final class Offers {
    static final Offer ACCEPTED = new Offer.Accepted();
    static final Offer FULL = new Offer.Full();

    private Offers() {}
}
