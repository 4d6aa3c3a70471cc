"""The run that the later notebooks share, so that each does not have to fine-tune again."""

from gpt2lab import checkpoints
from gpt2lab.encoder import load_encoder
from gpt2lab.errors import LabError
from gpt2lab.finetuning import UNFINISHED, describe, finetune
from gpt2lab.run import Run

# A small model learns from few large steps in half a minute; the large ones get those of the tutorial.
_SMALL = {"steps": 100, "learning_rate": 1e-3}
_LARGE = {"steps": 300, "learning_rate": 1e-4}


def fine_tuned(splits, model_name):
    """Open the run of this model on this text if an earlier notebook has left one, else fine-tune it now.

    The run lies in ``checkpoint/speeches-<model>``. 1M and 3M take 100 steps with learning rate 1e-3, larger models 300 with 1e-4; each step reads one
    window. It says which of the two it does.

    Parameters
    ----------
    splits : Splits
        What to learn from, and its validation text.
    model_name : str

    Returns
    -------
    Run

    Raises
    ------
    LabError
        As `finetune`.
    """
    run_name = f"speeches-{model_name}"
    settings = _SMALL if model_name in ("1M", "3M") else _LARGE
    before = _same_run(run_name, splits, model_name, settings)
    steps, status = settings["steps"], before and before.configuration["status"]
    if status == "finished":
        print(f"Found the run {run_name}: {steps} steps of {model_name} on this text.")
        return before
    print(f"Fine-tuning {model_name} for {steps} steps; the run is kept as {run_name} for the notebooks that follow.")
    return finetune(
        splits.train, model_name, valid=splits.valid, run_name=run_name, accumulate_gradients=1, sample_every=0, print_every=10,
        restore_from="latest" if status in UNFINISHED else "fresh", **settings,
    )


def _same_run(run_name, splits, model_name, settings):
    """The run of that name if it was asked to do the same on the same text, else None."""
    try:
        run = Run.open(run_name)
        asked = run.configuration["settings"]
        if asked["model_name"] != model_name or run.configuration["target"] != settings["steps"] or checkpoints.latest(run.folder) is None:
            return None
        encoder = load_encoder(run.folder)
    except (LabError, KeyError, OSError):
        return None
    same_text = run.configuration["text"] == describe(splits.train, splits.train.tokens(encoder))
    return run if same_text and asked["learning_rate"] == settings["learning_rate"] else None
