package dev.qualm.array;

import dev.qualm.UnreadableFileException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of an npy header: a Python dict literal with exactly the keys descr, fortran_order and shape.
 *
 * <p>Only the few literals that a plain array needs exist here; nothing is evaluated.
 */
final class NpyHeaderParser {
    /** NumPy's own limit is 64 axes. */
    private static final int MAX_RANK = 64;

    private final Input in;
    private final String text;
    private int at;
    private @Nullable String descr;
    private @Nullable Boolean fortran;
    private long @Nullable [] shape;

    NpyHeaderParser(Input in, String text) {
        this.in = in;
        this.text = text;
        expect('{');
        while (!accept('}')) {
            entry();
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skipSpace();
        if (at < text.length()) {
            throw failure("the end of the header");
        }
    }

    String descr() {
        return present(descr, "descr");
    }

    boolean fortran() {
        return present(fortran, "fortran_order");
    }

    long[] shape() {
        return present(shape, "shape");
    }

    private <T> T present(@Nullable T value, String key) {
        if (value == null) {
            throw in.failure("the header key '" + key + "'", "none");
        }
        return value;
    }

    private void entry() {
        int start = at;
        String key = string();
        expect(':');
        skipSpace();
        if (key.equals("descr") && descr == null) {
            if (at < text.length() && text.charAt(at) == '[') {
                throw in.failure(
                        "a plain element type", "a record of several fields; save each field as its own array");
            }
            descr = string();
        } else if (key.equals("fortran_order") && fortran == null) {
            fortran = bool();
        } else if (key.equals("shape") && shape == null) {
            shape = tuple();
        } else {
            at = start;
            throw failure("descr, fortran_order and shape, each once");
        }
    }

    /* No escapes: no legal key or element type holds a backslash, and one that is there matches nothing later. */
    private String string() {
        skipSpace();
        char quote = at < text.length() ? text.charAt(at) : 0;
        int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
        if (end < 0) {
            throw failure("a quoted string");
        }
        String value = text.substring(at + 1, end);
        at = end + 1;
        return value;
    }

    private boolean bool() {
        for (boolean value : new boolean[] {true, false}) {
            String word = value ? "True" : "False";
            if (text.startsWith(word, at)) {
                at += word.length();
                return value;
            }
        }
        throw failure("True or False");
    }

    private long[] tuple() {
        List<Long> dims = new ArrayList<>();
        expect('(');
        while (!accept(')')) {
            dims.add(integer());
            if (dims.size() > MAX_RANK) {
                throw failure("at most " + MAX_RANK + " dimensions");
            }
            if (!accept(',')) {
                // (3) is a number in Python; the tuple of one element needs its comma.
                if (dims.size() == 1) {
                    throw failure("a comma");
                }
                expect(')');
                break;
            }
        }
        return dims.stream().mapToLong(Long::longValue).toArray();
    }

    private long integer() {
        skipSpace();
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        // 18 digits cannot overflow a long; the real limit is checked with the shape.
        if (at == start || at - start > 18) {
            at = start;
            throw failure("a dimension of 1 to 18 digits");
        }
        long value = Long.parseLong(text, start, at, 10);
        if (at < text.length() && text.charAt(at) == 'L') {
            // Written by Python 2.
            at++;
        }
        return value;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw failure("'" + c + "'");
        }
    }

    private boolean accept(char c) {
        skipSpace();
        boolean here = at < text.length() && text.charAt(at) == c;
        if (here) {
            at++;
        }
        return here;
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
            at++;
        }
    }

    private UnreadableFileException failure(String expected) {
        String rest = text.substring(at, Math.min(text.length(), at + 40)).trim();
        return in.failure(
                expected + " at character " + at + " of the npy header",
                rest.isEmpty() ? "its end" : "\"" + rest + "\"");
    }
}
