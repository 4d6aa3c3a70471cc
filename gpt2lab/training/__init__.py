"""A text to a fine-tuned run: `finetune` and its `Settings`, the loop, the `Run` on disk, its diagnosis, and
the memory that it will take.

Uses ``language_model`` and what is below it.
"""
