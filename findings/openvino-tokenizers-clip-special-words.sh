#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A CLIP tokenizer's special tokens, typed in a text, become other ids once convert_tokenizer has converted it.
#
# SDXL's second tokenizer and that of Stable Diffusion 2.x pad with "!", which is id 0 in CLIP's vocabulary; "!</w>", the
# word, is id 256. transformers takes special tokens out of a text before anything else, so a typed "!" is id 0. The
# converted tokenizer reads it as the word: 256. A typed "<|endoftext|>" it finds, but spells the "</w>" behind it as
# letters. So prompts with an exclamation mark give other images with OpenVINO than with diffusers.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: \
  openvino==2026.4.1 openvino-tokenizers==2026.4.1.0 transformers==5.5.4 tokenizers==0.22.2
cat >"$work/show.py" <<'PYTHON'
import json
import sys
from importlib.metadata import version

import openvino
from openvino_tokenizers import convert_tokenizer
from transformers import CLIPTokenizer

folder = sys.argv[1]
print("openvino", openvino.__version__.split("-")[0], "openvino-tokenizers", version("openvino-tokenizers"), "transformers", version("transformers"))

# CLIP's vocabulary without its merges: a token for each byte, one for each byte that ends a word, and the two special ones.
shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
letters = [chr(byte) for byte in shown] + [chr(256 + i) for i in range(256 - len(shown))]
tokens = letters + [letter + "</w>" for letter in letters] + ["<|startoftext|>", "<|endoftext|>"]
with open(f"{folder}/vocab.json", "w") as file:
    json.dump({token: i for i, token in enumerate(tokens)}, file)
with open(f"{folder}/merges.txt", "w") as file:
    file.write("#version: 0.2\n")

kept = CLIPTokenizer.from_pretrained(folder, pad_token="!", model_max_length=77)
converted = openvino.Core().compile_model(convert_tokenizer(kept), "CPU")
changed = 0
for text in ("x", "x!", "x <|endoftext|> y"):
    before = kept(text)["input_ids"]
    after = [int(i) for i in converted([text])["input_ids"][0]]
    print(f"{text!r:22} transformers {[tokens[i] for i in before]} {before}")
    print(f"{'':22} converted    {[tokens[i] for i in after]} {after}")
    changed += before != after
    if text == "x":
        assert before == after
assert changed == 2, "the converted tokenizer agrees with transformers now"
PYTHON
mkdir "$work/clip"
"$work/venv/bin/python" "$work/show.py" "$work/clip"
echo "as stated: typed special tokens of CLIP become other ids when the tokenizer is converted"
