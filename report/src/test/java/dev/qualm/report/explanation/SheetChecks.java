package dev.qualm.report.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.report.sheet.Figure;
import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.Sheet;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** What holds for every sheet. */
final class SheetChecks {
    private SheetChecks() {}

    /** No text and no picture lies on another one or leaves the sheet. */
    static void assertTidy(Sheet sheet) {
        List<Rectangle2D> boxes = new ArrayList<>();
        List<Mark> marks = new ArrayList<>();
        for (Mark mark : sheet.marks()) {
            Rectangle2D box = null;
            if (mark instanceof Mark.Image i) {
                box = new Rectangle2D.Double(i.x(), i.y(), i.width(), i.height());
            } else if (mark instanceof Mark.Text t && !t.text().isEmpty()) {
                double w = t.lettering().width(t.text());
                double x = t.anchor() == Mark.Anchor.END
                        ? t.x() - w
                        : t.anchor() == Mark.Anchor.MIDDLE ? t.x() - w / 2 : t.x();
                double size = t.lettering().size();
                box = new Rectangle2D.Double(x, t.y() - 0.75 * size, w, size);
            }
            if (box != null) {
                assertThat(box.getMinX()).as("%s", mark).isGreaterThanOrEqualTo(0);
                assertThat(box.getMinY()).as("%s", mark).isGreaterThanOrEqualTo(0);
                assertThat(box.getMaxX()).as("%s", mark).isLessThanOrEqualTo(sheet.width());
                assertThat(box.getMaxY()).as("%s", mark).isLessThanOrEqualTo(sheet.height());
                boxes.add(box);
                marks.add(mark);
            }
        }
        for (int i = 0; i < boxes.size(); i++) {
            for (int j = 0; j < i; j++) {
                Rectangle2D shared = boxes.get(i).createIntersection(boxes.get(j));
                assertThat(shared.getWidth() > 0.01 && shared.getHeight() > 0.01)
                        .as("%s over %s", marks.get(i), marks.get(j))
                        .isFalse();
            }
        }
    }

    static List<String> texts(Sheet sheet) {
        return sheet.marks().stream()
                .filter(m -> m instanceof Mark.Text)
                .map(m -> ((Mark.Text) m).text())
                .toList();
    }

    static List<Mark.Image> images(Sheet sheet) {
        return sheet.marks().stream()
                .filter(m -> m instanceof Mark.Image)
                .map(m -> (Mark.Image) m)
                .toList();
    }

    static BufferedImage decode(Figure figure) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(figure.png()));
    }

    static Element parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getDocumentElement();
    }
}
