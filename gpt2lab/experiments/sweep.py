"""Sampling swept: the same model under one setting after the other, and what its samples are like under
each.
"""

import functools
import itertools
import math
import tempfile
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from gpt2lab.base.arguments import real_number, whole_number, yes_or_no
from gpt2lab.base.jobs import check_executor, run_jobs
from gpt2lab.errors import ArgumentError, ExperimentError, TextError
from gpt2lab.experiments.settings import check_prefix, check_values
from gpt2lab.measures.human import human_samples
from gpt2lab.measures.of_samples import MEASURES, measure_samples, measure_with_model
from gpt2lab.measures.words import Texts, strings_of, words

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

    from gpt2lab.language_model import LanguageModel

# What a parameter is while another one is varied: the model's own probabilities, nothing cut.
USUAL = {"temperature": 1.0, "top_k": 0, "top_p": 0.0}
# What is tried if nothing is asked for.
TRIED = {"temperature": (0.5, 1.0, 1.5), "top_k": (25, 50, 75), "top_p": (0.5, 0.8, 0.95)}
HUMAN = "human"
GRID = "grid"
SETTING = ("parameter", "value", *USUAL, "nsamples", "length", "seed")


def sweep(
    lm: "LanguageModel",
    temperature: Sequence[float] | None = None,
    top_k: Sequence[int] | None = None,
    top_p: Sequence[float] | None = None,
    nsamples: int = 100,
    length: int = 60,
    seed: int = 0,
    *,
    prefix: str | None = None,
    reference: "Texts | None" = None,
    train: "Texts | None" = None,
    grid: bool = False,
    executor: "Executor | None" = None,
    folder: str | Path | None = None,
) -> "pd.DataFrame":
    """Write samples under one setting of sampling after the other, and measure each set.

    Each parameter is varied alone. Meanwhile the others leave the model's probabilities as they are:
    temperature 1 (not the 0.7 of `LanguageModel.generate`), top_k 0 and top_p 0, which cut nothing; otherwise
    what one does could not be told from what another does. Every set is written with the same seed, so that
    sets differ by their setting only.

    Parameters
    ----------
    lm : LanguageModel
        From `load` or `Run.load`.
    temperature, top_k, top_p : sequence of numbers, optional
        The values to try, as in `LanguageModel.generate`. What is None is not varied; if all three are,
        temperature 0.5, 1, 1.5, top_k 25, 50, 75 and top_p 0.5, 0.8, 0.95 are tried.
    nsamples : int, default 100
        Samples of each setting, at least two, since self-BLEU compares each with the others.
    length : int, default 60
        Tokens of each sample, at most.
    seed : int, default 0
        Of the samples, and of the pieces of human text.
    prefix : str, optional
        What the samples continue. It is not measured with them.
    reference : Corpus, str or list of str, optional
        Human text that the model has not seen, such as the test text: the last row of the table has the same
        measures of pieces of it.
    train : Corpus, str or list of str, optional
        The text that the model was trained on: the column ``copied`` says how much of the samples stands in
        it.
    grid : bool, default False
        Try every combination of the values instead of each parameter alone.
    executor : concurrent.futures.Executor or dask.distributed.Client, optional
        What runs the settings; None runs them one after the other in this process. Other processes open the
        model themselves from the folder it came from, which they have to reach. See
        `lab.experiments.processes`.
    folder : str or Path, optional
        Where samples are kept as they come: the same call made again goes on where it was interrupted, and
        writes nothing twice. Nothing is kept if None.

    Returns
    -------
    pandas.DataFrame
        A row a setting. ``table.attrs["samples"][row]`` are the samples of a row, without the prefix.

        - ``parameter``, the one that was varied ("grid" if all were, "human" for the row of human text), and
          its ``value``; ``temperature``, ``top_k``, ``top_p``, ``nsamples``, ``length``, ``seed``; ``words``,
          how many a sample has on average;
        - a column for each of `measures.of_samples.MEASURES`, such as ``dist_1``, ``self_bleu`` or
          ``repetition``, all by words; NaN where one is not defined. ``perplexity`` is that of the samples
          under the model at temperature 1 without cuts, given the prefix; that of human pieces is without it,
          and a little higher for beginning in the midst of a text. ``copied`` is there if ``train`` is given:
          the mean share of the samples' 8-grams that stand in it;
        - ``seconds`` of writing and scoring.

        Human pieces are as long as the samples of the setting that wrote the middle amount of words: where
        ``words`` differs much from theirs, the measures of diversity differ for that reason too.

    Raises
    ------
    ArgumentError, TextError
        Before anything is written, if a value cannot work.
    ExperimentError
        If settings fail, once all others have ended.
    KeyboardInterrupt
        On Ctrl-C; with ``folder`` what has ended is stored.

    References
    ----------
    Holtzman et al. (2019), "The curious case of neural text degeneration", table 1; the plane of quality and
    diversity: Caccia et al. (2018), "Language GANs falling short".

    Examples
    --------
    >>> table = lab.sweep(lm, temperature=[0.5, 1], top_k=[25, 50], reference=splits.test)  # doctest: +SKIP
    >>> lab.plots.sweep(table), lab.plots.quality_diversity(table)  # doctest: +SKIP
    """
    import pandas as pd

    executor = check_executor(executor)
    settings = settings_of(
        {"temperature": temperature, "top_k": top_k, "top_p": top_p},
        yes_or_no("grid", grid),
        lm.hparams["n_vocab"],
    )
    writing = check_writing(lm, nsamples, length, seed, prefix)
    for name, text in (("reference", reference), ("train", train)):
        if text is not None and not any(words(each) for each in strings_of(text, name)):
            raise TextError(f"{name} has no words; give text that people wrote, or leave it out.")
    writer = Writer(lm)
    if executor is not None and not isinstance(executor, ThreadPoolExecutor) and writer.origin is None:
        raise ArgumentError(
            "lm was not opened from disk, so other processes cannot open it; give executor=None, or a model"
            " from lab.load(…)."
        )
    weights = lm.checksum()
    jobs = [
        {"weights": weights, **{name: setting[name] for name in USUAL}, **writing} for setting in settings
    ]
    with tempfile.TemporaryDirectory(prefix="gpt2lab-", ignore_cleanup_errors=True) as temporary:
        results = run_jobs(
            writer.write, jobs, temporary if folder is None else folder, executor, list(USUAL), desc="Sweep"
        )
    samples = [result["samples"] for result in results]
    rows = [
        {
            **setting,
            **shared_columns(writing),
            **measure_samples(texts, train),
            **complete(result, lm, prefix),
        }
        for setting, texts, result in zip(settings, samples, results)
    ]
    if reference is not None:
        samples.append(human_pieces(reference, samples, seed))
        rows.append(
            {
                "parameter": HUMAN,
                **shared_columns(writing),
                "nsamples": len(samples[-1]),
                **measure_samples(samples[-1], train),
                **measure_with_model(samples[-1], lm),
            }
        )
    columns = [
        *SETTING,
        "words",
        *(measure.column for measure in MEASURES if measure.needs != "train" or train is not None),
        "seconds",
    ]
    table = pd.DataFrame(rows, columns=columns).astype({"top_k": "Int64"})
    table.attrs["samples"] = dict(enumerate(samples))
    return table


