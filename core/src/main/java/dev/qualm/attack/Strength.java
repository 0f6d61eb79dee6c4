package dev.qualm.attack;

import dev.qualm.QualmException;

/** Strengths of attacks and noises as they are typed. */
final class Strength {
    private Strength() {}

    /**
     * A number or a fraction, such as {@code 0.1} or {@code 8/255}.
     *
     * @param what the number is called
     * @param part of the text
     * @param text all of it
     * @throws QualmException if it is neither
     */
    static double parse(String what, String part, String text) {
        try {
            int slash = part.indexOf('/');
            return slash < 0
                    ? Double.parseDouble(part)
                    : Double.parseDouble(part.substring(0, slash)) / Double.parseDouble(part.substring(slash + 1));
        } catch (NumberFormatException e) {
            throw new QualmException(
                    "Expected a number as " + what + ", such as 0.1 or 8/255, but found '" + part + "' in '" + text
                            + "'",
                    e);
        }
    }
}
