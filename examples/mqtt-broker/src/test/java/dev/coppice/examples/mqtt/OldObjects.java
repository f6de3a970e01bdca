package dev.coppice.examples.mqtt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedObject;
import jdk.jfr.consumer.RecordingFile;

/// JFR's samples of objects that have lived long. One that was made in the middle of a run and lives at its end, when all who were served
/// then have gone, is kept by somebody who should not; a leak shows as many of one class.
final class OldObjects implements AutoCloseable {
    private final Recording recording = new Recording();

    OldObjects() {
        recording.enable("jdk.OldObjectSample").with("cutoff", "infinity").withStackTrace();
        recording.start();
    }

    /// How many sampled objects of each class were made in this time and live, the most frequent first.
    Map<String, Long> since(Instant from, Instant to) {
        return events().stream()
                .filter(event -> event.getEventType().getName().equals("jdk.OldObjectSample"))
                .filter(event -> isBetween(event.getInstant("allocationTime"), from, to))
                .collect(Collectors.groupingBy(OldObjects::type, Collectors.counting()));
    }

    private static boolean isBetween(Instant time, Instant from, Instant to) {
        return time.isAfter(from) && time.isBefore(to);
    }

    private static String type(RecordedEvent event) {
        RecordedObject object = event.getValue("object");
        return object.getClass("type").getName();
    }

    private List<RecordedEvent> events() {
        try {
            Path file = Files.createTempFile("coppice-soak", ".jfr");
            recording.dump(file);
            var events = RecordingFile.readAllEvents(file);
            Files.delete(file);
            return events;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        recording.close();
    }
}
