"""Writes core/src/test/resources/golden/resample/cases.txt.gz: what Pillow's Image.resize makes of random images.

One case a line: mode filter h w c height width input output; pixels are base64 (float mode: little-endian float32).
Made with Pillow 9.4.0 and NumPy 1.24.2, seed 20261122. Run at the repository root.
"""

import base64
import gzip
import io
import sys

import numpy as np
import PIL
from PIL import Image

FILTERS = {
    "NEAREST": Image.NEAREST,
    "BOX": Image.BOX,
    "BILINEAR": Image.BILINEAR,
    "BICUBIC": Image.BICUBIC,
    "LANCZOS": Image.LANCZOS,
}
SIZES = [
    ((8, 8), (14, 14)),
    ((20, 20), (7, 7)),
    ((16, 12), (9, 12)),
    ((12, 16), (12, 9)),
    ((19, 31), (7, 11)),
    ((5, 9), (23, 4)),
    ((1, 1), (3, 2)),
    ((40, 3), (1, 1)),
    ((17, 25), (16, 16)),
]


def text(a):
    return base64.b64encode(np.ascontiguousarray(a).tobytes()).decode("ascii")


rng = np.random.default_rng(20261122)
print("Pillow", PIL.__version__, "NumPy", np.__version__, file=sys.stderr)
target = "core/src/test/resources/golden/resample/cases.txt.gz"
with gzip.GzipFile(target, "wb", mtime=0) as raw, io.TextIOWrapper(raw, encoding="ascii") as out:
    for (h, w), (height, width) in SIZES:
        for name, code in FILTERS.items():
            for mode in ("L", "RGB", "F"):
                if mode == "F":
                    a = rng.normal(size=(h, w)).astype("<f4")
                    c = 1
                else:
                    c = len(mode)
                    # Steep edges as well as noise: overshoot must clip.
                    a = rng.choice([0, 255, 128, 7], size=(h, w, c)).astype(np.uint8)
                    a = np.where(rng.random((h, w, c)) < 0.5, a, rng.integers(0, 256, (h, w, c))).astype(np.uint8)
                    if c == 1:
                        a = a[:, :, 0]
                b = np.asarray(Image.fromarray(a, mode).resize((width, height), code))
                print(mode, name, h, w, c, height, width, text(a), text(b), file=out)
