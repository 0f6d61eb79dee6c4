package dev.qualm.report.sheet;

import dev.qualm.report.html.DataUri;

/** A picture that is laid out once and written as pixels or as shapes. */
public interface Figure {
    /** What it shows, in a few words. */
    String title();

    /** The picture's marks. The same figure gives the same sheet. */
    Sheet draw();

    /**
     * The bytes of a PNG file.
     *
     * @throws dev.qualm.QualmException if the picture would be too large, or the machine has no fonts
     */
    default byte[] png() {
        return DataUri.encodePng(PngSheet.draw(draw()));
    }

    /** A self-contained SVG document; what has a tooltip shows it in a browser. */
    default String svg() {
        return SvgSheet.draw(draw(), title());
    }
}
