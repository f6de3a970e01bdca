package dev.coppice.kernel.spi;

/// Something to be done at a time. The scheduler that holds it owns the fields.
public abstract class Alarm {

    /// When it is due, on the scheduler's clock. Written by the scheduler when it takes the alarm.
    public long at;

    /// Breaks ties: first scheduled, first rung.
    public long sequence;

    /// Its place in the scheduler's heap; negative when it is in none.
    public int index = -1;

    /// Which of the scheduler's heaps it is in.
    public int stripe;

    /// Rings. Runs on the scheduler's own thread: short, no user code, no waiting.
    public abstract void ring();
}
