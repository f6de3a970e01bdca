package dev.coppice.examples.kv;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Some of the keys: one owner, a plain map, messages in order. What it holds is lost with it.
final class Partition implements Server<Partition.Msg> {

    /// All that it understands: what clients ask, and what it hears.
    sealed interface Msg {
        String key();
    }

    record Get(String key) implements Msg, Call<Get, Optional<String>> {}

    /// The answer is the value before.
    record Put(String key, String value) implements Msg, Call<Put, Optional<String>> {}

    /// Puts the value for so long.
    record PutFor(String key, String value, Duration time) implements Msg, Call<PutFor, Optional<String>> {}

    /// Puts the value if this is what is there; the answer is whether it did.
    record Replace(String key, Optional<String> expected, String value) implements Msg, Call<Replace, Boolean> {}

    record Delete(String key) implements Msg, Call<Delete, Optional<String>> {}

    /// Each change of the key goes to the watcher, until that exits.
    record Watch(String key, Pid<? super Changed> watcher) implements Msg, Call<Watch, Done> {}

    /// What a watcher hears.
    record Changed(String key, Optional<String> value) {}

    private record Expired(String key) implements Msg {}

    private record Left(String key, Down down) implements Msg {}

    private record Entry(String value, Optional<Cancellable> expiry) {}

    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<String, Map<Pid<?>, Pid<? super Changed>>> watchers = new HashMap<>();

    @Override
    public void handle(Msg msg, Self<Msg> self) {
        switch (msg) {
            case Get get -> self.reply(get, value(get.key()));
            case Put put -> self.reply(put, put(put.key(), new Entry(put.value(), Optional.empty())));
            case PutFor put -> self.reply(put, put(put.key(), new Entry(put.value(), Optional.of(expiry(put, self)))));
            case Replace replace -> self.reply(replace, replace(replace));
            case Delete delete -> self.reply(delete, remove(delete.key()));
            case Watch watch -> watch(watch, self);
            case Expired(var key) -> remove(key);
            case Left(var key, var down) -> left(key, down.who());
        }
    }

    private Optional<String> value(String key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::value);
    }

    private Optional<String> put(String key, Entry entry) {
        var before = forget(key);
        entries.put(key, entry);
        tell(key);
        return before;
    }

    private boolean replace(Replace replace) {
        boolean same = value(replace.key()).equals(replace.expected());
        if (same) {
            put(replace.key(), new Entry(replace.value(), Optional.empty()));
        }
        return same;
    }

    private Optional<String> remove(String key) {
        var before = forget(key);
        before.ifPresent(_ -> tell(key));
        return before;
    }

    /// Cancelling takes back an expiry that waits in the mailbox already: it can never hit a younger value.
    private Optional<String> forget(String key) {
        var before = Optional.ofNullable(entries.remove(key));
        before.flatMap(Entry::expiry).ifPresent(Cancellable::cancel);
        return before.map(Entry::value);
    }

    private static Cancellable expiry(PutFor put, Self<Msg> self) {
        return self.sendAfter(put.time(), new Expired(put.key()));
    }

    private void watch(Watch watch, Self<Msg> self) {
        var known = watchers.computeIfAbsent(watch.key(), _ -> new LinkedHashMap<>());
        if (known.put(watch.watcher(), watch.watcher()) == null) {
            self.monitor(watch.watcher(), down -> new Left(watch.key(), down));
        }
        self.done(watch);
    }

    /// A key that nobody watches any more takes no room.
    private void left(String key, Ref<?> watcher) {
        watchers.computeIfPresent(
                key,
                (_, known) -> {
                    known.remove(watcher);
                    return known.isEmpty() ? null : known;
                });
    }

    private void tell(String key) {
        var change = new Changed(key, value(key));
        watchers.getOrDefault(key, Map.of()).values().forEach(watcher -> watcher.send(change));
    }
}
