package dev.coppice.otp;

/// Why a child was stopped whose start-up or liveness check failed too often.
public final class Unhealthy extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Unhealthy(String message) {
        super(message);
    }
}
