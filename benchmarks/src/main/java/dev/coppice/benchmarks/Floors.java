package dev.coppice.benchmarks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.MpscArrayQueue;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/// What the machine itself charges for the heart of a workload, without any system around it: nobody can be faster by the same means.
final class Floors {
    private static final Object MESSAGE = "message";

    private interface Floor {
        Batch of(Meter meter) throws Exception;
    }

    private static final Map<String, Floor> ALL =
            Map.ofEntries(
                    Map.entry("ping-pong", meter -> hops(meter, 2)),
                    Map.entry("ring-100", meter -> hops(meter, 100)),
                    Map.entry("ring-10k", meter -> hops(meter, 10_000)),
                    Map.entry("tell-1", meter -> handOff(meter, 1, 2_000_000, new MpscUnboundedArrayQueue<>(1024))),
                    Map.entry("tell-4", meter -> handOff(meter, 4, 2_000_000, new MpscUnboundedArrayQueue<>(1024))),
                    Map.entry("bounded", meter -> handOff(meter, 1, 1_000_000, new MpscArrayQueue<>(1_000))),
                    Map.entry("spawn-loop", Floors::virtualThreads),
                    Map.entry("call-outside", meter -> baton(meter, Thread.ofPlatform(), 10_000)),
                    Map.entry("call-virtual", meter -> baton(meter, Thread.ofVirtual(), 50_000)),
                    Map.entry("call-in-handler", meter -> baton(meter, Thread.ofVirtual(), 50_000)),
                    Map.entry("idle-cpu", Rests::bareCpu),
                    Map.entry("start-up", _ -> () -> {}),
                    Map.entry("start-up-aot", _ -> () -> {}));

    private Floors() {}

    static boolean has(String workload) {
        return ALL.containsKey(workload);
    }

    static Batch of(String workload, Meter meter) throws Exception {
        var floor = ALL.get(workload);
        if (floor == null) {
            throw new IllegalArgumentException("no floor is known for " + workload);
        }
        return floor.of(meter);
    }

    // ---- hops on one thread: three uncontended atomic steps, a node and a run queue

    private static final class Node {
        @Nullable Node next;
    }

    private static final Node IDLE = new Node();

    private static Batch hops(Meter meter, int actors) {
        int hops = meter.size(600_000);
        List<AtomicReference<@Nullable Node>> mailboxes = new ArrayList<>();
        for (int i = 0; i < actors; i++) {
            mailboxes.add(new AtomicReference<>(IDLE));
        }
        return () -> {
            meter.begin();
            hop(mailboxes, hops);
            meter.end(hops);
        };
    }

    /// Push makes the idle one ready; it takes everything, handles it, rests.
    private static void hop(List<AtomicReference<@Nullable Node>> mailboxes, int hops) {
        var ready = new ArrayDeque<Integer>();
        push(mailboxes.get(0), ready, 0);
        for (int i = 0; i < hops; i++) {
            int mine = ready.remove();
            var mailbox = mailboxes.get(mine);
            for (var mail = mailbox.getAndSet(null); mail != null; mail = mail.next) {
                int next = mine + 1 == mailboxes.size() ? 0 : mine + 1;
                push(mailboxes.get(next), ready, next);
            }
            mailbox.compareAndSet(null, IDLE);
        }
        mailboxes.get(ready.remove()).set(IDLE);
    }

    private static void push(AtomicReference<@Nullable Node> mailbox, Queue<Integer> ready, int owner) {
        var node = new Node();
        while (true) {
            var top = mailbox.get();
            node.next = top == IDLE ? null : top;
            if (mailbox.compareAndSet(top, node)) {
                if (top == IDLE) {
                    ready.add(owner);
                }
                return;
            }
        }
    }

    // ---- the fastest queue known, between platform threads

    private static Batch handOff(Meter meter, int producers, int messages, Queue<Object> queue) {
        int each = meter.size(messages, producers) / producers;
        return () -> {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < producers; i++) {
                threads.add(Thread.ofPlatform().unstarted(() -> produce(queue, each)));
            }
            meter.begin();
            threads.forEach(Thread::start);
            consume(queue, each * producers);
            meter.end((long) each * producers);
            for (var thread : threads) {
                thread.join();
            }
        };
    }

    private static void produce(Queue<Object> queue, int messages) {
        for (int i = 0; i < messages; i++) {
            for (int tries = 0; !queue.offer(MESSAGE); tries++) {
                pause(tries);
            }
        }
    }

    private static void consume(Queue<Object> queue, int messages) {
        int tries = 0;
        for (int got = 0; got < messages; ) {
            if (queue.poll() != null) {
                got++;
                tries = 0;
            } else {
                pause(tries++);
            }
        }
    }

    private static void pause(int tries) {
        if (tries % 200 == 199) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    // ---- two threads that wake each other: there and back is what a call costs at least

    private static Batch baton(Meter meter, Thread.Builder threads, int trips) {
        int calls = meter.size(trips);
        return () -> {
            var turn = new AtomicInteger();
            var pair = new Thread[2];
            for (int i = 0; i < 2; i++) {
                int mine = i;
                pair[i] =
                        threads.unstarted(() -> {
                            for (int k = 0; k < calls; k++) {
                                while (turn.get() != mine) {
                                    LockSupport.park();
                                }
                                turn.set(1 - mine);
                                LockSupport.unpark(pair[1 - mine]);
                            }
                        });
            }
            meter.begin();
            pair[0].start();
            pair[1].start();
            pair[0].join();
            pair[1].join();
            meter.end(calls);
        };
    }

    // ---- virtual threads that end at once

    private static Batch virtualThreads(Meter meter) {
        int threads = meter.size(100_000);
        return () -> {
            var over = new Semaphore(0);
            meter.begin();
            Thread.ofVirtual()
                    .start(() -> {
                        for (int i = 0; i < threads; i += 1_000) {
                            int now = Math.min(1_000, threads - i);
                            var left = new AtomicInteger(now);
                            var all = new Semaphore(0);
                            for (int k = 0; k < now; k++) {
                                Thread.startVirtualThread(() -> {
                                    if (left.decrementAndGet() == 0) {
                                        all.release();
                                    }
                                });
                            }
                            all.acquireUninterruptibly();
                        }
                        over.release();
                    });
            over.acquire();
            meter.end(threads);
        };
    }
}
