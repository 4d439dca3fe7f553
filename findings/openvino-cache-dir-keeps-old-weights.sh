#!/usr/bin/env bash
# OpenVINO 2026.4.1: with CACHE_DIR set, compile_model(path) knows a model by its .xml alone (path, size, time in whole seconds). When only the
# weights are replaced, as a fine-tuned or requantised export of one architecture does, it answers with the old ones, in a new process too.
# read_model(path) first, then compile_model(model), takes the weights into account.
#
# Seen: weights of 2 replaced by weights of 9 in the .bin: compile_model(path) still answers 2, read_model first answers 9.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openvino==2026.4.1 numpy==2.4.6
cd "$folder"
cat >ask.py <<'PYTHON'
import sys

import numpy as np
import openvino as ov

core = ov.Core()
core.set_property({"CACHE_DIR": sys.argv[1]})
model = core.read_model("m.xml") if sys.argv[1] == "read" else "m.xml"
print(core.compile_model(model, "CPU")(np.ones((1, 4), np.float32))[0][0, 0])
PYTHON
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import openvino as ov
from openvino import opset13 as ops

print("openvino", ov.get_version())
x = ops.parameter([1, 4], np.float32, name="x")
y = ops.multiply(x, ops.constant(np.full((1, 4), 2, np.float32)))
ov.save_model(ov.Model([y], [x], "m"), "m.xml", compress_to_fp16=False)
PYTHON
ask() { "$folder/venv/bin/python" ask.py "$1"; }
before="$(ask path) $(ask read)"
"$folder/venv/bin/python" -c 'import numpy as np; np.full((1, 4), 9, np.float32).tofile("m.bin")'
after="$(ask path) $(ask read)"
echo "compile_model(path), read_model first: before $before, after the .bin was replaced $after"
[[ $before == "2.0 2.0" && $after == "2.0 9.0" ]] || { echo "the behaviour has changed" >&2 && exit 1; }