def complete(result, lm, prefix):
    """What a result says of its setting; of one that was kept when there were fewer measures, the others
    too.
    """
    found = {name: value for name, value in result.items() if name != "samples"}
    if all(measure.column in found for measure in MEASURES if measure.needs == "model"):
        return found
    return measure_with_model(result["samples"], lm, prefix) | found


def settings_of(asked, grid, vocabulary):
    """The settings to try, in order: dicts of ``parameter``, ``value`` and what the three parameters are.

    Raises
    ------
    ArgumentError
        If a list is empty, no list, names a value twice, or has one that cannot work.
    """
    if all(values is None for values in asked.values()):
        asked = TRIED
    check = {
        "temperature": lambda value: real_number("temperature", value, low=0),
        "top_k": lambda value: whole_number("top_k", value, 0, vocabulary, "the size of the vocabulary"),
        "top_p": lambda value: real_number("top_p", value, low=0, high=1),
    }
    varied = {
        name: check_values(name, values, check[name]) for name, values in asked.items() if values is not None
    }
    if grid:
        return [
            {"parameter": GRID, "value": math.nan, **USUAL, **dict(zip(varied, values))}
            for values in itertools.product(*varied.values())
        ]
    return [
        {"parameter": name, "value": value, **USUAL, name: value}
        for name, values in varied.items()
        for value in values
    ]


