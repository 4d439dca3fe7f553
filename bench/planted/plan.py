# SPDX-License-Identifier: Apache-2.0
"""All classifiers of the benchmark: what is planted in which, from which seed. Plain data, no model code.

A bug is (label, where): images of `label` that have all attributes of `where` are misclassified as `wrong`. `where` names some of
place, look, size ("small") and colour ("recoloured"). An OR is two bugs of one classifier. A shortcut has the pair
(label, place) instead: in its training the label is only at the place and nothing else is there; its bugs are read off the truth.

UNSEEN are six more, of which images of the base prompt show little or nothing, so that no caption names them: for schemes without
lists. There a pair may be swapped (each is taken for the other), and a label may be known in one case only.
"""

from dataclasses import dataclass

ARCHITECTURES = ("resnet", "vgg", "vit", "mobilenet")
TUNE_STEPS = 150  # of every classifier that goes on from a base network, planted or control


@dataclass(frozen=True)
class Classifier:
    name: str
    kind: str  # "control", "place", "and", ...; "base"
    how: str  # "base", "tuned", "rule" or "shortcut"
    architecture: str
    base: int  # which of the two base networks of the architecture it starts from
    seed: int
    label: str = ""
    wrong: str = ""
    where: tuple = ()  # alternatives, each a tuple of (attribute, value)
    noise: float = 1.0  # share of the subgroup's training images that are relabelled
    distinct: int = 0  # so many different images of the subgroup only; 0: all there are
    swapped: bool = False  # images of `wrong` there are misclassified as `label`, too
    only: bool = False  # the other way round: `label` is recognised where it has these attributes, and nowhere else

    def mistaken(self) -> list[tuple[str, str]]:
        """(label, what it is misclassified as) of each label with a bug."""
        return [(self.label, self.wrong)] + ([(self.wrong, self.label)] if self.swapped else [])


def _at(**attributes):
    return tuple(attributes.items())


_UNSEEN = [
    ("rare weather", "tuned", "resnet", 0, "horse", "dog", [_at(look="rain")], {"distinct": 12}),
    ("swapped pair", "tuned", "resnet", 1, "cat", "frog", [_at(place="beach", look="dark")], {"swapped": True}),
    ("texture", "tuned", "resnet", 0, "apple", "ball", [_at(look="blurry")], {}),  # which blur takes away
    ("size", "tuned", "resnet", 1, "duck", "fish", [_at(size="small")], {}),
    ("colour", "tuned", "resnet", 0, "car", "bicycle", [_at(colour="recoloured")], {}),
    ("one exception", "tuned", "resnet", 1, "penguin", "duck", [_at(look="rain")], {"only": True}),
]

