#!/usr/bin/env bash
# optimum-intel 2.2.0, `optimum-cli export openvino --task image-to-text-with-past` of a ViT with GPT-2 (VisionEncoderDecoderModel): the
# export ends with exit code 0, and no image can be captioned with it: optimum's own OVModelForVision2Seq raises RuntimeError at the second
# word. The decoder for the later words has no inputs for the keys and values of the image (2 layers: 4 inputs past_key_values.*, where the
# decoder for the first word gives 8 outputs), and the outputs of the first are partly without a name of a layer ("key", "value.5"). The same
# export without "-with-past" captions as torch does.
#
# Seen: export 0; 8 states given, 4 taken; RuntimeError: Shape inference of Add failed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 torchvision==0.29.2 transformers==5.5.4 \
  "optimum-intel[openvino]==2.2.0" openvino==2026.4.1 openvino-tokenizers==2026.4.1.0
cd "$folder"
HF_HOME="$folder/home" HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON'
import subprocess
import sys
from pathlib import Path

import openvino
import torch
from optimum.intel import OVModelForVision2Seq
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel, VisionEncoderDecoderModel, ViTConfig, ViTImageProcessor, ViTModel

torch.manual_seed(0)
vision = ViTConfig(hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=16, patch_size=8)
text = GPT2Config(vocab_size=50, n_positions=32, n_embd=24, n_layer=2, n_head=2, add_cross_attention=True, is_decoder=True, bos_token_id=0, eos_token_id=0)
model = VisionEncoderDecoderModel(encoder=ViTModel(vision, add_pooling_layer=False), decoder=GPT2LMHeadModel(text))
ids = {"decoder_start_token_id": 0, "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}
for key, value in ids.items():
    setattr(model.config, key, value)
model.generation_config = GenerationConfig(**ids)
model.save_pretrained("checkpoint")
ViTImageProcessor(size={"height": 16, "width": 16}).save_pretrained("checkpoint")


def caption(task):
    """The class of what generate() raises, or none."""
    command = [Path(sys.executable).parent / "optimum-cli", "export", "openvino", "--model", "checkpoint", "--task", task, task]
    print(task, "exit code", subprocess.run(command, capture_output=True).returncode)
    try:
        OVModelForVision2Seq.from_pretrained(task, use_cache="past" in task).generate(torch.zeros(1, 3, 16, 16), max_new_tokens=4, min_new_tokens=4)
    except RuntimeError as problem:
        print(str(problem)[-300:])
        return RuntimeError
    return None


with_past = caption("image-to-text-with-past")
without = caption("image-to-text")
core = openvino.Core()
given = len(core.read_model("image-to-text-with-past/openvino_decoder_model.xml").outputs) - 1
taken = len(core.read_model("image-to-text-with-past/openvino_decoder_with_past_model.xml").inputs) - 2
print(given, "states given,", taken, "taken")
raise SystemExit(0 if (with_past, without, given, taken) == (RuntimeError, None, 8, 4) else "the behaviour has changed")
PYTHON
