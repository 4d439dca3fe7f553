#!/usr/bin/env bash
# transformers 5.5.4, GitForCausalLM.generate(): with a cache, which is the default, the second word of a caption gets a position that
# counts the image, twice the word before it included; without a cache it gets position 1, as in training (where the words of a text stand
# at 0, 1, 2, ...). So use_cache=True and use_cache=False give different captions of the same image, without a word. For an image of n
# patches (with the class token) the positions are 0, n + 2, n + 4, n + 6, ... instead of 0, 1, 2, 3.
#
# Seen: 5 patches: with a cache 0, 7, 9, 11, 13; without 0, 1, 2, 3, 4; other ids from the second new word on.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 transformers==5.5.4
cd "$folder"
HF_HOME="$folder/home" HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON'
import torch
import transformers
from transformers import GitConfig, GitForCausalLM

print("transformers", transformers.__version__)
torch.manual_seed(0)
vision = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 16, "patch_size": 8}
text = {"vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32, "max_position_embeddings": 64}
config = GitConfig(vision_config=vision, **text, bos_token_id=1, eos_token_id=2, pad_token_id=0, initializer_range=0.8)
model = GitForCausalLM(config).eval()
image = torch.randn(1, 3, 16, 16)
seen = []


def note(module, arguments):
    seen.append(int(arguments[0].reshape(-1)[-1]))


model.git.embeddings.position_embeddings.register_forward_pre_hook(note)
out = {}
for cache in (True, False):
    seen.clear()
    ids = model.generate(pixel_values=image, max_new_tokens=5, min_new_tokens=5, use_cache=cache)[0].tolist()
    out[cache] = (list(seen), ids)
    print("with a cache:" if cache else "without:", "positions of the last word", seen, "ids", ids)
same = out[True][0] == [0, 7, 9, 11, 13] and out[False][0] == [0, 1, 2, 3, 4] and out[True][1] != out[False][1]
raise SystemExit(0 if same else "the behaviour has changed")
PYTHON
