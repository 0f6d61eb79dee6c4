"""Writes small image files of many kinds and, in expected.txt, the pixels Pillow decodes from them.

One file a line: name mode h w pixels(base64, rows of L or RGB bytes); alpha dropped, EXIF orientation applied.
Made with Pillow 9.4.0 and NumPy 1.24.2, seed 20261122. Run at the repository root.
"""

import base64
import sys

import numpy as np
import PIL
from PIL import Image, ImageFilter, ImageOps

FOLDER = "core/src/test/resources/golden/images/"
H, W = 20, 26
rng = np.random.default_rng(20261122)
print("Pillow", PIL.__version__, "NumPy", np.__version__, file=sys.stderr)

smooth = Image.fromarray(rng.integers(0, 256, (H, W, 3)).astype(np.uint8)).filter(ImageFilter.GaussianBlur(2))
smooth = ImageOps.autocontrast(smooth)
grey = smooth.convert("L")
alpha = smooth.copy()
alpha.putalpha(Image.fromarray(rng.integers(0, 256, (H, W)).astype(np.uint8)))
sixteen = Image.fromarray((rng.integers(0, 65536, (H, W))).astype(np.uint16))
out = open(FOLDER + "expected.txt", "w", encoding="ascii")


def note(name, image):
    mode = "L" if image.mode in ("1", "L", "LA") else "RGB"
    pixels = base64.b64encode(image.convert(mode).tobytes()).decode("ascii")
    print(name, mode, image.height, image.width, pixels, file=out)


def save(name, image, **options):
    image.save(FOLDER + name, **options)
    note(name, ImageOps.exif_transpose(Image.open(FOLDER + name)))


save("rgb.png", smooth)
save("grey.png", grey)
save("rgba.png", alpha)
save("grey-alpha.png", alpha.convert("LA"))
save("palette.png", smooth.quantize(40))
save("bilevel.png", grey.convert("1"))
save("rgb.bmp", smooth)
save("palette.gif", smooth.quantize(64))
save("rgb.jpg", smooth, quality=95, subsampling=0)
save("rgb-420.jpg", smooth, quality=90, subsampling=2)
save("progressive.jpg", smooth, quality=90, progressive=True)
save("grey.jpg", grey, quality=95)
save("cmyk.jpg", smooth.convert("CMYK"), quality=95)
save("lossless.webp", smooth, lossless=True)
# Decoders upsample the colour of lossy WebP in different ways; little detail keeps that difference small.
save("lossy.webp", smooth.filter(ImageFilter.GaussianBlur(5)), quality=95)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(f"orientation-{orientation}.jpg", smooth, quality=95, subsampling=0, exif=exif)

# Pillow clips 16-bit grey when it converts; the high byte is what a viewer shows, and what is expected here.
sixteen.save(FOLDER + "grey16.png")
note("grey16.png", Image.fromarray((np.asarray(sixteen) >> 8).astype(np.uint8)))
out.close()
