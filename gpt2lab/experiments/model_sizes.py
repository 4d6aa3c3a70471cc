"""What more parameters buy: the same text, steps and seeds through several sizes."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gpt2lab.base.arguments import real_number, whole_number
from gpt2lab.base.fresh_process import run_in_fresh_process
from gpt2lab.base.jobs import run_jobs
from gpt2lab.base.machine import peak_bytes
from gpt2lab.corpus import Splits, presidential_speeches
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.experiments.fine_tuning import last_loss, temporary_run
from gpt2lab.experiments.settings import check_prefix, check_settings, check_text, check_values
from gpt2lab.measures.complexity import NAMES, complexity
from gpt2lab.measures.human import human_samples
from gpt2lab.measures.perplexity import perplexity
from gpt2lab.pretrained.catalog import find_card
from gpt2lab.pretrained.download import download_vocabulary
from gpt2lab.pretrained.encoder import load_encoder
from gpt2lab.training.estimation import estimate
from gpt2lab.training.finetuning import MEMORY_SETTINGS

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

COLUMNS = """
    model_name parameters seed test_tokens test_bytes test_loss_before test_loss
    test_perplexity_before test_perplexity test_bits_per_byte_before test_bits_per_byte train_loss
    valid_loss verdict seconds seconds_a_step memory_MB memory_above_MB memory_estimated_MB
