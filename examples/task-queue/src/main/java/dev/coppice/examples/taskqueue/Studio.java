package dev.coppice.examples.taskqueue;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What is done with a photo: the part that fails in real life. Its prints outlive the workers.
///
/// Doing a photo twice gives the same print: a job may be done again when its worker died before it could say that it was done.
final class Studio {
    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();
    private final Map<String, String> prints = new ConcurrentHashMap<>();

    void develop(String photo) throws IOException {
        int attempt = attempts.merge(photo, 1, Integer::sum);
        if (photo.startsWith("torn")) {
            throw new IOException(photo + " cannot be read");
        }
        if (photo.startsWith("shaky") && attempt == 1) {
            throw new IOException("the disk of " + photo + " was busy");
        }
        prints.put(photo, "print of " + photo);
    }

    Map<String, String> prints() {
        return Map.copyOf(prints);
    }

    int attempts(String photo) {
        return attempts.getOrDefault(photo, 0);
    }
}
