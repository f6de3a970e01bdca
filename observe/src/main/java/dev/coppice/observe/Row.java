package dev.coppice.observe;

import dev.coppice.kernel.ActorInfo;
import dev.coppice.kernel.Pid;
import java.util.Locale;

/// An actor as one line of a table. Names and labels are whatever their authors wrote: text, never markup.
///
/// @param at where to find it again: the numbers of its ancestors and its own, from the top, with dots
/// @param rate messages a second, between the last two looks
/// @param age how long its oldest message waits, in seconds, at least
/// @param processor its share of one processor in the last minute, by samples
/// @param restarts of the actor at this path
/// @param waitsFor the path of the actor that it waits for; empty when there is none
record Row(
        String at,
        long id,
        String path,
        String name,
        String label,
        String behaviour,
        String status,
        int queued,
        long received,
        double rate,
        double age,
        double processor,
        int children,
        long restarts,
        String doing,
        String waitsFor) {

    static Row of(String at, ActorInfo info, double rate, double age, double processor, long restarts) {
        return new Row(
                at,
                info.pid().id(),
                info.path(),
                info.name().orElse(""),
                info.label().equals(info.behaviour()) ? new Kind(info.label(), "").behaviour() : info.label(),
                new Kind(info.behaviour(), "").behaviour(),
                info.status().name().toLowerCase(Locale.ROOT),
                info.queued(),
                info.received(),
                rate,
                age,
                processor,
                info.children().size(),
                restarts,
                info.doing().orElse(""),
                info.waitsFor().map(Pid::path).orElse(""));
    }
}
