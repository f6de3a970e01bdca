package dev.coppice.examples.bank;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;

/// A bank account: one owner, one balance, messages in order.
///
/// Its balance is a plain field. What must outlive a crash is in the [Book], written before the answer; a new incarnation begins with it.
final class Account implements Server<Account.Msg> {
    sealed interface Msg {}

    /// Answered with the new balance.
    record Deposit(long cents) implements Msg, Call<Deposit, Long> {}

    record Withdraw(long cents) implements Msg, Call<Withdraw, Payment> {}

    record Balance() implements Msg, Call<Balance, Long> {}

    sealed interface Payment {
        record Paid(long left) implements Payment {}

        record Short(long by) implements Payment {}
    }

    private final String owner;
    private final Book book;
    private long balance;

    Account(String owner, Book book) {
        this.owner = owner;
        this.book = book;
    }

    @Override
    public void init(Self<Msg> self) {
        balance = book.balance(owner);
    }

    @Override
    public void handle(Msg msg, Self<Msg> self) {
        switch (msg) {
            case Deposit d -> self.reply(d, write(Math.addExact(balance, positive(d.cents()))));
            case Withdraw w -> self.reply(w, take(positive(w.cents())));
            case Balance b -> self.reply(b, balance);
        }
    }

    private Payment take(long cents) {
        return cents > balance ? new Payment.Short(cents - balance) : new Payment.Paid(write(balance - cents));
    }

    private long write(long now) {
        book.write(owner, now);
        balance = now;
        return now;
    }

    /// A bug of the caller: the account crashes rather than guess, and the caller learns why.
    private static long positive(long cents) {
        if (cents <= 0) {
            throw new IllegalArgumentException("an amount must be positive, was " + cents);
        }
        return cents;
    }
}
