"""Tables that experiments give, made up for the hidden inputs: with the real columns, and values that might
have come out.
"""

import numpy as np
import pandas as pd

from gpt2lab.course.scenes.runs import temporary_folder
from gpt2lab.experiments.flags import COLUMNS as FLAGS
from gpt2lab.experiments.sweep import HUMAN, SETTING, USUAL
from gpt2lab.measures.author_guess import AuthorGuesses
from gpt2lab.measures.preference import clopper_pearson
from gpt2lab.report.contents import Report

SETTINGS = [("temperature", value) for value in (0.5, 1.0, 1.5)] + [
    ("top_k", value) for value in (25, 50, 75)
]
SETTINGS += [("top_p", value) for value in (0.5, 0.8, 0.9, 0.95)]
# from the most held back, 1, to the freest, 10, in the order of the settings
FREEDOM = (1, 8, 10, 3, 4, 5, 2, 6, 7, 9)


def sweep(rng, not_nearest=()):
    """What `lab.sweep` might have returned for ten settings and human text.

    The freer a setting, the more varied and the less likely its samples. Human text is between the extremes,
    nearest to one setting in ``dist_1`` and to another in ``perplexity``, so that no other row comes near.

    Parameters
    ----------
    rng : numpy.random.Generator
    not_nearest : sequence of int, default ()
        Rows that shall not be these two.

    Returns
    -------
    pandas.DataFrame
    """
    steps = np.cumsum(rng.uniform(0.03, 0.05, len(FREEDOM)))  # no two settings are alike
    rank = np.array(FREEDOM) - 1
    found = {
        "dist_1": 0.08 + steps[rank],
        "perplexity": 4 * np.exp(9 * steps[rank] + rng.uniform(0, 0.05, len(rank))),
    }
    inside = [row for row in range(len(rank)) if 1 < FREEDOM[row] < len(rank) and row not in not_nearest]
    near = dict(zip(found, rng.permutation(inside)[:2]))
    human = {
        "dist_1": found["dist_1"][near["dist_1"]] + rng.uniform(0.002, 0.008),
        "perplexity": found["perplexity"][near["perplexity"]] * rng.uniform(1.01, 1.04),
    }
    dist_1, perplexity = (np.append(found[name], human[name]) for name in found)
    table = pd.DataFrame(
        [{"parameter": name, "value": value, **USUAL, name: value} for name, value in SETTINGS]
        + [{"parameter": HUMAN}],
        columns=list(SETTING),
    )
    table = table.astype({"top_k": "Int64"}).assign(
        nsamples=100, length=60, seed=0, words=rng.integers(40, 48, len(table)) * 1.0
    )
    more = {
        "dist_2": np.minimum(0.98, 1.9 * dist_1),
        "self_bleu": 0.03 / dist_1**1.2,
        "repetition": 0.002 / dist_1**2,
        "zipf": 1.3 - dist_1,
    }
    table = table.assign(dist_1=dist_1, **more, perplexity=perplexity, seconds=2.0)
    table.attrs["samples"] = {
        row: [f"Sample {number} of row {row}." for number in range(3)] for row in table.index
    }
    return table


def flags(rng):
    """What `lab.experiments.flags` might have returned: only ``save_every`` leaves the loss as it is.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    pandas.DataFrame
    """
    usual = 3.7 + rng.uniform(0, 0.3)
    size = rng.uniform(12, 13)
    rows = [
        ("none", 0, 80, 0.1, 1, usual),
        ("accumulate_gradients", 5, 16, 0.1, 1, usual + rng.uniform(0.06, 0.12)),
        ("epochs", 30, 80, 31.0, 1, usual + rng.uniform(0.5, 1)),
        ("epochs", 60, 80, 62.0, 1, usual + rng.uniform(1.1, 2)),
        ("save_every", 10, 80, 0.1, 8, usual),
        ("learning_rate", 2e-4, 80, 0.1, 1, usual + rng.uniform(0.03, 0.1)),
        ("learning_rate", 2e-2, 80, 0.1, 1, usual - rng.uniform(0.03, 0.1)),
    ]
    table = pd.DataFrame(
        [
            {
                "flag": flag,
                "value": value,
                "steps": steps,
                "windows": 80,
                "epochs": epochs,
                "saves": saves,
                "written_MB": saves * size,
                "valid_loss_before": usual + 0.25,
                "valid_loss": loss,
                "copied": {30: 0.3, 60: 0.7}.get(value, 0.0),
                "human_copied": 0.02,
                "seconds": rng.uniform(10, 12),
            }
            for flag, value, steps, epochs, saves, loss in rows
        ]
    )[list(FLAGS)]
    table.attrs["samples"] = {
        row: [f"Sample {number} of row {row}." for number in range(8)]
        for row in table.index[table["flag"] == "epochs"]
    }
    return table


def guesses(rng, authors, each=20, right=0.35, common=None):
    """What `lab.guess_authors` might have returned, whose classifier takes its time.

    Parameters
    ----------
    rng : numpy.random.Generator
    authors : sequence of str
    each : int, default 20
        Texts that were generated for an author.
    right : float, default 0.35
        About the share that the classifier gives to the right one.
    common : str, optional
        The author to whom it gives nine in ten of the others' texts that it gets wrong, and more of the own
        ones than it gives to the others of theirs.

    Returns
    -------
    AuthorGuesses
    """
    own = dict.fromkeys(authors, right)
    if common in own:
        own[common] += (1 - right) * float(rng.uniform(0, 0.95))
    drawn = [rng.multinomial(each, _shares_of_guesses(name, authors, own[name], common)) for name in authors]
    confusion = pd.DataFrame(
        drawn, index=pd.Index(authors, name="generated for"), columns=pd.Index(authors, name="guess")
    )
    found = int(np.trace(drawn))
    texts = each * len(authors)
    chance = 1 / len(authors)
    low, high = clopper_pearson(found, texts)
    answer = (
        f"The classifier gives {found} of {texts} texts to the author for whom it was generated,"
        f" {found / texts:.0%} (95 % interval {100 * low:.0f} to {100 * high:.0f} %); blind guesses would get"
        f" {chance:.0%}. Of human text of the same length it gets 70 % right."
    )
    table = pd.DataFrame(
        [
            {"author": author, "guess": guess}
            for author in authors
            for guess in authors
            for _ in range(confusion.loc[author, guess])
        ]
    )
    return AuthorGuesses(
        answer, found, texts, found / texts, (low, high), chance, 0.02, 0.7, confusion, table
    )


def _shares_of_guesses(author, authors, right, common):
    wrong = [guess for guess in authors if guess != author]
    shares = dict.fromkeys(wrong, (1 - right) / len(wrong)) | {author: right}
    if common in wrong:
        rare = 0.1 * (1 - right) / (len(wrong) - 1)
        shares |= dict.fromkeys(wrong, rare) | {common: 0.9 * (1 - right)}
    return [shares[guess] for guess in authors]


def answered(panel, letters):
    """A panel of `lab.widgets.reading_test` that somebody has answered with these letters."""
    for letter in letters:
        panel.answer(letter)
    return panel


def report():
    """A report that was begun: its two files in a new folder.

    Returns
    -------
    Report
    """
    folder = temporary_folder()
    markdown = folder / "report.md"
    html = folder / "report.html"
    markdown.write_text(
        "# Fine-tuning on the State of the Union\n\n### 1. The text\n\n### 3. The loss\n", encoding="utf-8"
    )
    html.write_text("<title>Fine-tuning on the State of the Union</title>", encoding="utf-8")
    return Report(folder, markdown, html, None, ("loss", "flags", "findings"))
