package dev.coppice.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The debug checker of the lock order is on in tests, since they run with assertions, and says who held what.
@Tag("#98")
class LockOrderTest {
    private final Object gate = new Object();
    private final Object slot = new Object();

    @AfterEach
    void release() {
        LockOrder.released(gate);
        LockOrder.released(slot);
    }

    @Test
    void locks_taken_upwards_pass() {
        assertThat(LockOrder.taken(slot, LockOrder.Rank.SLOT)).isTrue();
        assertThat(LockOrder.taken(gate, LockOrder.Rank.GATE)).isTrue();
    }

    @Test
    void a_lock_taken_downwards_is_named_with_the_one_held() {
        LockOrder.taken(gate, LockOrder.Rank.GATE);
        assertThatThrownBy(() -> LockOrder.taken(slot, LockOrder.Rank.SLOT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("took SLOT")
                .hasMessageContaining("while holding GATE");
    }

    @Test
    void waiting_with_a_lock_is_an_error_and_without_one_is_not() {
        assertThat(LockOrder.none("a thread waits")).isTrue();
        LockOrder.taken(slot, LockOrder.Rank.SLOT);
        assertThatThrownBy(() -> LockOrder.none("a thread waits")).hasMessageContaining("a thread waits while holding");
    }
}