def check_writing(lm, nsamples, length, seed, prefix):
    """What all settings have in common, checked as `LanguageModel.generate` would: dict.

    Raises
    ------
    ArgumentError
    """
    check_prefix(prefix)
    if whole_number("nsamples", nsamples, 1) == 1:
        raise ArgumentError(
            "nsamples=1 cannot be measured, since self-BLEU compares each sample with the others; give 2 or"
            " more, best 100."
        )
    room = lm.window - max(1, len(lm.encode(prefix or "")))
    if room < 1:
        raise ArgumentError(
            f"prefix fills the window of {lm.window:,} tokens; keep its last part and leave room to write."
        )
    return {
        "nsamples": int(nsamples),
        "length": whole_number(
            "length", length, 1, room, f"what the window of {lm.window:,} tokens has room for"
        ),
        "seed": whole_number("seed", seed, 0, 2**64 - 1),
        "prefix": prefix,
    }


class Writer:
    """Writes the samples of one setting, with an open model or, arrived in another process, with one that it
    opens there.

    Parameters
    ----------
    lm : LanguageModel
    """

    def __init__(self, lm):
        self._lm = lm
        self.origin = getattr(lm, "origin", None)

    def __getstate__(self):
        return {"_lm": None, "origin": self.origin}

    def write(self, weights, temperature, top_k, top_p, nsamples, length, seed, prefix):
        """The job of one setting: dict of ``samples`` (list of str), the measures that need the model, and
        ``seconds``.
        """
        lm = self._lm or open_origin(**self.origin, weights=weights)
        start = time.perf_counter()
        samples = lm.generate(prefix, nsamples, length, temperature, top_k, top_p, seed, include_prefix=False)
        return {
            "samples": samples,
            **measure_with_model(samples, lm, prefix),
            "seconds": time.perf_counter() - start,
        }


@functools.lru_cache(maxsize=1)  # a process that gets several settings of one sweep opens its model once
def open_origin(folder, prefix, name, precision, weights):
    """The model of a folder, if it is still the one that the sweep began with."""
    from gpt2lab.language_model import open_folder

    lm = open_folder(Path(folder), Path(prefix), name, precision)
    if lm.checksum() != weights:
        raise ExperimentError(
            f"The weights at {prefix} are no longer those of the model given; open it again with lab.load(…)."
        )
    return lm


def shared_columns(writing):
    return {name: writing[name] for name in ("nsamples", "length", "seed")}


def human_pieces(reference, samples, seed):
    """Pieces of human text as long as the samples of the setting that wrote the middle amount of words."""
    amount = [sum(len(words(text)) for text in texts) for texts in samples]
    like = samples[sorted(range(len(samples)), key=amount.__getitem__)[(len(samples) - 1) // 2]]
    pieces = human_samples(reference, like, seed)
    if len(pieces) < len(like):
        warnings.warn(
            f"reference has room for {len(pieces)} pieces as long as the {len(like)} samples; the measures of"
            " diversity of so few are no match, so give a longer text.",
            stacklevel=3,
        )
    return pieces
