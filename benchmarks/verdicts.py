"""Runs of which it is known what the diagnosis should say: ``python -m benchmarks.verdicts`` makes the
histories in ``tests/training/histories``.

About 80 seconds for a run on the whole corpus, 40 for one on a short text, on two cores. Runs that are there
already are left alone. Those without a column ``learning_rate`` are of the 3M before the present one, whose
loss on the held-out speeches was 4.02 nats per token before its first step.
"""

import tempfile
from pathlib import Path

import click

import gpt2lab as lab

FOLDER = Path(__file__).parent.parent / "tests" / "training" / "histories"
COLUMNS = ["step", "loss", "learning_rate", "valid_loss", "valid_windows", "copied", "human_copied"]
# kind: (characters to learn from, settings). What a diagnosis must say of each is in
# tests/training/test_diagnosis.py. Each kind names its schedule.
SHORT = {"steps": 100, "eval_every": 5, "sample_every": 25, "sample_length": 60}
WHOLE = {"steps": 300, "sample_every": 0}
CONSTANT = {"decay": "constant"}
FALLING = {"learning_rate": 1e-3, "warmup_steps": 10, "decay": "cosine"}
KINDS = {
    "short": (20_000, {**SHORT, **CONSTANT, "learning_rate": 1e-3}),
    "short-warm": (20_000, {**SHORT, **CONSTANT, "learning_rate": 3e-4, "warmup_steps": 10}),
    "short-falling": (20_000, {**SHORT, **FALLING}),
    "whole": (None, {**WHOLE, **CONSTANT, "learning_rate": 1e-3}),
    "whole-falling": (None, {**WHOLE, **FALLING}),
    "rising-rate": (None, {"steps": 100, "learning_rate": 1e-1, "warmup_steps": 99, "sample_every": 0}),
    "whole-usual": (  # gpt-2-simple's rate and batches
        None,
        {
            **WHOLE,
            **CONSTANT,
            "learning_rate": 1e-4,
            "sample_every": 100,
            "sample_length": 60,
            "accumulate_gradients": 5,
        },
    ),
}


def history(kind, seed, checkpoint_dir):
    """The record of one run, with what a diagnosis needs: pandas.DataFrame."""
    characters, settings = KINDS[kind]
    splits = lab.presidential_speeches(since=1947).split(0.1, 0.1, seed=0)
    text = splits.train.first(characters) if characters else splits.train
    run = lab.finetune(
        text,
        "3M",
        valid=splits.valid,
        run_name=f"{kind}-{seed}",
        seed=seed,
        checkpoint_dir=checkpoint_dir,
        model_dir=f"{checkpoint_dir}/models",
        restore_from="fresh",
        **({"accumulate_gradients": 1} | settings),
    )
    return run.record[COLUMNS]


def write(record, path):
    """Store a record in four digits, which is enough to judge it by."""
    record = record.copy()
    record["valid_windows"] = [
        " ".join(f"{loss:.4f}" for loss in losses) if isinstance(losses, tuple) else ""
        for losses in record["valid_windows"]
    ]
    record["learning_rate"] = [f"{rate:.4g}" for rate in record["learning_rate"]]
    record.to_csv(path, index=False, float_format="%.4f")


@click.command()
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(list(KINDS)),
    default=["short", "whole", "short-falling", "whole-falling"],
    show_default=True,
)
@click.option("--seeds", default=10, show_default=True, help="Seeds 0, 1, … of each kind.")
@click.option("--again", is_flag=True, help="Make those anew that are there already.")
def main(kinds, seeds, again):
    """Fine-tune 3M on the speeches and store the histories."""
    FOLDER.mkdir(exist_ok=True)
    for kind in kinds:
        for seed in range(seeds):
            path = FOLDER / f"{kind}-{seed}.csv"
            if again or not path.exists():
                with tempfile.TemporaryDirectory() as checkpoint_dir:
                    write(history(kind, seed, checkpoint_dir), path)
                click.echo(path.stem)


if __name__ == "__main__":
    main()
