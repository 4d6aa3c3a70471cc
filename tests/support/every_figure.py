"""A figure of every function of lab.plots, drawn from small tables, and what in it is told by colour
alone.
"""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd

import gpt2lab as lab
from gpt2lab import plots
from gpt2lab.course import scenes


def history(losses, valid):
    steps = np.arange(len(losses) + 1)
    measured = dict(zip(np.linspace(0, len(losses), len(valid)).astype(int), valid))
    return pd.DataFrame(
        {
            "step": steps,
            "epoch": steps / 10,
            "loss": [math.nan, *losses],
            "average_loss": [math.nan, *losses],
            "copied": steps / 100,
            "human_copied": 0.01,
            "valid_loss": [measured.get(step, math.nan) for step in steps],
        }
    )


def told(levels):
    """The perplexity of a model with a loss of so many nats per token on each text."""
    losses = iter(levels)
    texts = ["one", "two words", "three words now"]
    return lab.perplexity(
        SimpleNamespace(
            token_losses=lambda texts, stride: [(None, np.full(len(text), next(losses))) for text in texts]
        ),
        texts,
    )


def grid():
    rows = [
        {
            "model_name": name,
            "parameters": parameters,
            "characters": size,
            "seed": 0,
            "tokens": size / 4,
            "epochs": 160_000 / size,
            "train_loss": train,
            "test_loss": test,
            "test_loss_before": before,
            "copied": 5_000 / size,
            "copied_human": 0.01,
        }
        for name, parameters, before in (("1M", 1_052_160, 4.0), ("3M", 3_209_088, 3.8))
        for size, test, train in ((5_000, 4.5, 1.5), (80_000, 3.9, 3.3), (400_000, 3.6, 3.5))
    ]
    return pd.DataFrame(rows)


def sizes():
    plain = {
        "seed": 0,
        "test_loss_before": 4.0,
        "seconds_a_step": 0.1,
        "memory_MB": 800.0,
        "memory_estimated_MB": 850.0,
    }
    return pd.DataFrame(
        [
            plain
            | {
                "model_name": name,
                "parameters": parameters,
                "test_loss": loss,
                "test_bits_per_byte_before": 0.43 * loss,
                "test_bits_per_byte": 0.4 * loss,
            }
            for name, parameters, loss in (("1M", 1e6, 3.6), ("3M", 3e6, 3.3), ("10M", 10e6, 3.0))
        ]
    )


def matrix():
    names = ["Ann", "Bob"]
    table = pd.DataFrame(
        [[20.0, 22.0], [31.0, 30.0]],
        index=pd.Index(names, name="author"),
        columns=pd.Index(names, name="prefix"),
    )
    return lab.AuthorMatrix(
        answer="Yes.",
        perplexity=table,
        gain=0.05,
        interval=(0.01, 0.1),
        table=pd.DataFrame({"rank": [1, 1]}, index=names),
    )


def classes():
    counts = {
        "right": [3, 1],
        "wrong": [1, 1],
        "failed": [1, 0],
        "stopped": [0, 1],
        "unanswered": [0, 2],
        "missing": 0,
        "read": 0,
        "by hand": [0, 1],
        "not graded": 0,
    }
    return pd.DataFrame(
        {
            "title": ["Tokens", "Epochs"],
            "points": 2.0,
            "mean_share": [0.6, 0.3],
            "mean_earned": [1.2, 0.6],
            **counts,
        },
        index=["01.2", "01.3"],
    )


def every_figure():
    """{name: figures}: each public function of lab.plots that draws, in every form that it has."""
    rng = np.random.default_rng(0)
    run, other = (
        history([4.0, 3.5, 3.2, 3.0], [4.1, 3.6, 3.7]),
        history([5.0, 4.0, 3.9, 3.8], [5.1, 4.4, 4.2]),
    )
    probability = np.array([0.5, 0.25, 0.15, 0.1])
    guesses = pd.DataFrame(
        {
            "token": [" States", "$", "\n", " of"],
            "id": range(4),
            "probability": probability,
            "kept": [True, True, False, False],
            "sampled_probability": [2 / 3, 1 / 3, 0, 0],
        }
    )
    sets = [rng.zipf(shape, (20, 30)).tolist() for shape in (1.2, 1.5, 1.6, 1.6)]
    growth = pd.DataFrame(
        {
            "set": ["one", "other"] * 2,
            "samples": [10, 10, 100, 100],
            "jaccard": [0.02, 0.03, 0.1, 0.15],
            "precision_2": [0.4, 0.5] * 2,
        }
    )
    sample = "four score and seven years ago our fathers brought forth a new nation " * 2
    return {
        "author_matrix": [plots.author_matrix({"before": matrix(), "after": matrix()})],
        "class_results": [plots.class_results(classes())],
        "copied_spans": [
            plots.copied_spans(
                sample,
                lab.copied_spans(
                    sample, "It was four score and seven years ago our fathers brought forth on"
                ),
            )
        ],
        "copying": [plots.copying(run)],
        "corpus_sizes": [plots.corpus_sizes(grid())],
        "flags": [plots.flags(scenes.flags(rng))],
        "loss": [plots.loss(run)],
        "losses": [plots.losses({"one": run, "another": other})],
        "model_sizes": [plots.model_sizes(sizes())],
        "next_tokens": [plots.next_tokens(guesses)],
        "overlap": [plots.overlap(lab.compare_overlap(*sets[:2], sets[3], human=sets[2]))],
        "overlap_growth": [plots.overlap_growth(growth)],
        "parameter_law": [plots.parameter_law(sizes())],
        "parameters": [plots.parameters("124M"), plots.parameters(["1M", "3M"])],
        "perplexity": [
            plots.perplexity(told([4.0, 3.9, 4.2])),
            plots.perplexity(lab.compare_perplexity(told([4.0, 3.9, 4.2]), told([3.7, 3.8, 4.0]))),
        ],
        "quality_diversity": [plots.quality_diversity(scenes.sweep(rng))],
        "sampling_grid": [plots.sampling_grid({"greedy": guesses, "top_k 2": guesses})],
        "scaling_laws": [plots.scaling_laws(grid())],
        "sweep": [plots.sweep(scenes.sweep(rng))],
        "token_losses": [plots.token_losses(pd.DataFrame({"token": ["The", " cat"], "nats": [2.0, 5.5]}))],
    }
