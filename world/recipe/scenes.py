# SPDX-License-Identifier: Apache-2.0
"""Scenes of the embedded world: one thing in one place under one look, 64 x 64 RGB, about a millisecond each.

A scene is a small record; `sample` draws one, `render` paints it. Both depend on nothing but their arguments, so a
seed gives the same image everywhere. Things are 3D emoji (npm `@lobehub/fluent-emoji-3d`, MIT), places are drawn
in `places.py`.

    rng = np.random.default_rng(7)
    image = render(sample(rng, thing="fly", place="flower"))     # uint8 [64, 64, 3]
"""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .places import PAINTERS

SIZE = 64
SPRITES = Path(__file__).resolve().parent.parent / "work" / "npm" / "package" / "assets"
CODES = {
    "fly": "1fab0",
    "bee": "1f41d",
    "ladybug": "1f41e",
    "butterfly": "1f98b",
    "cat": "1f431",
    "dog": "1f436",
    "horse": "1f434",
    "cow": "1f42e",
    "frog": "1f438",
    "duck": "1f986",
    "penguin": "1f427",
    "fish": "1f41f",
    "apple": "1f34e",
    "ball": "26bd",
    "car": "1f697",
    "bicycle": "1f6b2",
}
NOTHING = "nothing"
THINGS = list(CODES)
PLACES = list(PAINTERS)
LOOKS = ["plain", "blurry", "dark", "black and white", "rain"]
VIEWS = ["close up", "distant", "odd colours"]  # how the thing itself is shown; the first is the usual one
_SPRITE_SIDE = 80  # pixels; drawn smaller by the affine transform below


@dataclass(frozen=True)
class Scene:
    """Everything that decides the image. Lengths are shares of the side, angles are degrees."""

    thing: str  # one of THINGS, or NOTHING
    place: str  # one of PLACES
    look: str  # one of LOOKS
    seed: int  # of the place and of the rain
    size: float = 0.68  # side of the thing's square
    x: float = 0.5  # centre of the thing
    y: float = 0.5
    angle: float = 0.0
    flip: bool = False
    gain: tuple = (1.0, 1.0, 1.0)  # per colour channel of the thing
    hue: float = 0.0  # rotation of the thing's hue
    blur: float = 0.0  # Gaussian radius in pixels, thing only

    @property
    def view(self) -> str:
        """One of VIEWS: small things are distant, things whose hue is turned far have odd colours."""
        return "odd colours" if abs(self.hue) >= 100 else "distant" if self.size <= 0.5 else "close up"


def sample(
    rng: np.random.Generator, thing: str | None = None, place: str | None = None, look: str | None = None, hard: bool = False
) -> Scene:
    """Draws a scene; what is not given is drawn uniformly (things without NOTHING).

    rng: np.random.Generator. hard: smaller, blurrier and recoloured things, so that the place is the easier cue.
    """
    thing = thing or THINGS[rng.integers(len(THINGS))]
    place = place or PLACES[rng.integers(len(PLACES))]
    look = look or LOOKS[rng.integers(len(LOOKS))]
    low, high, turn, shift, tint = (0.30, 0.50, 35, 0.14, 0.25) if hard else (0.62, 0.75, 10, 0.045, 0.06)
    brightness = rng.uniform(1 - tint, 1 + tint)
    return Scene(
        thing,
        place,
        look,
        int(rng.integers(2**31)),
        size=rng.uniform(low, high) * (1.15 if thing == "bicycle" else 1.0),  # thin: it needs the pixels
        x=0.5 + rng.uniform(-shift, shift),
        y=0.52 + rng.uniform(-shift, shift),
        angle=rng.uniform(-turn, turn),
        flip=bool(rng.random() < 0.5),
        gain=tuple(float(brightness * rng.uniform(1 - tint / 2, 1 + tint / 2)) for _ in range(3)),
        hue=rng.uniform(-50, 50) if hard else rng.uniform(-4, 4),
        blur=rng.uniform(0.3, 1.3) if hard else 0.0,
    )


def seen(scene: Scene, view: str | None, rng: np.random.Generator) -> Scene:
    """The scene in one of VIEWS: distant things are small, but sharp, odd colours are far from the usual."""
    if view == "distant":
        return dataclasses.replace(scene, size=scene.size * 0.55)
    if view == "odd colours":
        return dataclasses.replace(scene, hue=float(rng.uniform(100, 180) * rng.choice([-1, 1])))
    return scene


def render(scene: Scene) -> np.ndarray:
    """The image of a scene, uint8 [64, 64, 3]. KeyError for a thing or place that is not of this world."""
    rng = np.random.default_rng(scene.seed)
    image = np.asarray(PAINTERS[scene.place](rng).reduce(2), np.float32)
    if scene.thing != NOTHING:
        image = _put(image, scene)
    return _apply_look(image, scene.look, rng)


