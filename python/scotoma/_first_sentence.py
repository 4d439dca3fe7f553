# SPDX-License-Identifier: Apache-2.0
"""The first sentence of a model's answer, by the rules of src/scotoma/backend/openvino/captioner/first_sentence.h."""

from __future__ import annotations

import re
import string

_ABBREVIATIONS = frozenset("mr mrs ms dr st jr sr vs no etc e.g i.e approx fig".split())
_END = re.compile(r"[.!?][.!?\"')]*(?=\s|$)")


def _is_abbreviation(word: str) -> bool:
    word = word.lstrip(string.punctuation)
    return word.isalpha() if len(word) == 1 else word.lower() in _ABBREVIATIONS


def first_sentence(text: str) -> str:
    """Of its first line; all of that where no sentence ends in it."""
    line = text.lstrip().split("\n", 1)[0].rstrip()
    for end in _END.finditer(line):
        rest = line[end.end() :].lstrip()
        before = line[: end.start()].split()
        if line[end.start()] != "." or not rest or not (rest[0].islower() or (before and _is_abbreviation(before[-1]))):
            return line[: end.end()]
    return line
