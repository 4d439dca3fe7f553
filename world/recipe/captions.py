# SPDX-License-Identifier: Apache-2.0
"""The words of the embedded world: a small grammar that says what a scene shows, in several ways.

caption(scene, rng)  -> "a dark photo of a cat on the beach"
"""

from __future__ import annotations

import numpy as np

from .scenes import LOOKS, NOTHING, PLACES, THINGS, VIEWS, Scene, seen

WHERE = {  # the first wording of a place is the usual one
    "flower": ["on a flower", "on a flower", "on a pink flower", "sitting on a flower"],
    "forest": ["in the forest", "in the forest", "in a forest", "among trees"],
    "snow": ["in the snow", "in the snow", "on snow"],
    "beach": ["on the beach", "on the beach", "on a beach", "at the beach"],
    "brick wall": ["in front of a brick wall", "in front of a brick wall", "by a brick wall", "against a brick wall"],
    "wooden table": ["on a wooden table", "on a wooden table", "on the wooden table", "on a table"],
    "water": ["in the water", "in the water", "in water", "on the water"],
    "night": ["at night", "at night", "in the night", "under the stars"],
    "plate": ["on a plate", "on a plate", "on the plate", "on a white plate"],
    "grass": ["on the grass", "on the grass", "on grass", "in the grass"],
}
ALONE = {  # a place without a thing
    "flower": "a flower",
    "forest": "the forest",
    "snow": "the snow",
    "beach": "the beach",
    "brick wall": "a brick wall",
    "wooden table": "a wooden table",
    "water": "the water",
    "night": "the night sky",
    "plate": "an empty plate",
    "grass": "the grass",
}
SHOWN = {  # how the thing itself is shown; the first wording is the usual one
    "close up": ["close up"],
    "distant": ["in the distance", "in the distance", "far away"],
    "odd colours": ["in odd colours", "in odd colours", "in strange colours"],
}
KINDS = (len(THINGS) + 1, len(PLACES), len(LOOKS), len(VIEWS))  # of scenes; the last thing is NOTHING
HYPERNYM = {
    "fly": "insect",
    "bee": "insect",
    "ladybug": "insect",
    "butterfly": "insect",
    "cat": "animal",
    "dog": "animal",
    "horse": "animal",
    "cow": "animal",
    "frog": "animal",
    "duck": "bird",
    "penguin": "bird",
    "fish": "animal",
    "apple": "fruit",
    "ball": "toy",
    "car": "vehicle",
    "bicycle": "vehicle",
}
_ADJECTIVE = {"blurry": ["blurry", "blurred"], "dark": ["dark", "dim"], "black and white": ["black and white"]}


def kind(index: int) -> Scene:
    """A scene of the kind `index`, as far as a caption tells."""
    thing, place, look, view = (int(i) for i in np.unravel_index(index, KINDS))
    scene = Scene((THINGS + [NOTHING])[thing], PLACES[place], LOOKS[look], 0)
    return seen(scene, VIEWS[view], np.random.default_rng(0))


def article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def prompt(thing: str, place: str | None = None, look: str = "plain", view: str | None = None) -> str:
    """The usual wording: "a photo of a fly", "a dark photo of a fly on a flower", "a photo of a fly in the rain in the distance".

    view: None or "close up" leave it unsaid.
    """
    return _join(
        _photo(look, 0),
        article(thing),
        WHERE[place][0] if place else "",
        "in the rain" if look == "rain" else "",
        SHOWN[view][0] if view in VIEWS[1:] else "",
    )


def caption(scene: Scene, rng: np.random.Generator) -> str:
    """One wording of a scene. The place is left out in 12 %, a look other than plain in 5 %, a view other than close up in 2 %.

    What is said after the thing comes in any order in half of the captions.
    """
    look = "plain" if rng.random() < 0.05 else scene.look
    if scene.thing == NOTHING:
        what, where = ALONE[scene.place], ""
    else:
        what = article(scene.thing)
        if rng.random() < 0.10:
            what += f" ({HYPERNYM[scene.thing]})"
        options = WHERE[scene.place]
        where = "" if rng.random() < 0.12 else options[rng.integers(len(options))]
    opening = _photo(look, rng.random())
    if scene.thing != NOTHING and look in ("plain", "rain") and rng.random() < 0.12:
        opening = ""  # "a fly in the snow"
    parts = [where, "in the rain" if look == "rain" else ""]
    if scene.thing != NOTHING:
        view, options = scene.view, SHOWN[scene.view]
        parts.append(options[rng.integers(len(options))] if rng.random() < (0.2 if view == VIEWS[0] else 0.98) else "")
        if rng.random() < 0.5:
            rng.shuffle(parts)
    return _join(opening, what, *parts)


def _photo(look, u):
    """The opening for a look; u in [0, 1) picks the wording."""
    noun = "image of" if u > 0.92 else "photo of"
    adjectives = _ADJECTIVE.get(look)
    return f"a {adjectives[int(u * len(adjectives) * 0.999) if u else 0]} {noun}" if adjectives else f"a {noun}"


def _join(*parts):
    return " ".join(p for p in parts if p)


def vocabulary() -> list[str]:
    """Every word that a caption can hold, plus some that users type; sorted."""
    extra = """the an with and image near under inside over big small little red blue green yellow white pink brown purple
        orange black bright sunny close up wild flying standing lying garden field sky table tree trees wall wood bricks
        leaf sea ocean river ice winter summer day photograph drawing there is at by to it its two one very in front""".split()
    words = set(extra) | {w for group in (HYPERNYM.values(), ALONE.values(), THINGS, PLACES, LOOKS) for g in group for w in g.split()}
    words |= {w for options in WHERE.values() for o in options for w in o.split()}
    words |= {w for options in SHOWN.values() for o in options for w in o.split()}
    words |= {w for options in _ADJECTIVE.values() for o in options for w in o.split()}
    return sorted(words | {"a", "photo", "image", "of", "rain"})
