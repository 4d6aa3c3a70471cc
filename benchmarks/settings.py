"""What to begin fine-tuning with: ``python -m benchmarks.settings`` tries rates, schedules, optimizers and
batches with each bundled size, always with the same reading, and prints the table of benchmarks/README.md.

A minute for each fine-tuning of 3M on two cores, more than an hour in all; one that is in ``settings.csv``
already is not repeated.
"""

import tempfile
import time
from pathlib import Path

import click
import pandas as pd

import gpt2lab as lab
from gpt2lab.base.wording import pluralize

FILE = Path(__file__).with_name("settings.csv")
WINDOWS = 320  # that each fine-tuning reads: 80 steps of four, say
# Speeches that are measured on, and speeches that are left for a test: named one by one, so that the figures
# of today and of tomorrow are of the same texts. (Carter's of 1981 repeats parts of his of 1980, which is
# trained on, with every setting alike.)
VALID = "1953-Eisenhower 1965-Johnson 1974-Nixon-1 1981-Carter 2014-Obama".split()
TEST = """
    1949-Truman 1952-Truman 1960-Eisenhower 1961-Eisenhower 1963-Kennedy 1972-Nixon-1 1973-Nixon-8
    1973-Nixon-10 1979-Carter-1 1980-Carter-2 2010-Obama 2013-Obama 2018-Trump
""".split()
PROMPT = "Tonight I ask the Congress"
# What gpt-2-simple does, and what is varied one at a time.
CONSTANT = {"decay": "constant", "warmup_steps": 0}
USUAL = {"optimizer": "adam", "decay": "cosine", "warmup_steps": 8, "batch_size": 4}


def _rates(*rates, **changed):
    return [{**USUAL, **changed, "learning_rate": rate} for rate in rates]


GRID = {
    "1M": [*_rates(1e-3, 2e-3, **CONSTANT), *_rates(1e-3, 2e-3, 4e-3)],
    "3M": [
        *_rates(1e-3, **CONSTANT),
        *_rates(5e-4, 1e-3, 2e-3),
        *_rates(1e-3, warmup_steps=0),
        *_rates(1e-3, decay="linear"),
        *_rates(1e-3, optimizer="adamw", weight_decay=0.1),
        *_rates(1e-3, batch_size=2, warmup_steps=16),
        *_rates(1e-3, batch_size=1, warmup_steps=32),
    ],
    "10M": [*_rates(1e-3, **CONSTANT), *_rates(5e-4, 1e-3, 2e-3)],
}
KEY = ["model", "learning_rate", "decay", "warmup_steps", "optimizer", "batch_size", "seed"]


def measure(model, settings, seed, train, valid):
    """One fine-tuning: dict of what was set, the perplexity of the validation speeches after it, the seconds
    that it took, and the first sample.
    """
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        run = lab.finetune(
            train,
            model,
            steps=WINDOWS // settings["batch_size"],
            accumulate_gradients=1,
            sample_every=0,
            seed=seed,
            checkpoint_dir=folder,
            model_dir=f"{folder}/models",
            **settings,
        )
        seconds = time.perf_counter() - began
        with run.load() as tuned:
            after = lab.perplexity(tuned, valid).perplexity
            sample = tuned.generate(PROMPT, length=60, temperature=0.7, top_k=40, seed=0)[0]
    kept = {name: settings[name] for name in KEY if name in settings}
    return {"model": model, **kept, "seed": seed, "perplexity": after, "seconds": seconds, "sample": sample}


def table(results):
    """The medians over the seeds, their spread, as Markdown."""
    rows = [
        "| model | learning rate | schedule | optimizer | steps of windows | perplexity |",
        "|---|---|---|---|---|---|",
    ]
    setting = [name for name in KEY if name != "seed"]
    for key, group in results.groupby(setting, sort=False):
        model, rate, decay, warmup, optimizer, batch = key
        after = group["perplexity"]
        schedule = f"warm-up {warmup}, {decay}" if warmup else decay
        seeds = pluralize(len(after), "seed")
        rows.append(
            f"| {model} | {rate:g} | {schedule} | {optimizer} | {WINDOWS // batch} of {batch} |"
            f" {after.median():.1f} ({after.min():.1f} to {after.max():.1f}, {seeds}) |"
        )
    return "\n".join(rows)


def stored():
    """The results that there are: pandas.DataFrame."""
    return (
        pd.read_csv(FILE)
        if FILE.exists()
        else pd.DataFrame(columns=[*KEY, "perplexity", "seconds", "sample"])
    )


@click.command()
@click.option("--models", default="1M,3M,10M", show_default=True, help="Sizes, with commas.")
@click.option("--seeds", default=3, show_default=True, help="Seeds 0, 1, … of each fine-tuning.")
@click.option("--samples", is_flag=True, help="Print what each of seed 0 writes, too.")
def main(models, seeds, samples):
    """Fine-tune with each setting that has no result yet, and print the table of all."""
    speeches = lab.presidential_speeches(since=1947)
    valid = speeches.select(lambda speech: speech.name in VALID)
    train = speeches.select(lambda speech: speech.name not in VALID + TEST)
    asked = [
        (model, settings, seed)
        for seed in range(seeds)
        for model in models.split(",")
        for settings in GRID[model]
    ]
    for model, settings, seed in asked:
        results = stored()
        row = {"model": model, **settings, "seed": seed}
        if not (results[KEY] == [row[name] for name in KEY]).all(axis=1).any():
            new = pd.DataFrame([measure(model, settings, seed, train, valid)])
            (pd.concat([results, new]) if len(results) else new).to_csv(FILE, index=False)
    results = stored()
    click.echo(table(results))
    for row in results[results["seed"] == 0].to_dict("records") if samples else []:
        click.echo(f"\n{row['model']}, {row['learning_rate']:g}, {row['decay']}: {row['sample']}")


if __name__ == "__main__":
    main()
