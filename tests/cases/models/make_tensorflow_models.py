# SPDX-License-Identifier: Apache-2.0
"""Small classifiers as TensorFlow writes them, and what TensorFlow answers: tests/cases/models/tensorflow.

    python3 -m venv VENV && VENV/bin/pip install tensorflow-cpu==2.21.0 && VENV/bin/python make_tensorflow_models.py

A SavedModel as Keras 3 exports it, and TFLite in floats, with weights in f16, in whole numbers inside, and in whole numbers throughout
(input and output u8).
answers.json: for a few images, the class probabilities by TensorFlow's own runtimes.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf

OUT = Path(__file__).resolve().parent / "tensorflow"
SIDE, CLASSES, IMAGES = 8, 4, 5


def network() -> tf.keras.Model:
    keras = tf.keras
    keras.utils.set_random_seed(7)
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3), name="image"),
            keras.layers.Rescaling(1 / 127.5, offset=-1),
            keras.layers.Conv2D(6, 3, strides=2, padding="same", kernel_initializer="he_normal"),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(6.0),
            keras.layers.DepthwiseConv2D(3, padding="same", depthwise_initializer="he_normal"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(CLASSES, kernel_initializer=keras.initializers.RandomNormal(stddev=2.0)),
            keras.layers.Softmax(),
        ]
    )


def lite_answers(data: bytes, images: np.ndarray) -> list[list[float]]:
    interpreter = tf.lite.Interpreter(model_content=data)
    interpreter.allocate_tensors()
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
    rows = []
    for image in images:
        interpreter.set_tensor(taken["index"], image[None].astype(taken["dtype"]))
        interpreter.invoke()
        row = interpreter.get_tensor(given["index"])[0]
        scale, zero = given["quantization"]
        rows.append([float(v) for v in ((row.astype(np.float64) - zero) * scale if scale else row)])
    return rows


def main() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    model = network()
    images = np.random.default_rng(1).integers(0, 256, (IMAGES, SIDE, SIDE, 3), dtype=np.uint8)
    model.export(OUT / "saved", verbose=False)
    answers = {"saved": [[float(v) for v in row] for row in model(images.astype(np.float32)).numpy()]}
    for name in ("floats", "half", "inside", "whole"):
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        if name != "floats":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if name == "half":
            converter.target_spec.supported_types = [tf.float16]
        if name in ("inside", "whole"):
            converter.representative_dataset = lambda: ([image[None].astype(np.float32)] for image in images)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        if name == "whole":
            converter.inference_input_type = converter.inference_output_type = tf.uint8
        data = converter.convert()
        (OUT / f"{name}.tflite").write_bytes(data)
        answers[name + ".tflite"] = lite_answers(data, images)
    (OUT / "answers.json").write_text(json.dumps({"images": images.reshape(IMAGES, -1).tolist(), "answers": answers}) + "\n")
    (OUT / "names.txt").write_text("fly\nbee\ncat\ndog\n")


if __name__ == "__main__":
    main()
