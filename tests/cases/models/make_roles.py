# SPDX-License-Identifier: Apache-2.0
"""Writes the small parts of embedders, captioners and generators that tests/backend loads, right and wrong ones, into roles/.
Needs openvino: python make_roles.py

Images are [n, 3, 8, 8] in 0..255. A part whose name ends in "nan" gives NaN where every byte of the image is 7.
"""

import pathlib

import numpy as np
import openvino as ov
from openvino import opset13 as op

ROLES = pathlib.Path(__file__).parent / "roles"


def number(value, kind=np.float32):
    return op.constant(np.array(value, kind))


def save(name, inputs, output, output_name):
    output.output(0).set_names({output_name})
    model = ov.Model([op.result(output)], inputs, name)
    ov.save_model(model, ROLES / f"{name}.xml", compress_to_fp16=False)


def port(name, shape, kind=np.float32):
    out = op.parameter(ov.PartialShape(shape), kind)
    out.output(0).set_names({name})
    return out


def means(pixels):
    """The three channels' means."""
    return op.reduce_mean(pixels, number([2, 3], np.int64), keep_dims=False)


def nan_at_seven(x):
    one = op.subtract(x, number(7))
    return op.multiply(op.divide(one, one), x)


def over_batch(x):
    """The mean of the batch taken off, as normalisation in training mode does."""
    return op.subtract(x, op.reduce_mean(x, number([0], np.int64), keep_dims=True))


def one_way(x):
    """Vectors of one direction, as long as the mean of x."""
    return op.multiply(op.reduce_mean(x, number([1], np.int64), keep_dims=True), number([1, 2, 3]))


def hidden_nan(x):
    """NaN that the engine's ReLU turns into 0."""
    zero = op.subtract(x, x)
    return op.relu(op.divide(zero, zero))


def image_encoders():
    for name, change in (
        ("image_encoder", lambda x: x),
        ("image_encoder_nan", nan_at_seven),
        ("image_encoder_over_batch", over_batch),
        ("image_encoder_one_way", one_way),
    ):
        pixels = port("pixel_values", [-1, 3, 8, 8])
        save(name, [pixels], change(means(pixels)), "image_embeds")
    pixels = port("pixel_values", [-1, 3, 8, 8], np.uint8)
    save("image_encoder_bytes", [pixels], means(op.convert(pixels, np.float32)), "image_embeds")
    for name, change in (("caption_encoder", lambda x: x), ("caption_encoder_over_batch", over_batch)):
        pixels = port("pixel_values", [-1, 3, 8, 8])
        save(name, [pixels], op.unsqueeze(change(means(pixels)), number(1, np.int64)), "last_hidden_state")


def text_encoder(name, dimensions, kind=np.float32, scale=1.0, change=lambda x: x):
    ids = port("input_ids", [-1, -1], np.int64)
    mean = op.reduce_mean(op.convert(ids, np.float32), number([1], np.int64), keep_dims=True)
    mean = change(op.multiply(mean, number(0.01)))  # so that the numbers below matter beside it
    row = op.multiply(op.concat([mean] + [op.add(mean, number(i)) for i in range(1, dimensions)], 1), number(scale))
    save(name, [ids], op.convert(row, kind) if kind != np.float32 else row, "text_embeds")


def table(name, rows, width, output):
    """Looks ids up; `width` is that of the space, or of the states that the world's U-Net takes."""
    ids = port("input_ids", [-1, -1], np.int64)
    words = op.gather(number(np.tile(np.arange(1, width + 1), (rows, 1))), op.convert(ids, np.int32), number(0, np.int64))
    found = words if output == "last_hidden_state" else op.reduce_mean(words, number([1], np.int64), keep_dims=False)
    save(name, [ids], found, output)


def decoder(name, last, states_kind=np.float32, seen=1e-3):
    """Logits of four words; the third, which ends a caption, is the best, and the second is NaN at seven. The first depends on the
    image, where `seen` is not 0."""
    ids = port("input_ids", [-1, -1], np.int64)
    states = port("encoder_hidden_states", [-1, 1, 3], states_kind)
    reals = op.convert(states, np.float32) if states_kind != np.float32 else states
    state = op.reduce_mean(reals, number([1, 2], np.int64), keep_dims=True)  # [n, 1, 1]
    zero = op.multiply(op.unsqueeze(op.convert(ids, np.float32), number(2, np.int64)), number(0))  # [n, length, 1]
    one = op.subtract(state, number(7))
    odd = op.add(zero, op.divide(one, one))
    logits = op.concat([op.add(zero, op.multiply(state, number(seen))), odd, op.add(zero, number(5)), op.add(zero, number(2))], 2)
    save(name, [ids, states], last(logits), "logits")


def generator_parts():
    """For the folder world/generator: 16 x 16 x 16 latents, texts of 32 x 128."""

    def unet(name, change):
        sample, steps, states = (
            port("sample", [-1, 16, 16, 16]),
            port("timestep", [-1], np.int64),
            port("encoder_hidden_states", [-1, 32, 128]),
        )
        text = op.reshape(op.reduce_mean(states, number([1, 2], np.int64), keep_dims=True), number([-1, 1, 1, 1], np.int64), False)
        step = op.reduce_mean(op.convert(steps, np.float32), number([0], np.int64), keep_dims=True)
        heard = op.multiply(op.add(text, step), number(1e-30))
        save(name, [sample, steps, states], op.add(change(sample), heard), "out_sample")

    unet("unet_over_batch", over_batch)
    unet("unet_to_zero", lambda x: op.multiply(x, number(1e-20)))
    ids = port("input_ids", [-1, 32], np.int64)
    reals = op.unsqueeze(op.convert(ids, np.float32), number(2, np.int64))
    save("prompts_unread", [ids], op.multiply(reals, number(np.zeros((1, 1, 128)))), "last_hidden_state")
    latents = port("latent_sample", [-1, 16, 16, 16])
    pixel = hidden_nan(op.reduce_mean(latents, number([1], np.int64), keep_dims=True))
    large = op.interpolate(pixel, number([64, 64], np.int64), "nearest", "sizes", axes=number([2, 3], np.int64))
    save("vae_black", [latents], op.subtract(op.concat([large, large, large], 1), number(1)), "sample")


if __name__ == "__main__":
    ROLES.mkdir(exist_ok=True)
    image_encoders()
    text_encoder("text_encoder", 3)
    text_encoder("text_encoder_over_batch", 3, change=over_batch)
    text_encoder("text_encoder_unread", 3, change=lambda x: op.multiply(x, number(0)))
    text_encoder("text_encoder_four", 4)
    text_encoder("text_encoder_f16", 3, np.float16)
    text_encoder("text_encoder_wholes", 3, np.int64)
    text_encoder("text_encoder_nan", 3, scale=float("nan"))
    table("text_encoder_few_words", 5, 3, "text_embeds")
    table("text_states_few_words", 5, 128, "last_hidden_state")
    decoder("decoder", lambda x: x)
    decoder("decoder_f16", lambda x: op.convert(x, np.float16), np.float16)
    decoder("decoder_wholes", lambda x: op.convert(x, np.int64))
    decoder("decoder_flat", lambda x: op.reduce_mean(x, number([1], np.int64), keep_dims=False))
    decoder("decoder_blind", lambda x: x, seen=0)
    generator_parts()
