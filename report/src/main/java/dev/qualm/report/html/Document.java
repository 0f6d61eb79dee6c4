package dev.qualm.report.html;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The outer shell of a page that needs nothing but itself. Its content security policy forbids every request, and
 * every script but the one given here, by its hash: even markup that slipped in somehow could not run.
 */
public final class Document {
    private Document() {}

    /**
     * The whole page.
     *
     * @param css style rules, from the program itself
     * @param script a script, from the program itself
     * @throws IllegalArgumentException if either contains {@code <} or {@code &}, which would end or change its element
     */
    public static String render(String title, String css, String script, Html body) {
        requireInert("style", css);
        requireInert("script", script);
        String policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-"
                + sha256(script) + "'; base-uri 'none'; form-action 'none'";
        Html head = Html.of(
                Html.el("meta").attr("charset", "utf-8").html(),
                Html.el("meta")
                        .attr("http-equiv", "Content-Security-Policy")
                        .attr("content", policy)
                        .html(),
                Html.el("meta")
                        .attr("name", "viewport")
                        .attr("content", "width=device-width, initial-scale=1")
                        .html(),
                Html.el("meta")
                        .attr("name", "referrer")
                        .attr("content", "no-referrer")
                        .html(),
                Html.el("title").text(title).html());
        return "<!DOCTYPE html>\n<html lang=\"en\"><head>" + head + "\n<style>" + css + "</style></head>\n<body>" + body
                + "\n<script>" + script + "</script></body></html>\n";
    }

    private static void requireInert(String what, String code) {
        if (code.indexOf('<') >= 0 || code.indexOf('&') >= 0) {
            throw new IllegalArgumentException("The " + what + " of a page must not contain < or &");
        }
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime must have SHA-256", e);
        }
    }
}
