"""How often the 95 % intervals of `overlap` hold the true value: ``python -m benchmarks.intervals``."""

import random

import click
import numpy as np
import pandas as pd

import gpt2lab as lab


def coverage(pool, reference, number, draws, seed=0):
    """Share of draws whose interval holds the value that many draws have on average.

    Parameters
    ----------
    pool : list of list of str
        Many texts of one kind, as words.
    reference : list of list of str
    number : int
        Texts of a draw, drawn from the pool without replacement; few beside the pool.
    draws : int

    Returns
    -------
    pandas.DataFrame
        A row a measure: ``value``, its mean over draws, and ``held``, the share of draws whose interval holds
        it.
    """
    rng = random.Random(seed)
    tables = [
        lab.overlap(rng.sample(pool, number), reference, seed=i, resamples=400).table for i in range(draws)
    ]
    value, low, high = (np.array([table[column] for table in tables]) for column in ("value", "low", "high"))
    mean = value.mean(axis=0)
    return pd.DataFrame(
        {"value": mean, "held": ((low <= mean) & (mean <= high)).mean(axis=0)}, index=tables[0].index
    )


def pools(model_name, size):
    """Pieces of the training speeches, and texts of a model, by name: as many of each, as words."""
    train = lab.presidential_speeches(since=1947).split(0.1, 0.1, seed=0).train
    with lab.load(model_name) as lm:
        written = [lab.words(text) for text in lm.generate(nsamples=size, length=60, temperature=1.0, seed=0)]
    return {
        "human": lab.human_samples([lab.words(document.text) for document in train], like=written),
        model_name: written,
    }


@click.command()
@click.option("--model-name", default="3M", show_default=True)
@click.option("--size", default=3000, show_default=True, help="Texts of each kind that are drawn from.")
@click.option("--draws", default=300, show_default=True)
def main(model_name, size, draws):
    """Draw samples again and again, compare them with a long and with a short reference, and print how often
    the intervals hold.
    """
    test = [
        lab.words(document.text)
        for document in lab.presidential_speeches(since=1947).split(0.1, 0.1, seed=0).test
    ]
    kinds = pools(model_name, size)
    found = {}
    for where, reference in {"test speeches": test, "4,000 words": [test[0][:4000]]}.items():
        for kind, pool in kinds.items():
            for number in (20, 100):
                held = coverage(pool, reference, number, draws)
                found[f"{number} of {kind}, {where}"] = [
                    f"{share:.0%} of {value:.3g}" for value, share in zip(held["value"], held["held"])
                ]
    click.echo(pd.DataFrame(found, index=held.index).T.to_string())
    click.echo(f"Each entry: the share of {draws} intervals that hold the mean value, which follows.")


if __name__ == "__main__":
    main()
