package dev.qualm.report.sheet;

import dev.qualm.QualmException;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Locale;

/** Draws a sheet as pixels. */
public final class PngSheet {
    private static final long MOST_PIXELS = 200_000_000;

    /** Sheets with fewer pixels are drawn with two pixels per unit of length, for sharp text. */
    private static final long DOUBLED = 6_000_000;

    private PngSheet() {}

    /** How many pixels a unit of length is drawn with. */
    public static int scale(Sheet sheet) {
        long area = (long) sheet.width() * sheet.height();
        if (area > MOST_PIXELS) {
            throw new QualmException(String.format(
                    Locale.ROOT,
                    "The picture would have %,d x %,d pixels; draw fewer items (--limit) or classes (--top-k)",
                    sheet.width(),
                    sheet.height()));
        }
        return area <= DOUBLED ? 2 : 1;
    }

    /**
     * The sheet on white.
     *
     * @throws QualmException if it would be too large, or the machine has no fonts
     */
    public static BufferedImage draw(Sheet sheet) {
        int scale = scale(sheet);
        BufferedImage image =
                new BufferedImage(scale * sheet.width(), scale * sheet.height(), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, image.getWidth(), image.getHeight());
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            g.scale(scale, scale);
            for (Mark mark : sheet.marks()) {
                draw(g, mark);
            }
        } finally {
            g.dispose();
        }
        return image;
    }

    private static void draw(Graphics2D g, Mark mark) {
        if (mark instanceof Mark.Rect r) {
            g.setColor(new Color(r.fill().packed()));
            g.fill(new Rectangle2D.Double(r.x(), r.y(), r.width(), r.height()));
        } else if (mark instanceof Mark.Line l) {
            g.setColor(new Color(l.colour().packed()));
            g.setStroke(new BasicStroke((float) l.stroke(), BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.draw(new Line2D.Double(l.x1(), l.y1(), l.x2(), l.y2()));
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_OFF);
        } else if (mark instanceof Mark.Image i) {
            AffineTransform place = AffineTransform.getTranslateInstance(i.x(), i.y());
            place.scale(
                    i.width() / i.pixels().getWidth(), i.height() / i.pixels().getHeight());
            boolean shrunk = g.getTransform().getScaleX() * place.getScaleX() < 0.999;
            g.setRenderingHint(
                    RenderingHints.KEY_INTERPOLATION,
                    shrunk
                            ? RenderingHints.VALUE_INTERPOLATION_BILINEAR
                            : RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
            g.drawImage(i.pixels(), place, null);
        } else if (mark instanceof Mark.Text t) {
            text(g, t);
        }
    }

    private static void text(Graphics2D g, Mark.Text t) {
        Lettering l = t.lettering();
        try {
            Font font = new Font(Font.SANS_SERIF, l.bold() ? Font.BOLD : Font.PLAIN, 12).deriveFont((float) l.size());
            g.setFont(font);
            g.setColor(new Color(t.colour().packed()));
            double width =
                    font.getStringBounds(t.text(), g.getFontRenderContext()).getWidth();
            // The layout has set aside a width; a wider font is squeezed into it.
            double squeeze = Math.min(1, l.width(t.text()) / Math.max(1e-9, width));
            AffineTransform before = g.getTransform();
            g.translate(t.x(), t.y());
            switch (t.anchor()) {
                case START -> {}
                case MIDDLE -> g.translate(-width * squeeze / 2, 0);
                case END -> g.translate(-width * squeeze, 0);
                case RISING -> g.rotate(-Math.PI / 4);
            }
            g.scale(squeeze, 1);
            g.drawString(t.text(), 0, 0);
            g.setTransform(before);
        } catch (InternalError | NullPointerException | UnsatisfiedLinkError e) {
            // What the runtime throws where no font or no font library is installed.
            throw new QualmException(
                    "This Java runtime finds no fonts to write labels with (" + e
                            + "); install fontconfig and a font, or write an .svg instead",
                    e);
        }
    }
}
