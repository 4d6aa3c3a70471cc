"""The run that the later notebooks share, so that each does not have to fine-tune again."""

import hashlib

from gpt2lab.corpus import Splits
from gpt2lab.errors import CheckpointError
from gpt2lab.pretrained.catalog import find_card
from gpt2lab.pretrained.encoder import load_encoder
from gpt2lab.training.finetuning import describe_text, finetune
from gpt2lab.training.run import Run

# A bundled model learns in half a minute from few large steps; the others get those of the tutorial.
STEPS = {True: 100, False: 300}


def fine_tuned(splits: Splits, model_name: str) -> Run:
    """Open the run of this model on this text if an earlier notebook has left one, else fine-tune it now.

    The run lies in ``checkpoint/speeches-<model>``, or, where another text was used under that name, beside
    it with a checksum of the text at its end. The bundled models take 100 steps, larger ones 300, each of one
    window, with the schedule of `finetune` and half its learning rate. It says which it does.

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
    card = find_card(model_name)
    settings = {
        "model_name": card.name,
        "steps": STEPS[card.bundled],
        # What suits four windows a step or five is too much for one: measured after 100 such steps, the
        # validation loss of 3M was 3.57 with the whole rate and 3.53 with half of it.
        "learning_rate": card.learning_rate / 2 if card.bundled else card.learning_rate,
        "decay": "cosine",
        "accumulate_gradients": 1,
        "sample_every": 0,
    }
    checksum = hashlib.sha256(splits.train.text.encode()).hexdigest()[:8]
    for run_name in (f"speeches-{model_name}", f"speeches-{model_name}-{checksum}"):
        status = _status(run_name, splits, settings)
        if status == "finished":
            print(f"Found the run {run_name}: {settings['steps']} steps of {model_name} on this text.")
            return Run.open(run_name)
        if status != "another":
            break
    print(
        f"Fine-tuning {model_name} for {settings['steps']} steps; the run is kept as {run_name} for the"
        " notebooks that follow."
    )
    return finetune(splits.train, valid=splits.valid, run_name=run_name, print_every=10, **settings)


def _status(run_name, splits, settings):
    """The status of the run of that name; "another" if it was not asked for the same on the same text, None
    if there is none.
    """
    try:
        run = Run.open(run_name)
    except CheckpointError:
        return None
    asked = run.configuration.get("settings", {})
    text = run.configuration.get("text")
    same = settings.items() <= asked.items() and run.configuration["target"] == settings["steps"]
    same = same and text == describe_text(splits.train, splits.train.tokens(load_encoder(run.folder)))
    return run.configuration["status"] if same else "another"
