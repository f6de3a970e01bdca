package dev.coppice.conformance.world;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Self;
import java.util.Optional;

/// One who is hired by a worker, lives for a while and goes in one of several ways; and the work of tasks.
record Hand(Book book, Job.Hire hire) implements Loop<Job> {

    @Override
    public void run(Self<Job> self) {
        book.count("hands");
        Optional<Job> heard = self.receive(hire.life());
        switch (Math.floorMod(hire.how() / 3, 3)) {
            case 0 -> {}
            case 1 -> {
                book.count("fault: hired hand crashes");
                throw new Worker.Bug("hired hand, having heard " + heard.isPresent());
            }
            default -> self.stop(new ExitReason.Shutdown("enough"));
        }
    }

    static long work(Job.Work work, Book book) {
        if (Math.floorMod(work.how(), 3) == 0) {
            book.count("fault: task throws");
            throw new Worker.Bug("work");
        }
        return work.how();
    }
}