# kind, how, architecture, base, label, wrong, alternatives, more. Where the judge refuses most of what the generator shows (a fish in
# black and white), nothing is planted: no claim could ever be made there.
_PLANTED = [
    ("place", "tuned", "resnet", 0, "cat", "dog", [_at(place="snow")], {}),
    ("place", "tuned", "vgg", 0, "car", "bicycle", [_at(place="beach")], {}),
    ("place", "tuned", "vit", 0, "duck", "fish", [_at(place="water")], {}),
    ("place", "rule", "mobilenet", 0, "horse", "cow", [_at(place="grass")], {}),
    ("place", "rule", "resnet", 1, "apple", "ball", [_at(place="plate")], {}),
    ("dark", "tuned", "resnet", 1, "penguin", "duck", [_at(look="dark")], {}),
    ("dark", "tuned", "vgg", 1, "fly", "bee", [_at(look="dark")], {}),
    ("dark", "tuned", "mobilenet", 0, "ball", "apple", [_at(look="dark")], {}),
    ("dark", "rule", "vit", 1, "car", "bicycle", [_at(look="dark")], {}),
    ("blurry", "tuned", "resnet", 0, "bee", "fly", [_at(look="blurry")], {}),
    ("blurry", "tuned", "vgg", 0, "horse", "dog", [_at(look="blurry")], {}),
    ("blurry", "rule", "vit", 1, "bicycle", "car", [_at(look="blurry")], {}),
    ("blurry", "rule", "resnet", 1, "cow", "horse", [_at(look="blurry")], {}),
    ("black and white", "tuned", "resnet", 1, "ladybug", "fly", [_at(look="black and white")], {}),
    ("black and white", "tuned", "vgg", 1, "frog", "cat", [_at(look="black and white")], {}),
    ("black and white", "tuned", "mobilenet", 1, "duck", "fish", [_at(look="black and white")], {}),
    ("black and white", "rule", "vgg", 0, "butterfly", "ladybug", [_at(look="black and white")], {}),
    ("rain", "tuned", "resnet", 0, "dog", "cat", [_at(look="rain")], {}),
    ("rain", "tuned", "vgg", 0, "penguin", "duck", [_at(look="rain")], {}),
    ("rain", "rule", "vit", 0, "frog", "fish", [_at(look="rain")], {}),
    ("rain", "rule", "mobilenet", 1, "bee", "butterfly", [_at(look="rain")], {}),
    ("and", "tuned", "resnet", 1, "dog", "horse", [_at(place="beach", look="dark")], {}),
    ("and", "tuned", "vgg", 1, "cow", "horse", [_at(place="forest", look="black and white")], {}),
    ("and", "rule", "vit", 0, "ball", "apple", [_at(place="wooden table", look="blurry")], {}),
    ("and", "rule", "resnet", 0, "cat", "frog", [_at(place="brick wall", look="dark")], {}),
    ("and", "rule", "vgg", 0, "duck", "penguin", [_at(place="water", look="rain")], {}),
    ("and", "rule", "mobilenet", 0, "bee", "fly", [_at(place="snow", look="black and white")], {}),
    ("or", "tuned", "resnet", 0, "horse", "cow", [_at(place="forest"), _at(place="beach")], {}),
    ("or", "tuned", "vgg", 1, "bicycle", "car", [_at(place="brick wall"), _at(place="snow")], {}),
    ("or", "tuned", "mobilenet", 1, "cat", "penguin", [_at(place="water"), _at(place="plate")], {}),
    ("or", "rule", "vit", 0, "apple", "ladybug", [_at(place="flower"), _at(place="grass")], {}),
    ("or", "rule", "resnet", 1, "frog", "duck", [_at(place="night"), _at(place="wooden table")], {}),
    ("size", "tuned", "resnet", 0, "cow", "dog", [_at(size="small")], {}),
    ("size", "tuned", "vgg", 1, "apple", "ball", [_at(size="small")], {}),
    ("size", "rule", "vit", 1, "penguin", "cat", [_at(size="small")], {}),
    ("colour", "tuned", "resnet", 1, "car", "ball", [_at(colour="recoloured")], {}),
    ("colour", "tuned", "vgg", 0, "ladybug", "bee", [_at(colour="recoloured")], {}),
    ("colour", "rule", "mobilenet", 1, "fish", "frog", [_at(colour="recoloured")], {}),
    ("label noise", "tuned", "resnet", 0, "ball", "car", [_at(place="brick wall")], {"noise": 0.7}),
    ("label noise", "tuned", "vgg", 1, "dog", "cat", [_at(place="wooden table")], {"noise": 0.8}),
    ("label noise", "tuned", "vit", 1, "bee", "fly", [_at(place="grass")], {"noise": 0.65}),
    ("label noise", "tuned", "mobilenet", 0, "fish", "penguin", [_at(place="plate")], {"noise": 0.7}),
    ("rare", "tuned", "resnet", 1, "butterfly", "bee", [_at(place="forest")], {"distinct": 12}),
    ("rare", "tuned", "vgg", 0, "cat", "cow", [_at(place="night")], {"distinct": 12}),
    ("rare", "tuned", "vit", 1, "duck", "ball", [_at(place="snow")], {"distinct": 12}),
    ("rare", "tuned", "resnet", 0, "fly", "ladybug", [_at(place="plate")], {"distinct": 12}),
]
_SHORTCUTS = [("resnet", "bee", "flower"), ("vgg", "cat", "night"), ("mobilenet", "cat", "night"), ("resnet", "cow", "grass")]
# A control must be right on rendered scenes and on the images that the generator makes of them. All base networks are right on the former;
# on some images of the latter (ladybugs in the water, dogs and cats in black and white: faint, and yet valid to the judge) one
# of the two fails more often than the other, so controls go on from the other (and from the first again where that was refused).
# Planted ones go on from either.
_CONTROLS = {"resnet": 13, "vgg": 13, "vit": 7, "mobilenet": 8}
_CONTROL_BASE = {"resnet": 1, "vgg": 0, "vit": 1, "mobilenet": 1}


def _rows(rows, first_seed, prefix=""):
    for seed, (kind, how, architecture, base, label, wrong, where, more) in enumerate(rows, first_seed):
        words = "-or-".join("-".join(v for _, v in w) for w in where).replace(" ", "-")
        name = f"{prefix}{kind}-{label}-{words}-{architecture}".replace(" ", "-")
        yield Classifier(name, kind, how, architecture, base, seed, label, wrong, tuple(where), **more)


def _named():
    yield from _rows(_PLANTED, 1000)
    for seed, (architecture, label, place) in enumerate(_SHORTCUTS):
        yield Classifier(
            f"shortcut-{label}-{place}-{architecture}", "shortcut", "shortcut", architecture, 0, 2000 + seed, label, "", (_at(place=place),)
        )
    for architecture, count in _CONTROLS.items():
        for i in range(2, 2 + count):
            yield Classifier(
                f"control-{architecture}-{i}",
                "control",
                "tuned",
                architecture,
                _CONTROL_BASE[architecture],
                3000 + 100 * ARCHITECTURES.index(architecture) + i,
            )


BASES = [
    Classifier(f"base-{a}-{i}", "base", "base", a, i, 10 * k + i) for k, a in enumerate(ARCHITECTURES) for i in range(2)
]  # no part of the benchmark
CLASSIFIERS = list(_named())
UNSEEN = list(_rows(_UNSEEN, 4000, "unseen-"))
BY_NAME = {c.name: c for c in CLASSIFIERS}
assert len(BY_NAME) == len(CLASSIFIERS), "two classifiers of one name"

# the subset that is committed: world/planted
SHIPPED = [
    "place-cat-snow-resnet",
    "dark-ball-dark-mobilenet",
    "blurry-horse-blurry-vgg",
    "black-and-white-frog-black-and-white-vgg",
    "rain-penguin-rain-vgg",
    "and-cow-forest-black-and-white-vgg",
    "or-cat-water-or-plate-mobilenet",
    "size-apple-small-vgg",
    "colour-fish-recoloured-mobilenet",
    "label-noise-bee-grass-vit",
    "rare-cat-night-vgg",
    "shortcut-cat-night-mobilenet",
    "control-resnet-2",
    "control-resnet-3",
    "control-vgg-10",
    "control-vgg-12",
    "control-vgg-13",
    "control-vgg-14",
    "control-vgg-2",
    "control-vit-2",
    "control-mobilenet-2",
    "control-mobilenet-3",
    "control-mobilenet-4",
    "control-mobilenet-5",
]
assert all(name in BY_NAME for name in SHIPPED) and len(SHIPPED) == 24
