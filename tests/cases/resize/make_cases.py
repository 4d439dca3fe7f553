"""What Pillow makes of small pictures, written to cases.json: for each filter and pair of sizes the resized bytes.

The test draws the same pictures: byte k (row by row, RGB) is (k * k * 37 + k * 101) % 65521 % 256, and "edges" has 0 and 255 in its
place by the byte's highest bit. Needs Pillow and numpy: python make_cases.py
"""
import json
import pathlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent
FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}
SIZES = [((16, 12), (8, 8)), ((9, 7), (5, 4)), ((5, 4), (12, 9)), ((16, 16), (10, 6)), ((12, 12), (4, 4)), ((7, 7), (14, 14))]


def picture(width, height, edges):
    k = np.arange(width * height * 3, dtype=np.int64)
    bytes_ = (k * k * 37 + k * 101) % 65521 % 256
    if edges:
        bytes_ = np.where(bytes_ >= 128, 255, 0)
    return Image.fromarray(bytes_.astype(np.uint8).reshape(height, width, 3))


def cases():
    for name, kind in FILTERS.items():
        for before, after in SIZES:
            for edges in (False, True):
                resized = picture(*before, edges).resize(after, kind)
                yield {"filter": name, "from": before, "to": after, "edges": edges,
                       "bytes": np.asarray(resized).flatten().tolist()}


if __name__ == "__main__":
    text = "[\n" + ",\n".join(json.dumps(case) for case in cases()) + "\n]\n"
    (HERE / "cases.json").write_text(text)
    print(text.count("\n") - 2, "cases,", len(text), "bytes")
