# SPDX-License-Identifier: Apache-2.0
"""Ten places, drawn in code: each function paints one 128 x 128 image with its own random variation.

Every painter takes an `np.random.Generator` and returns a PIL RGB image of side `BIG`, which scenes.py halves
(so edges come out smooth). Shapes are large and flat on purpose: a small diffusion model has to learn them.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

BIG = 128


def _jitter(rng, colour, spread=9):
    """The colour (three ints, 0..255) moved by one brightness shift and a small shift of each channel."""
    shift = rng.uniform(-spread, spread)
    return tuple(int(np.clip(c + shift + rng.uniform(-spread, spread) / 2, 0, 255)) for c in colour)


def _mix(a, b, t):
    return tuple(int(x + (y - x) * t) for x, y in zip(a, b))


def _gradient(top, bottom):
    """A vertical gradient between two colours."""
    t = np.linspace(0, 1, BIG, dtype=np.float32)[:, None]
    column = np.asarray(top, np.float32) * (1 - t) + np.asarray(bottom, np.float32) * t
    return Image.fromarray(np.repeat(column[:, None, :], BIG, 1).astype(np.uint8), "RGB")


def _disc(draw, x, y, r, fill):
    draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)


def flower(rng: np.random.Generator) -> Image.Image:
    """One big blossom fills the image: petals all around, a yellow heart in the middle, leaves behind."""
    image = _gradient(_jitter(rng, (70, 140, 62)), _jitter(rng, (48, 110, 50)))
    draw = ImageDraw.Draw(image)
    petal = _jitter(rng, [(245, 120, 170), (232, 84, 150), (186, 110, 225), (250, 150, 190)][rng.integers(4)])
    count, turn = int(rng.integers(6, 9)), rng.uniform(0, 2 * math.pi)
    cx, cy = 64 + rng.uniform(-3, 3), 64 + rng.uniform(-3, 3)
    reach, width = rng.uniform(58, 64), 2.35 * math.pi * 38 / count / 2
    for layer, shade in ((0, 0.86), (1, 1.0)):
        for i in range(layer, count * 2, 2):
            a = turn + math.pi * i / count
            u, v = (math.cos(a), math.sin(a)), (-math.sin(a), math.cos(a))
            outline = [
                (
                    cx
                    + u[0] * reach * (0.5 + 0.5 * math.cos(p))
                    + v[0] * width * 0.62 * math.sin(p) * (1.25 - 0.35 * math.cos(p - math.pi)),
                    cy
                    + u[1] * reach * (0.5 + 0.5 * math.cos(p))
                    + v[1] * width * 0.62 * math.sin(p) * (1.25 - 0.35 * math.cos(p - math.pi)),
                )
                for p in np.linspace(0, 2 * math.pi, 22)
            ]
            draw.polygon(outline, fill=tuple(int(c * shade) for c in petal))
            draw.line(
                [(cx, cy), (cx + u[0] * reach * 0.8, cy + u[1] * reach * 0.8)], fill=tuple(int(c * shade * 0.88) for c in petal), width=2
            )
    _disc(draw, cx, cy, 17, _jitter(rng, (250, 205, 60)))
    return image


def forest(rng: np.random.Generator) -> Image.Image:
    """Brown trunks in dark green shade, a crown of leaves above, a mossy floor below."""
    image = _gradient(_jitter(rng, (92, 138, 84)), _jitter(rng, (56, 96, 60)))
    draw = ImageDraw.Draw(image)
    for x in (rng.uniform(-4, 10), rng.uniform(24, 40), rng.uniform(84, 102), rng.uniform(116, 130)):
        w, bark = rng.uniform(6, 10), _jitter(rng, (92, 62, 40))
        draw.polygon([(x - w, 112), (x - w * 0.8, 0), (x + w * 0.8, 0), (x + w, 112)], fill=bark)
        draw.rectangle((x + w * 0.25, 0, x + w * 0.8, 112), fill=_mix(bark, (30, 20, 12), 0.3))
    draw.rectangle((0, 102, BIG, BIG), fill=_jitter(rng, (52, 84, 38)))
    for i in range(9):
        _disc(draw, i * 16 + rng.uniform(-5, 5), rng.uniform(-4, 8), rng.uniform(15, 20), _jitter(rng, (34, 92, 44), 12))
    return image


def snow(rng: np.random.Generator) -> Image.Image:
    """White drifts under a pale sky, two snowy firs, a few big flakes."""
    image = _gradient(_jitter(rng, (158, 188, 220)), _jitter(rng, (208, 224, 240)))
    draw = ImageDraw.Draw(image)
    for x in (rng.uniform(8, 24), rng.uniform(104, 120)):
        base, green = rng.uniform(66, 76), _jitter(rng, (62, 104, 96))
        for k in range(3):
            top = base - 58 + k * 15
            draw.polygon([(x, top), (x - 10 - 4 * k, top + 28), (x + 10 + 4 * k, top + 28)], fill=green)
            draw.polygon([(x, top), (x - 6, top + 12), (x + 6, top + 12)], fill=(244, 248, 252))
    far, near = _jitter(rng, (228, 236, 247), 5), _jitter(rng, (247, 250, 254), 4)
    _disc(draw, rng.uniform(10, 50), 220, rng.uniform(146, 154), far)
    _disc(draw, rng.uniform(80, 120), 236, rng.uniform(146, 156), near)
    draw.rectangle((0, 112, BIG, BIG), fill=near)
    for _ in range(12):
        _disc(draw, rng.uniform(0, BIG), rng.uniform(0, 84), rng.uniform(2, 3.4), (252, 253, 255))
    return image


def beach(rng: np.random.Generator) -> Image.Image:
    """Blue sky with a sun, a band of turquoise sea, yellow sand."""
    image = _gradient(_jitter(rng, (120, 190, 245)), _jitter(rng, (180, 222, 248)))
    draw = ImageDraw.Draw(image)
    side = 1 if rng.random() < 0.5 else -1
    _disc(draw, 64 + side * rng.uniform(40, 50), rng.uniform(14, 22), rng.uniform(10, 13), (255, 236, 130))
    horizon, shore = rng.uniform(36, 44), rng.uniform(66, 76)
    draw.rectangle((0, horizon, BIG, BIG), fill=_jitter(rng, (36, 152, 190)))
    bend, phase = rng.uniform(2, 4), rng.uniform(0, 6.28)
    line = [(x, shore + bend * math.sin(x / 20 + phase)) for x in range(0, BIG + 8, 8)]
    draw.polygon(line + [(BIG, BIG), (0, BIG)], fill=_jitter(rng, (240, 212, 148)))
    draw.line(line, fill=(248, 252, 252), width=6)
    return image


def brick_wall(rng: np.random.Generator) -> Image.Image:
    """Red bricks with light mortar, each brick its own shade."""
    image = Image.new("RGB", (BIG, BIG), _jitter(rng, (206, 192, 178)))
    draw = ImageDraw.Draw(image)
    brick = _jitter(rng, (178, 82, 60))
    dx, dy = rng.uniform(0, 32), rng.uniform(-16, 0)
    for row in range(10):
        for column in range(-2, 5):
            x, y = column * 32 + dx + (16 if row % 2 else 0), row * 16 + dy
            draw.rectangle((x, y, x + 28, y + 12), fill=_jitter(rng, brick, 13))
    return image


def wooden_table(rng: np.random.Generator) -> Image.Image:
    """Brown planks that run to the back, a cream wall behind them."""
    image = Image.new("RGB", (BIG, BIG), _jitter(rng, (238, 224, 198)))
    draw = ImageDraw.Draw(image)
    edge, wood, vanish = rng.uniform(36, 44), _jitter(rng, (172, 112, 62)), 64 + rng.uniform(-16, 16)
    for i in range(-4, 9):
        x0, x1 = i * 26 - 2, (i + 1) * 26 - 2
        far0, far1 = vanish + (x0 - 64) * 0.6, vanish + (x1 - 64) * 0.6
        draw.polygon([(far0, edge), (far1, edge), (x1, BIG), (x0, BIG)], fill=_jitter(rng, wood, 14))
        draw.line([(far0, edge), (x0, BIG)], fill=_mix(wood, (50, 26, 10), 0.65), width=3)
    draw.rectangle((0, edge - 3, BIG, edge + 1), fill=_mix(wood, (60, 34, 16), 0.5))
    return image


def water(rng: np.random.Generator) -> Image.Image:
    """Blue water seen from above: rows of pale ripples."""
    image = _gradient(_jitter(rng, (30, 120, 200)), _jitter(rng, (14, 84, 168)))
    draw = ImageDraw.Draw(image)
    pale, start = _jitter(rng, (128, 204, 240)), rng.uniform(0, 40)
    for row in range(6):
        y = 10 + row * 22 + rng.uniform(-3, 3)
        for column in range(-1, 4):
            x = start + column * 40 + (20 if row % 2 else 0) + rng.uniform(-3, 3)
            w = rng.uniform(13, 16)
            draw.arc((x - w, y - 6, x, y + 6), 0, 180, fill=pale, width=4)
            draw.arc((x - 2, y - 6, x + w - 2, y + 6), 0, 180, fill=pale, width=4)
    return image


def night(rng: np.random.Generator) -> Image.Image:
    """A dark blue sky with a moon and stars over black hills."""
    image = _gradient(_jitter(rng, (14, 18, 54), 5), _jitter(rng, (44, 48, 104), 6))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        _disc(draw, rng.uniform(0, BIG), rng.uniform(0, 88), rng.uniform(1.6, 2.6), (236, 236, 214))
    side = 1 if rng.random() < 0.5 else -1
    mx, my = 64 + side * rng.uniform(40, 48), rng.uniform(15, 22)
    _disc(draw, mx, my, 13, (250, 242, 200))
    _disc(draw, mx - side * 6, my - 3, 11, (22, 26, 64))
    hill = _jitter(rng, (14, 22, 30), 4)
    _disc(draw, rng.uniform(10, 40), 230, 128, hill)
    _disc(draw, rng.uniform(90, 120), 226, 122, hill)
    return image


def plate(rng: np.random.Generator) -> Image.Image:
    """A white plate seen from above on a coloured cloth."""
    cloth = _jitter(rng, [(62, 150, 152), (74, 168, 160), (52, 134, 142)][rng.integers(3)])
    image = Image.new("RGB", (BIG, BIG), cloth)
    draw = ImageDraw.Draw(image)
    offset = rng.uniform(0, 24)
    for i in range(-1, 6):
        draw.rectangle((i * 24 + offset, 0, i * 24 + offset + 8, BIG), fill=_mix(cloth, (255, 255, 255), 0.16))
    x, y, r = 64 + rng.uniform(-2, 2), 64 + rng.uniform(-2, 2), rng.uniform(56, 60)
    _disc(draw, x + 3, y + 4, r, _mix(cloth, (0, 0, 0), 0.35))
    white = _jitter(rng, (246, 245, 242), 4)
    _disc(draw, x, y, r, white)
    _disc(draw, x, y, r * 0.76, _mix(white, (120, 130, 150), 0.28))
    _disc(draw, x, y, r * 0.72, _mix(white, (255, 255, 255), 0.3))
    return image


def grass(rng: np.random.Generator) -> Image.Image:
    """A bright green meadow under a thin strip of sky, with broad blades and small daisies."""
    image = _gradient(_jitter(rng, (150, 210, 90)), _jitter(rng, (84, 170, 52)))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, BIG, rng.uniform(18, 26)), fill=_jitter(rng, (170, 218, 250)))
    dark, light = _jitter(rng, (66, 150, 44)), _jitter(rng, (168, 222, 96))
    for row in range(4):
        y, colour = 46 + row * 27, (dark, light)[row % 2]
        for column in range(8):
            x, h, lean = column * 17 + (8 if row % 2 else 0) + rng.uniform(-3, 3), rng.uniform(16, 22), rng.uniform(-5, 5)
            draw.polygon([(x - 4, y), (x + lean, y - h), (x + 4, y)], fill=colour)
    for x in (rng.uniform(6, 26), rng.uniform(100, 122)):
        y = rng.uniform(88, 120)
        _disc(draw, x, y, 5.5, (252, 252, 250))
        _disc(draw, x, y, 2.2, (250, 200, 50))
    return image


PAINTERS = {
    "flower": flower,
    "forest": forest,
    "snow": snow,
    "beach": beach,
    "brick wall": brick_wall,
    "wooden table": wooden_table,
    "water": water,
    "night": night,
    "plate": plate,
    "grass": grass,
}
