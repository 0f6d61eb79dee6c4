package dev.qualm.report.map;

import dev.qualm.report.html.DataUri;

/** A picture of maps. All use one fixed colour scale from -1 to 1, so that any two pictures compare. */
public sealed interface MapFigure permits MapPicture, MapMontage {
    /** What it shows, in a few words. */
    String title();

    private Sheet sheet() {
        return this instanceof MapPicture picture ? picture.draw() : ((MapMontage) this).draw();
    }

    /**
     * The bytes of a PNG file.
     *
     * @throws dev.qualm.QualmException if the picture would be too large, or the machine has no fonts
     */
    default byte[] png() {
        return DataUri.encodePng(PngSheet.draw(sheet()));
    }

    /** A self-contained SVG document, with a tooltip at each cell that is drawn singly. */
    default String svg() {
        return SvgSheet.draw(sheet(), title());
    }
}
