package dev.qualm.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PictureTest {
    @Test
    void of_greyFloats_keepsEveryLevel() throws Exception {
        float[] v = new float[256];
        for (int i = 0; i < 256; i++) {
            v[i] = i / 255f;
        }
        BufferedImage image = read(Picture.of(Array.of(v, 1, 16, 16)));
        for (int i = 0; i < 256; i++) {
            assertThat(image.getRaster().getSample(i % 16, i / 16, 0)).isEqualTo(i);
        }
    }

    @Test
    void of_colourBytes_keepsChannelsApart() throws Exception {
        byte[] v = {(byte) 255, 1, 2, 3, (byte) 200, 5};
        BufferedImage image = read(Picture.of(Array.ofUnsigned(v, 3, 1, 2)));
        assertThat(image.getRGB(0, 0) & 0xffffff).isEqualTo(0xff02c8);
        assertThat(image.getRGB(1, 0) & 0xffffff).isEqualTo(0x010305);
    }

    @Test
    void of_valuesBeyondTheRange_areClamped() throws Exception {
        BufferedImage image = read(Picture.of(Array.of(new float[] {-3, 7, Float.NaN}, 1, 3)));
        assertThat(image.getRaster().getSamples(0, 0, 3, 1, 0, (int[]) null)).containsExactly(0, 255, 0);
    }

    @Test
    void of_otherShape_saysWhatWasExpected() {
        assertThatThrownBy(() -> Picture.of(Array.of(new float[8], 2, 2, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3, h, w]")
                .hasMessageContaining("[2, 2, 2]");
    }

    private static BufferedImage read(Picture p) throws Exception {
        return ImageIO.read(new ByteArrayInputStream(p.png()));
    }
}
