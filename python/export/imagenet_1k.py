#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The 1,000 classes of ImageNet-1k as a table, src/scotoma/study/imagenet_1k.inc.

    python/export/imagenet_1k.py --wordnet DIR > src/scotoma/study/imagenet_1k.inc

A row a class, in the order of the outputs of the models that torchvision, timm and transformers give, then a row
each for all that is a hypernym of one of them:

    WordNet id | name of a class | words | ids of the direct hypernyms

The order and the ids are timm's, and torchvision's names are among the words (requirements.txt). Words are WordNet
3.0's, whose noun data lies in DIR (data.noun; Debian's package wordnet-base has it). A class's name is its first word;
classes that differ there in nothing but capitals get their hypernyms behind it: "crane (wading bird)" and "crane
(lifting device)".
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import pathlib
import sys

import timm.data
import torchvision.models


@dataclasses.dataclass
class Synset:
    words: list[str]
    hypernyms: list[str]  # offsets


def read_wordnet(path: pathlib.Path) -> dict[str, Synset]:
    """Of data.noun (wndb(5WN)): by offset."""
    synsets = {}
    for line in path.read_text().splitlines():
        if line.startswith(" "):
            continue  # the licence
        fields = line.split(" | ")[0].split()
        words = int(fields[3], 16)
        at = 4 + 2 * words
        pointers = [fields[at + 1 + 4 * i : at + 5 + 4 * i] for i in range(int(fields[at]))]
        synsets[fields[0]] = Synset(
            [word.replace("_", " ") for word in fields[4:at:2]],
            [offset for symbol, offset, part, _ in pointers if symbol in ("@", "@i") and part == "n"],
        )
    return synsets


def row(offset: str, name: str, words: list[str], synset: Synset) -> str:
    """A line of C++: a piece of one string."""
    fields = [f"n{offset}", name, ";".join(words), ";".join(f"n{above}" for above in synset.hypernyms)]
    return '"' + "|".join(fields).replace("\\", "\\\\").replace('"', '\\"') + '\\n"'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wordnet", type=pathlib.Path, required=True, metavar="DIR")
    arguments = parser.parse_args()
    synsets = read_wordnet(arguments.wordnet / "data.noun")
    names = torchvision.models.ResNet50_Weights.IMAGENET1K_V1.meta["categories"]
    classes = [wordnet_id[1:] for wordnet_id in timm.data.ImageNetInfo("imagenet-1k").label_names()]
    if len(names) != 1000 or len(classes) != 1000:
        sys.exit(f"{len(names)} names and {len(classes)} ids, not 1,000")
    alike = collections.Counter(synsets[offset].words[0].casefold() for offset in classes)
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Made by python/export/imagenet_1k.py. Words and ids are WordNet 3.0's, Copyright 2006 by Princeton University,")
    print("// all rights reserved: docs/licences/wordnet.txt.")
    print("// clang-format off")
    for torchvisions, offset in zip(names, classes):
        own = synsets[offset]
        if not torchvisions.casefold().startswith(own.words[0].casefold()):
            print(f"n{offset}: torchvision's '{torchvisions}' is not WordNet's '{own.words[0]}'", file=sys.stderr)
        name = own.words[0]
        if alike[name.casefold()] > 1:
            name += f" ({synsets[own.hypernyms[0]].words[0]})"
        print(row(offset, name, list(dict.fromkeys([*own.words, torchvisions])), own))
    seen = set(classes)
    level = classes
    while level:
        level = [above for each in level for above in synsets[each].hypernyms]
        level = [above for above in dict.fromkeys(level) if above not in seen]
        seen.update(level)
        for offset in level:
            print(row(offset, "", synsets[offset].words, synsets[offset]))


if __name__ == "__main__":
    main()
