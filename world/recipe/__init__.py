# SPDX-License-Identifier: Apache-2.0
"""The recipe of the embedded world: scenes, tokenizer, generator. Run as `python -m recipe STEP`."""
