"""What watching costs: ``python -m benchmarks.evaluation`` fine-tunes with the usual settings and says where
the time went.
"""

import functools
import tempfile
import time

import click

import gpt2lab as lab
from gpt2lab.training.loop import TrainingLoop

PARTS = {
    "_valid_losses": "validation loss, every 20 steps",
    "_write_samples": "samples, every 100 steps",
    "_measure_copying": "copying, every 100 steps and at the end",
    "_save": "saving, whenever the validation loss is the lowest so far",
}


def measure(model_name, steps, folder):
    """Seconds of each part and of the whole loop: dict."""
    seconds = dict.fromkeys(PARTS, 0.0)
    whole = TrainingLoop.train
    originals = {name: getattr(TrainingLoop, name) for name in PARTS}

    def timed(name):
        @functools.wraps(originals[name])
        def call(*arguments):
            began = time.perf_counter()
            try:
                return originals[name](*arguments)
            finally:
                seconds[name] += time.perf_counter() - began

        return call

    def train(*arguments, **named):
        began = time.perf_counter()
        whole(*arguments, **named)
        seconds["all"] = time.perf_counter() - began

    splits = lab.presidential_speeches(since=1947).split(0.1, 0.1, seed=0)
    try:
        for name in PARTS:
            setattr(TrainingLoop, name, timed(name))
        TrainingLoop.train = train
        lab.finetune(
            splits.train,
            model_name,
            steps=steps,
            valid=splits.valid,
            model_dir=f"{folder}/models",
            checkpoint_dir=folder,
        )
    finally:
        TrainingLoop.train = whole
        for name, original in originals.items():
            setattr(TrainingLoop, name, original)
    return seconds


@click.command()
@click.option("--model-name", default="3M", show_default=True)
@click.option("--steps", default=100, show_default=True)
def main(model_name, steps):
    """Fine-tune with the usual settings and print what share of the time went into watching."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = measure(model_name, steps, folder)
    total = seconds.pop("all")
    for name, took in seconds.items():
        click.echo(f"{took:8.1f} s {took / total:6.1%}  {PARTS[name]}")
    training = total - sum(seconds.values())
    click.echo(f"{training:8.1f} s {training / total:6.1%}  training, {steps} steps of {model_name}")
    click.echo(f"evaluation is {(total - training) / training:.1%} of the training time")


if __name__ == "__main__":
    main()
