package dev.coppice.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Who may come in: decided from the request's head alone.
///
/// A page of somebody else in the same browser must not act here, nor read. So the host must be ours (against names that are made to lead
/// to the loopback), an origin must be ours, and a change needs the token in a header that no form can send.
final class Gate {
    /// The header that carries the token.
    static final String TOKEN = "X-Coppice-Token";

    private static final Set<String> LOOPBACK = Set.of("localhost", "[::1]");

    /// A number is no name that somebody could lead elsewhere.
    private static final Pattern LOOPBACK_4 = Pattern.compile("127(\\.\\d{1,3}){3}");

    private static final Set<String> OURS = Set.of("same-origin", "none");
    private static final int LONGEST = 2_000;

    private final String token;
    private final boolean readOnly;
    private final Optional<String> bound;

    /// @param bound the address that is listened on, when it is not the loopback: then any host may be meant, since names are many
    Gate(String token, boolean readOnly, Optional<String> bound) {
        this.token = token;
        this.readOnly = readOnly;
        this.bound = bound;
    }

    /// The head of a request.
    record Head(
            String method,
            String uri,
            Optional<String> host,
            Optional<String> origin,
            Optional<String> site,
            Optional<String> token) {}

    /// Why not, as a status and a sentence.
    record Refusal(int status, String why) {}

    Optional<Refusal> refuses(Head head) {
        if (head.uri.length() > LONGEST) {
            return refused(414, "the address is longer than " + LONGEST + " characters");
        }
        if (head.host.isEmpty() || (bound.isEmpty() && !isLoopback(name(head.host.get())))) {
            return refused(421, "this is no host of the observer: use 127.0.0.1 or localhost");
        }
        if (head.origin.isPresent() && !isOurs(head.origin.get(), head.host.get())) {
            return refused(403, "the request comes from another page");
        }
        if (head.site.isPresent() && !OURS.contains(head.site.get()) && !isNavigation(head)) {
            return refused(403, "the request comes from another page");
        }
        return switch (head.method) {
            case "GET", "HEAD" -> Optional.empty();
            case "POST" -> refusesChange(head);
            default -> refused(405, "only GET, HEAD and POST are understood");
        };
    }

    /// Or a proxy's before us: it speaks TLS with the browser, and we do not.
    private static boolean isOurs(String origin, String host) {
        return origin.equals("http://" + host) || origin.equals("https://" + host);
    }

    /// A link to the page itself, from wherever, harms nobody.
    private static boolean isNavigation(Head head) {
        return head.method.equals("GET") && (head.uri.equals("/") || head.uri.startsWith("/?"));
    }

    private Optional<Refusal> refusesChange(Head head) {
        if (readOnly) {
            return refused(403, "this observer is read-only");
        }
        return head.token.filter(this::isToken).isPresent()
                ? Optional.empty()
                : refused(
                        401,
                        "a change needs the token, which is in the address that the observer logged when it started");
    }

    /// In a time that tells nothing about where a wrong one differs.
    private boolean isToken(String said) {
        return MessageDigest.isEqual(said.getBytes(UTF_8), token.getBytes(UTF_8));
    }

    private static boolean isLoopback(String name) {
        return LOOPBACK.contains(name) || LOOPBACK_4.matcher(name).matches();
    }

    private static String name(String host) {
        int port = host.lastIndexOf(':');
        return port > host.lastIndexOf(']') ? host.substring(0, port) : host;
    }

    private static Optional<Refusal> refused(int status, String why) {
        return Optional.of(new Refusal(status, why));
    }
}
