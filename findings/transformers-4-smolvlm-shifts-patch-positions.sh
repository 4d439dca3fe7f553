#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# transformers 4.57.6: in f32 the vision encoders of SmolVLM and Idefics 3 give the patches of a whole image the positions of their
# neighbours. The second row and column of patches get the place of the first, the third that of the second, and so on; the last row and
# column of the table of positions are never read. 5.5.4 gives every patch its own place, as the models were trained with.
#
# The place of patch i of n is found by sorting i / n * (1 - 1e-6) into the boundaries 1/n, 2/n, ...: the factor puts each of them just
# below its own boundary. In bf16, in which 1 - 1e-6 is 1, every patch is in its place, so the same checkpoint sees other images in f32.
# optimum-intel 2.2.0 exports these models with transformers before 5 only, and computes the positions of its own pipeline by the same
# formula.
#
# Seen: of 32 x 32 patches (SmolVLM-256M, 512 pixels) 961 places are used by 4.57.6 in f32, all 1,024 in bf16 and by 5.5.4.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/show.py" <<'PYTHON'
import sys

import torch
import transformers
from transformers.models.smolvlm.configuration_smolvlm import SmolVLMVisionConfig
from transformers.models.smolvlm.modeling_smolvlm import SmolVLMVisionEmbeddings

print("transformers", transformers.__version__, "torch", torch.__version__)
SIDE = 512 // 16
used = {}
for dtype in (torch.float32, torch.bfloat16):
    config = SmolVLMVisionConfig(hidden_size=8, image_size=512, patch_size=16, num_attention_heads=2)
    embeddings = SmolVLMVisionEmbeddings(config).to(dtype)
    asked = []
    embeddings.position_embedding.register_forward_pre_hook(lambda _, inputs: asked.append(inputs[0]))
    with torch.no_grad():
        embeddings(torch.zeros(1, 3, 512, 512, dtype=dtype), torch.ones(1, SIDE, SIDE, dtype=torch.bool))
    places = asked[0].reshape(SIDE, SIDE)
    used[str(dtype)] = places.unique().numel()
    print(dtype, "rows of the first column:", (places[:6, 0] // SIDE).tolist(), "...", int(places[-1, 0] // SIDE), "places used:", used[str(dtype)])
expected = {"torch.float32": int(sys.argv[1]), "torch.bfloat16": 1024}
raise SystemExit(0 if used == expected else "the behaviour has changed")
PYTHON
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check transformers==5.5.4 torch==2.15.0 requests==2.32.5
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --target "$work/older" transformers==4.57.6 huggingface-hub==0.36.0
export HF_HUB_OFFLINE=1
PYTHONPATH="$work/older" "$work/venv/bin/python" "$work/show.py" 961
"$work/venv/bin/python" "$work/show.py" 1024
echo "as stated: transformers 4.57.6 shifts the patches of SmolVLM in f32"
