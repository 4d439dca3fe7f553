"""The recipe of the embedded world: scenes, tokenizer, generator. Run as `python -m recipe STEP`."""