""".split()
PREFIX = "My fellow Americans,"


@dataclass(frozen=True)
class ModelSizes:
    """What `model_sizes` found.

    Attributes
    ----------
    table : pandas.DataFrame
        A row per fine-tuning; see `model_sizes`.
    samples : dict of str to list of str
        What each size writes after fine-tuning, the smallest first; any two make a `reading_test`.
    complexity : pandas.DataFrame
        A row per size with the measures of `complexity` for what its samples say after the prefix, and the
        row ``human`` for as many pieces of ``splits.test`` of the same lengths as the largest size's samples.
    """

    table: "pd.DataFrame" = field(repr=False, compare=False)
    samples: dict[str, list[str]] = field(repr=False)
    complexity: "pd.DataFrame" = field(compare=False)


def model_sizes(
    model_names: Sequence[str] = ("1M", "3M", "10M"),
    steps: int = 100,
    seeds: Sequence[int] = (0,),
    splits: Splits | None = None,
    *,
    test_characters: int = 50_000,
    prefix: str | None = PREFIX,
    nsamples: int = 20,
    length: int = 80,
    temperature: float = 0.7,
    executor: "Executor | None" = None,
    folder: str | Path = "experiments/model_sizes",
    model_dir: str | Path = "models",
    learning_rate: float | None = None,
    accumulate_gradients: int = 1,
    eval_every: int | None = None,
    **settings,
) -> ModelSizes:
    """Fine-tune models of several sizes in the same way, and measure what each has learned, what it took, and
    what it writes.

    Each fine-tuning runs in a Python process of its own, so that its memory is its own. Each result is stored
    in ``folder`` as it comes: the same call made again goes on where it was interrupted, and repeats nothing
    (`run_jobs`).

    Parameters
    ----------
    model_names : sequence of str, default ("1M", "3M", "10M")
        The sizes, in any order.
    steps : int, default 100
        How often the weights move, the same for all.
    seeds : sequence of int, default (0,)
        Each size is tried once with each; with the same seed all sizes read the same windows in the same
        order.
    splits : Splits, optional
        From `Corpus.split`; the State of the Union speeches since 1947, a tenth for validation and a tenth
        for the test, if None.
    test_characters : int, default 50,000
        How much of ``splits.test`` the models are measured on.
    prefix : str, default "My fellow Americans,"
        What every sample begins with.
    nsamples, length, temperature : int, int and float, default 20, 80 and 0.7
        Samples to write for each seed, their tokens at most, and how they are drawn.
    executor : concurrent.futures.Executor or dask.distributed.Client, optional
        What runs the fine-tunings; None runs them one after the other. Times are comparable only where each
        has the machine to itself.
    folder : str or Path, default "experiments/model_sizes"
        Where results are kept. The fine-tuned weights are not.
    model_dir : str or Path, default "models"
        Where models are kept, on the machine that fine-tunes.
    learning_rate : float, optional
        The same for all; None takes for each size what `finetune` begins with.
    accumulate_gradients : int, default 1
    eval_every : int, optional
        Steps between measurements of the validation loss; None takes a quarter of the steps.
    **settings
        Everything else that `finetune` takes, such as ``batch_size`` or ``optimizer``.

    Returns
    -------
    ModelSizes
        Its ``table`` has a row per fine-tuning, sorted by parameters and seed:

        - ``model_name``, ``parameters``, ``seed``; the size of the test text, in ``test_tokens`` of that
          model and ``test_bytes``;
        - the loss on the test text in nats per token, ``test_loss_before`` fine-tuning and ``test_loss``
          after, the same as perplexity (``test_perplexity…``), and as ``test_bits_per_byte…``, which alone
          compares models with different vocabularies;
        - ``train_loss``, mean of the last steps (a tenth of them, at least 10), ``valid_loss`` at the end,
          and the ``verdict`` of the diagnosis;
        - ``seconds`` of training in all, and ``seconds_a_step``, the median over the steps (the first is
          slower, and some measure the validation loss);
        - ``memory_MB``: the most memory, in million bytes, that the process held until training ended,
          measured; ``memory_above_MB``: how much of that is above what Python and TensorFlow held before a
          model was opened; ``memory_estimated_MB``: what `estimate` says of the first. On a GPU what
          TensorFlow gave out of the GPU's memory. NaN where the system does not say.

    Raises
    ------
    ArgumentError, TextError
        Before anything is trained, if a value cannot work.
    ExperimentError
        If fine-tunings fail, once all others have ended.
    KeyboardInterrupt
        On Ctrl-C; what has ended is stored.

    Examples
    --------
    >>> found = lab.experiments.model_sizes(("1M", "3M"), steps=50)  # doctest: +SKIP
    >>> lab.plots.model_sizes(found.table)  # doctest: +SKIP
    >>> lab.plots.parameter_law(found.table)  # doctest: +SKIP
    >>> lab.widgets.reading_test(found.samples)  # doctest: +SKIP
    """
    import pandas as pd

    model_names = sorted(
        check_values("model_names", model_names, lambda name: find_card(name).name),
        key=lambda name: find_card(name).parameters,
    )
    seeds = check_values("seeds", seeds, lambda seed: whole_number("seeds", seed, 0, 2**64 - 1))
    splits = presidential_speeches(since=1947).split() if splits is None else splits
    steps = whole_number("steps", steps, 1)
    asked = {
        "learning_rate": learning_rate,
        "accumulate_gradients": accumulate_gradients,
        "eval_every": eval_every or max(1, steps // 4),
        **settings,
    }
    check_settings(asked, model_names, steps, model_dir)
    check_text(
        splits, [splits.train.characters] if isinstance(splits, Splits) else [], model_names, model_dir
    )
    sampling = {
        "prefix": prefix,
        "nsamples": whole_number("nsamples", nsamples, 1),
        "length": whole_number("length", length, 1),
        "temperature": real_number("temperature", temperature, low=0),
    }
    for name in model_names:
        check_window(name, prefix, sampling["length"], model_dir)
    test = splits.test.first(whole_number("test_characters", test_characters, 1))
    jobs = [
        {
            "model_name": name,
            "seed": seed,
            "steps": steps,
            "text": splits.train,
            "valid": splits.valid,
            "test": test,
            "settings": asked,
            "sampling": sampling,
            "model_dir": str(model_dir),
        }
        for name in model_names
        for seed in seeds
    ]
    rows = run_jobs(one_size, jobs, folder, executor, ["model_name", "seed"], desc="Fine-tunings")
    samples = {
        name: [text for row in rows if row["model_name"] == name for text in row["samples"]]
        for name in model_names
    }
    return ModelSizes(
        pd.DataFrame(rows, columns=COLUMNS), samples, compare_complexity(samples, prefix, splits)
    )


def check_window(model_name, prefix, length, model_dir):
    """Refuse a prefix that is no text, or too long for its model together with what is to be written.

    Raises
    ------
    ArgumentError
    """
    check_prefix(prefix)
    taken = len(load_encoder(download_vocabulary(model_name, model_dir)).encode(prefix or ""))
    window = find_card(model_name).n_ctx
    if max(1, taken) + length > window:
        raise ArgumentError(
            f"length={length:,} and the {taken:,} tokens of the prefix exceed the window of {model_name},"
            f" {window:,} tokens; give a smaller length."
        )


def compare_complexity(samples, prefix, splits):
    """The measures of `complexity` for the samples of each size, and for pieces of the test text: a
    DataFrame.
    """
    import pandas as pd

    said = {name: [text.removeprefix(prefix or "") for text in texts] for name, texts in samples.items()}
    said["human"] = human_samples(splits.test, like=said[next(reversed(samples))])
    rows = [_complexity_or_nothing(texts, splits.train) for texts in said.values()]
    return pd.DataFrame(rows, index=pd.Index(said, name="model_name"), columns=list(NAMES))


def _complexity_or_nothing(texts, human):
    try:
        return asdict(complexity(texts, human))
    except TextError:  # a model that wrote nothing: what else was measured counts all the same
        return {}


def one_size(**job):
    """The job of one fine-tuning: dict of columns, and the ``samples``."""
    return run_in_fresh_process(fine_tune_alone, **job)


def fine_tune_alone(model_name, seed, steps, text, valid, test, settings, sampling, model_dir):
    """The same in this process, which has to be a new one for its memory to mean anything."""
    import psutil

    from gpt2lab.engine.quiet_tensorflow import tensorflow
    from gpt2lab.training.loading import load

    tf = tensorflow()
    baseline = psutil.Process().memory_info().rss
    with temporary_run(
        text,
        model_name,
        steps,
        valid,
        seed=seed,
        model_dir=model_dir,
        sample_every=0,
        save_every=steps,
        **settings,
    ) as run:
        peak, above = peak_of_training(tf, baseline)  # before anything else is done that takes memory
        with run.load() as lm:
            after = perplexity(lm, test)
            samples = lm.generate(seed=seed, **sampling)
        verdict = run.diagnosis().verdict
        history = run.history
    with load(model_name, model_dir=model_dir) as lm:
        before = perplexity(lm, test)
    valid_losses = history["valid_loss"].dropna()
    chosen = {name: value for name, value in settings.items() if name in MEMORY_SETTINGS}
    return {
        "model_name": model_name,
        "parameters": find_card(model_name).parameters,
        "seed": seed,
        "test_tokens": after.tokens,
        "test_bytes": after.bytes,
        "test_loss_before": before.nats_per_token,
        "test_loss": after.nats_per_token,
        "test_perplexity_before": before.perplexity,
        "test_perplexity": after.perplexity,
        "test_bits_per_byte_before": before.bits_per_byte,
        "test_bits_per_byte": after.bits_per_byte,
        "train_loss": last_loss(history),
        "valid_loss": float(valid_losses.iloc[-1]),
        "verdict": verdict,
        "seconds": float(history["seconds"].iloc[-1]),
        "seconds_a_step": float(history["seconds"].diff().median()),
        "memory_MB": peak / 1e6,
        "memory_above_MB": above / 1e6,
        "memory_estimated_MB": estimate(model_name, **chosen).bytes / 1e6,
        "samples": samples,
    }


def peak_of_training(tf, baseline):
    """Bytes that this process held at most, and how many of them are above a baseline; of the GPU's memory,
    where there is one.
    """
    if tf.config.list_physical_devices("GPU"):
        try:
            peak = tf.config.experimental.get_memory_info("GPU:0")["peak"]
        except (RuntimeError, ValueError, KeyError):  # a device that keeps no count
            peak = math.nan
        return peak, peak
    peak = peak_bytes() or math.nan
    return peak, peak - baseline
