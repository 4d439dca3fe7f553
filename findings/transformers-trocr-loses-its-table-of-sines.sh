#!/usr/bin/env bash
# transformers 5.5.4, TrOCR with sinusoidal positions (use_learned_position_embeddings=False): a checkpoint that it saved itself loads without
# a word, and cannot read an image: generate() raises RuntimeError, since the table of sines, which is no weight, stays on the device "meta".
# The model that was saved works.
#
# Seen: before saving 5 ids; after loading RuntimeError "Tensor on device meta is not on the expected device cpu!".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 transformers==5.5.4
cd "$folder"
HF_HOME="$folder/home" HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON'
import torch
import transformers
from transformers import GenerationConfig, TrOCRConfig, TrOCRForCausalLM, VisionEncoderDecoderModel, ViTConfig, ViTModel

print("transformers", transformers.__version__)
torch.manual_seed(0)
vision = ViTConfig(hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=16, patch_size=8)
sizes = {"vocab_size": 50, "d_model": 24, "decoder_layers": 2, "decoder_attention_heads": 2, "decoder_ffn_dim": 48, "max_position_embeddings": 64}
text = TrOCRConfig(**sizes, cross_attention_hidden_size=16, use_learned_position_embeddings=False, is_decoder=True, add_cross_attention=True)
model = VisionEncoderDecoderModel(encoder=ViTModel(vision, add_pooling_layer=False), decoder=TrOCRForCausalLM(text)).eval()
model.config.decoder_start_token_id, model.config.pad_token_id = 2, 1
model.generation_config = GenerationConfig(decoder_start_token_id=2, eos_token_id=2, pad_token_id=1)
image = torch.zeros(1, 3, 16, 16)
before = model.generate(image, max_new_tokens=4, min_new_tokens=4)[0].tolist()
print("before saving", before)
model.save_pretrained("checkpoint")
after = ""
try:
    print("after loading", VisionEncoderDecoderModel.from_pretrained("checkpoint").generate(image, max_new_tokens=4))
except RuntimeError as problem:
    after = str(problem)
    print("after loading RuntimeError", after)
raise SystemExit(0 if len(before) == 5 and "device meta" in after else "the behaviour has changed")
PYTHON