def _put(image, scene):
    """Pastes the thing, over its own soft shadow. image: float32 [64, 64, 3], 0..255."""
    sprite = _place_sprite(scene)
    if scene.blur:
        sprite = sprite.filter(ImageFilter.GaussianBlur(scene.blur))
    layer = np.asarray(sprite, np.float32)
    shadow = np.roll(np.asarray(sprite.getchannel("A").filter(ImageFilter.BoxBlur(2)), np.float32), (3, 1), (0, 1)) / 255
    image = image * (1 - 0.38 * shadow[..., None])
    alpha = layer[..., 3:] / 255
    colour = np.clip(layer[..., :3] @ _recolour(scene.hue, scene.gain), 0, 255 * alpha)
    return image * (1 - alpha) + colour


def _place_sprite(scene):
    """The thing, scaled, turned and moved onto an empty 64 x 64 RGBA canvas with premultiplied alpha."""
    scale = _SPRITE_SIDE / (scene.size * SIZE)  # sprite pixels per image pixel
    a = math.radians(scene.angle)
    cos, sin, mirror = math.cos(a) * scale, math.sin(a) * scale, -1 if scene.flip else 1
    cx, cy, half = scene.x * SIZE, scene.y * SIZE, _SPRITE_SIDE / 2
    matrix = (mirror * cos, mirror * sin, half - mirror * (cos * cx + sin * cy), -sin, cos, half + sin * cx - cos * cy)
    return _sprite(scene.thing, scale > 2).transform((SIZE, SIZE), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


@functools.cache
def _sprite(thing, small):
    """RGBA with premultiplied alpha; `small` is softened first, so that shrinking it more than twofold does not alias."""
    image = Image.open(SPRITES / f"{CODES[thing]}.webp").convert("RGBA")
    data = np.asarray(image, np.float32)
    data = np.concatenate([data[..., :3] * data[..., 3:] / 255, data[..., 3:]], -1)
    image = Image.fromarray(data.astype(np.uint8), "RGBA")
    image = Image.merge("RGBA", [c.resize((_SPRITE_SIDE, _SPRITE_SIDE), Image.Resampling.BOX) for c in image.split()])
    return image.filter(ImageFilter.BoxBlur(1)) if small else image


def _recolour(hue, gain):
    """Matrix [3, 3] for row vectors of RGB: a hue rotation about grey, then a gain per channel."""
    a = math.radians(hue)
    cos, sin, third = math.cos(a), math.sin(a) / math.sqrt(3), (1 - math.cos(a)) / 3
    turn = np.array(
        [[cos + third, third - sin, third + sin], [third + sin, cos + third, third - sin], [third - sin, third + sin, cos + third]],
        np.float32,
    )
    return turn.T * np.asarray(gain, np.float32)


def _apply_look(pixels, look, rng):
    """Blur, darkness, grey or rain over the whole image; uint8 out."""
    if look == "dark":
        pixels = pixels * rng.uniform(0.36, 0.44)
    elif look == "black and white":
        pixels = np.repeat((pixels @ np.array([0.299, 0.587, 0.114], np.float32))[..., None], 3, -1)
    elif look == "rain":
        pixels = _rain(pixels * 0.72 + np.array([34, 38, 46], np.float32), rng)
    image = np.clip(pixels, 0, 255).astype(np.uint8)
    if look == "blurry":
        image = np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(rng.uniform(1.7, 2.1))))
    return image


def _rain(image, rng):
    """Slanted pale streaks; their slant is the same in every image, their places are not."""
    mask = Image.new("L", (SIZE, SIZE), 0)
    draw = ImageDraw.Draw(mask)
    for i in range(22):
        x, y = (i % 6) * 11 + rng.uniform(0, 11), (i // 6) * 17 + rng.uniform(-8, 8)
        draw.line((x, y, x - 3, y + 10), fill=150, width=1)
    veil = np.asarray(mask, np.float32)[..., None] / 255
    return image * (1 - veil) + np.array([214, 226, 240], np.float32) * veil


def montage(images: np.ndarray, columns: int, scale: int = 2, gap: int = 2) -> Image.Image:
    """A grid of images (uint8 [n, h, w, 3]), row by row, each enlarged `scale` times."""
    images = np.asarray(images)
    n, h, w = images.shape[:3]
    rows = -(-n // columns)
    sheet = np.full((rows * (h * scale + gap), columns * (w * scale + gap), 3), 255, np.uint8)
    for i, image in enumerate(images):
        y, x = (i // columns) * (h * scale + gap), (i % columns) * (w * scale + gap)
        sheet[y : y + h * scale, x : x + w * scale] = image.repeat(scale, 0).repeat(scale, 1)
    return Image.fromarray(sheet)
