"""Writes data/fashion-mnist and data/digits from Debian's packages. Run at the repository root.

Needs: dataset-fashion-mnist 0.0~git20200523, python3-sklearn 1.2.1. The first n items are kept, in file order, so no seed
is needed; gzip headers carry no time and no name, so the same inputs give the same bytes.
"""

import gzip
import os
import struct

SOURCE = "/usr/share/datasets/fashion-mnist"
DIGITS = "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz"


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(content)


for part, name, count in (("train", "train", 6000), ("t10k", "test", 2000)):
    with gzip.open(f"{SOURCE}/{part}-images-idx3-ubyte.gz") as images:
        images.read(16)
        pixels = images.read(count * 28 * 28)
    with gzip.open(f"{SOURCE}/{part}-labels-idx1-ubyte.gz") as labels:
        labels.read(8)
        classes = labels.read(count)
    target = "data/fashion-mnist"
    write(f"{target}/{name}-images-{count}-idx3-ubyte.gz", struct.pack(">4i", 0x803, count, 28, 28) + pixels)
    write(f"{target}/{name}-labels-{count}-idx1-ubyte.gz", struct.pack(">2i", 0x801, count) + classes)
    print(name, [classes.count(k) for k in range(10)])

with gzip.open(DIGITS) as digits:
    write("data/digits/digits.csv.gz", digits.read())
