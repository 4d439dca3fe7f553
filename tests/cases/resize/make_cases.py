# SPDX-License-Identifier: Apache-2.0
"""What Pillow makes of small images, written to cases.json: for each filter and pair of sizes the resized bytes, as hex; of large
images their SHA-256. "crop": the shorter side resized, then the centre cut out, as torchvision's transforms and transformers' image
processors do it.

The test generates the same images: byte k (row by row, RGB) is (k * k * 37 + k * 101) % 65521 % 256, and "edges" has 0 and 255 in its
place by the byte's highest bit. Recorded with Pillow 13.0.0, torchvision 0.29.2 and transformers 5.24.0: python make_cases.py
"""

import hashlib
import json
import pathlib

import numpy as np
from PIL import Image
from torchvision import transforms
from torchvision.transforms import InterpolationMode
from transformers import image_transforms

HERE = pathlib.Path(__file__).parent
FILTERS = {
    "nearest": Image.NEAREST,
    "lanczos": Image.LANCZOS,
    "bilinear": Image.BILINEAR,
    "bicubic": Image.BICUBIC,
    "box": Image.BOX,
    "hamming": Image.HAMMING,
}
SIZES = [
    ((16, 12), (8, 8)),
    ((9, 7), (5, 4)),
    ((5, 4), (12, 9)),
    ((16, 16), (10, 6)),
    ((12, 12), (4, 4)),
    ((7, 7), (14, 14)),
    ((11, 5), (11, 3)),
    ((11, 5), (3, 5)),
    ((6, 13), (13, 6)),
    ((1, 1), (3, 2)),
    ((3, 2), (1, 1)),
    ((13, 9), (13, 9)),
    ((2, 31), (5, 3)),
]
LARGE = [((512, 512), (224, 224)), ((640, 427), (299, 299)), ((64, 64), (224, 224)), ((97, 131), (331, 200)), ((1000, 3), (7, 5))]
CROPS = [
    ((16, 12), 8, (8, 8)),
    ((13, 20), 9, (7, 6)),
    ((20, 13), 9, (6, 7)),
    ((640, 427), 256, (224, 224)),
    ((427, 641), 232, (224, 224)),
    ((500, 333), 235, (224, 224)),
    ((333, 501), 235, (224, 224)),
]


def test_image(width, height, edges=False):
    k = np.arange(width * height * 3, dtype=np.int64)
    bytes_ = (k * k * 37 + k * 101) % 65521 % 256
    if edges:
        bytes_ = np.where(bytes_ >= 128, 255, 0)
    return Image.fromarray(bytes_.astype(np.uint8).reshape(height, width, 3))


def recorded(image, **case):
    bytes_ = np.ascontiguousarray(image).tobytes()
    return case | ({"bytes": bytes_.hex()} if len(bytes_) < 3000 else {"sha256": hashlib.sha256(bytes_).hexdigest()})


def cases():
    for name, kind in FILTERS.items():
        for before, after in SIZES:
            for edges in (False, True):
                yield recorded(test_image(*before, edges).resize(after, kind), filter=name, **{"from": before, "to": after, "edges": edges})
        for before, after in LARGE:
            yield recorded(test_image(*before).resize(after, kind), filter=name, **{"from": before, "to": after, "edges": False})
    for name, mode in (
        ("bilinear", InterpolationMode.BILINEAR),
        ("bicubic", InterpolationMode.BICUBIC),
        ("nearest", InterpolationMode.NEAREST),
    ):
        for before, shorter, after in CROPS:
            where = {"filter": name, "from": before, "to": after, "edges": False, "resize_to": shorter}
            resize = transforms.Resize(shorter, interpolation=mode)
            yield recorded(transforms.CenterCrop((after[1], after[0]))(resize(test_image(*before))), crop="torchvision", **where)
            size = tuple(shorter if side == min(before) else int(shorter * side / min(before)) for side in before)
            resized = image_transforms.resize(np.asarray(test_image(*before)), (size[1], size[0]), resample=FILTERS[name])
            yield recorded(image_transforms.center_crop(resized, (after[1], after[0])), crop="transformers", **where)


if __name__ == "__main__":
    text = "[\n" + ",\n".join(json.dumps(case) for case in cases()) + "\n]\n"
    (HERE / "cases.json").write_text(text)
    print(text.count("\n") - 2, "cases,", len(text), "bytes")
