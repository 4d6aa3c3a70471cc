"""One fine-tuning of an experiment: it leaves numbers and no weights."""

import tempfile
from contextlib import contextmanager

from gpt2lab.training.finetuning import finetune


@contextmanager
def temporary_run(*arguments, **settings):
    """A Run of `finetune` with these arguments, in a folder that is deleted at the end of the ``with`` block.

    Raises
    ------
    KeyboardInterrupt
        If it was stopped: `finetune` saves and returns, but half a fine-tuning is no result.
    """
    with tempfile.TemporaryDirectory(prefix="gpt2lab-", ignore_cleanup_errors=True) as folder:
        run = finetune(*arguments, run_name="run", checkpoint_dir=folder, **settings)
        if run.configuration["status"] == "stopped":
            raise KeyboardInterrupt
        yield run


def last_loss(history):
    """Mean training loss of the last steps, a tenth of them, at least 10."""
    trained = history["loss"].dropna()
    return float(trained.tail(max(10, len(trained) // 10)).mean())
