"""How much memory fine-tuning and generating take, measured, beside what `gpt2lab.estimate` predicts:
``python -m benchmarks.memory``.

Each row is a fresh process with random weights of the real shape. It opens the model and then does what
`finetune` does, takes two steps and saves, or writes samples. Its peak is the kernel's own (``VmHWM``), which
Linux forgets on request, so that the phases are told apart.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

# Shapes and settings that between them show each part of the estimate alone.
ROWS = (
    ("1M", {}),
    ("1M", {"batch_size": 4}),
    ("1M", {"batch_size": 4, "accumulate_gradients": 2}),
    ("3M", {}),
    ("3M", {"batch_size": 4}),
    ("3M", {"batch_size": 4, "recompute": True}),
    ("3M", {"batch_size": 4, "precision": "bfloat16"}),
    ("3M", {"batch_size": 4, "only_train_transformer_layers": True}),
    ("124M", {}),
    ("124M", {"accumulate_gradients": 2}),
    ("124M", {"batch_size": 2}),
    ("124M", {"optimizer": "sgd"}),
    ("124M", {"only_train_transformer_layers": True}),
    ("124M", {"recompute": True}),
    ("124M", {"recompute": True, "batch_size": 2}),
    ("124M", {"precision": "bfloat16"}),
    ("124M", {"clip_norm": 1.0}),
    ("355M", {"recompute": True}),
    ("355M", {"recompute": True, "only_train_transformer_layers": True}),
    ("355M", {}),
    *(
        (size, {"task": "generate", "batch_size": samples, "length": length})
        for size, samples, length in (
            ("1M", 1, 200),
            ("3M", 50, 200),
            ("3M", 50, 1000),
            ("124M", 1, 200),
            ("124M", 20, 200),
            ("355M", 1, 200),
        )
    ),
)
STEPS = 2


def peak():
    """The most memory of this process since the last call, in bytes."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def finetuning(model_name, batch_size=1, accumulate_gradients=1, **settings):
    """Do what `finetune` does with memory; return the peak of each of its phases, in bytes."""
    import numpy as np

    from gpt2lab.engine import Network, Reader, Trainer, random_weights
    from gpt2lab.engine.network import Fetched
    from gpt2lab.pretrained import checkpoints
    from gpt2lab.pretrained.catalog import find_card

    hparams = find_card(model_name).hparams
    weights = random_weights(hparams, 0)
    peak()
    network = Network(hparams)
    network.assign(weights)
    Reader(network, weights_move=True)  # its caches are in memory too
    trainer = Trainer(network, batch_size, accumulate_gradients=accumulate_gradients, **settings)
    del weights
    peaks = {"opening": peak()}
    dice = np.random.default_rng(0)
    for _ in range(STEPS):
        shape = (accumulate_gradients, batch_size, hparams["n_ctx"])
        trainer.step(list(dice.integers(0, hparams["n_vocab"], shape, dtype=np.int32)), 1e-5)
    peaks["step"] = peak()
    moments = trainer.optimizer_variables
    with tempfile.TemporaryDirectory() as folder:
        checkpoints.save(
            Path(folder), STEPS, Fetched(network, network.variables), Fetched(network, moments), ()
        )
    peaks["saving"] = peak()
    return peaks


class NoWords:
    """In the place of an encoder, for models whose random weights have nothing to say."""

    encoder = {"<|endoftext|>": 0}

    def decode(self, ids):
        return ""


def generating(model_name, batch_size, length):
    """Write samples; return the peak of opening the model and of writing, in bytes."""
    from gpt2lab.engine import random_weights
    from gpt2lab.language_model import build_model
    from gpt2lab.pretrained.catalog import find_card

    weights = random_weights(find_card(model_name).hparams, 0)
    peak()
    model = build_model(find_card(model_name).hparams, weights, NoWords(), model_name)
    del weights
    peaks = {"opening": peak()}
    model.generate(nsamples=batch_size, batch_size=batch_size, length=length - 1, seed=0)
    return peaks | {"writing": peak()}


def measured(model_name, settings):
    """The peak of each phase in a fresh process: dict of str to int, in bytes."""
    question = json.dumps([model_name, settings])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", "--child", question], capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(
            f"{model_name} {settings}: {done.stderr.strip().splitlines()[-1:] or done.returncode}"
        )
    return json.loads(done.stdout.splitlines()[-1])


def compare(rows):
    """Measure each row and print it beside its estimate, as a Markdown table."""
    from gpt2lab.training.estimation import estimate

    print("| model | settings | phases MB | peak MB | estimate MB | off by |")
    print("|---|---|---|--:|--:|--:|", flush=True)
    for model_name, settings in rows:
        # the default
        in_words = ", ".join(f"{name}={value!r}" for name, value in settings.items()) or "batch_size=1"
        try:
            found = measured(model_name, settings)
        except RuntimeError as error:
            print(f"| {model_name} | {in_words} | {error} | | | |", flush=True)
            continue
        expected = estimate(model_name, **{"accumulate_gradients": 1, **settings}).bytes
        phases = ", ".join(f"{phase} {value / 1e6:,.0f}" for phase, value in found.items())
        highest = max(found.values())
        print(
            f"| {model_name} | {in_words} | {phases} | {highest / 1e6:,.0f} | {expected / 1e6:,.0f} |"
            f" {expected / highest - 1:+.0%} |",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--models", default="1M,3M,10M,124M,355M", help="sizes to measure, with commas (default: %(default)s)"
    )
    parser.add_argument("--child", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        model_name, settings = json.loads(asked.child)
        child = generating if settings.pop("task", "finetune") == "generate" else finetuning
        print(json.dumps(child(model_name, **settings)))
    else:
        compare([row for row in ROWS if row[0] in asked.models.split(",")])


if __name__ == "__main__":
    main()
