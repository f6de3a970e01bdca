package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

/// A form with `*` for any characters and `?` for one.
///
/// Greedy with one step back, linear in practice and never exponential: only the last `*` is tried again.
record Glob(String form) {
    Glob {
        requireNonNull(form, "form");
    }

    boolean matches(String text) {
        int f = 0;
        int t = 0;
        int star = -1;
        int after = 0;
        while (t < text.length()) {
            if (f < form.length() && form.charAt(f) == '*') {
                star = f++;
                after = t;
            } else if (f < form.length() && (form.charAt(f) == '?' || form.charAt(f) == text.charAt(t))) {
                f++;
                t++;
            } else if (star >= 0) {
                f = star + 1;
                t = ++after;
            } else {
                return false;
            }
        }
        while (f < form.length() && form.charAt(f) == '*') {
            f++;
        }
        return f == form.length();
    }
}
