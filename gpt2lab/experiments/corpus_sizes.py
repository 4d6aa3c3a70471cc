"""Corpus size against parameters: the same number of steps on more and more of a text."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gpt2lab.base.arguments import whole_number
from gpt2lab.base.jobs import run_jobs
from gpt2lab.corpus import Splits, presidential_speeches
from gpt2lab.experiments.fine_tuning import last_loss, temporary_run
from gpt2lab.experiments.settings import check_settings, check_text, check_values
from gpt2lab.measures.copying import copied
from gpt2lab.measures.human import human_samples
from gpt2lab.measures.perplexity import perplexity
from gpt2lab.pretrained.catalog import find_card

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

COLUMNS = """
    model_name parameters characters seed tokens tokens_per_parameter characters_per_parameter
    epochs train_loss valid_loss best_valid_loss best_step test_loss test_bits_per_byte
    test_loss_before test_bits_per_byte_before verdict copied copied_human sample seconds
""".split()


def corpus_sizes(
    model_names: Sequence[str] = ("1M", "3M", "10M"),
    characters: Sequence[int] = (10_000, 30_000, 100_000, 300_000, 1_000_000),
    steps: int = 100,
    seeds: Sequence[int] = (0,),
    splits: Splits | None = None,
    *,
    test_characters: int = 50_000,
    nsamples: int = 8,
    length: int = 120,
    executor: "Executor | None" = None,
    folder: str | Path = "experiments/corpus_sizes",
    model_dir: str | Path = "models",
    learning_rate: float | None = None,
    accumulate_gradients: int = 1,
    eval_every: int | None = None,
    **settings,
) -> "pd.DataFrame":
    """Fine-tune models with equal steps on texts of several lengths, and measure each on the same held-out
    text.

    A text is the beginning of ``splits.train``, so that each longer one holds the shorter ones. Each result
    is stored in ``folder`` as it comes: the same call made again goes on where it was interrupted, and
    repeats nothing (`run_jobs`).

    Parameters
    ----------
    model_names : sequence of str, default ("1M", "3M", "10M")
        The sizes to start from.
    characters : sequence of int, default 10,000 to 1,000,000
        Lengths of the texts.
    steps : int, default 100
        How often the weights move, the same for all: the longer the text, the fewer times it is read.
    seeds : sequence of int, default (0,)
        Each length is tried once with each: they decide which windows are read.
    splits : Splits, optional
        From `Corpus.split`; the State of the Union speeches since 1947, a tenth for validation and a tenth
        for the test, if None.
    test_characters : int, default 50,000
        How much of ``splits.test`` the final models are measured on.
    nsamples, length : int, default 8 and 120
        How many samples of how many tokens the copying is measured in.
    executor : concurrent.futures.Executor or dask.distributed.Client, optional
        What runs the fine-tunings; None runs them one after the other in this process. See `processes`.
    folder : str or Path, default "experiments/corpus_sizes"
        Where results are kept. The fine-tunings themselves go to temporary folders, on whichever machine they
        run, and are deleted: a grid leaves numbers and no weights.
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
    pandas.DataFrame
        A row per fine-tuning, sorted by model, characters and seed:

        - ``model_name``, ``parameters``, ``characters``, ``seed``; ``tokens`` of the text,
          ``tokens_per_parameter``, ``characters_per_parameter``, and ``epochs``, how often the text was read;
        - in nats per token ``train_loss`` (mean of the last steps, a tenth of them, at least 10),
          ``valid_loss`` at the end, ``best_valid_loss`` and its ``best_step``, ``test_loss`` of the final
          model and ``test_loss_before`` of the pretrained one on the same text, both also as
          ``test_bits_per_byte`` (models with different vocabularies can be compared by it only);
        - ``verdict`` of the diagnosis;
        - ``copied``: mean share of the 8-grams of the samples that stand in the text trained on, and
          ``copied_human``, the same for pieces of the test text of the same lengths; ``sample``, the first of
          these samples;
        - ``seconds`` of training.

    Raises
    ------
    ArgumentError, TextError
        Before anything is trained, if a value cannot work, or the text is shorter than the lengths asked for.
    ExperimentError
        If fine-tunings fail, once all others have ended.
    KeyboardInterrupt
        On Ctrl-C; what has ended is stored.

    Examples
    --------
    >>> table = lab.experiments.corpus_sizes(characters=(20_000, 200_000), steps=50)  # doctest: +SKIP
    >>> lab.plots.corpus_sizes(table)  # doctest: +SKIP
    """
    import pandas as pd

    model_names = check_values("model_names", model_names, lambda name: find_card(name).name)
    characters = check_values("characters", characters, lambda size: whole_number("characters", size, 1))
    seeds = check_values("seeds", seeds, lambda seed: whole_number("seeds", seed, 0, 2**64 - 1))
    splits = presidential_speeches(since=1947).split() if splits is None else splits
    steps = whole_number("steps", steps, 1)
    nsamples = whole_number("nsamples", nsamples, 1)
    length = whole_number(
        "length",
        length,
        1,
        min(find_card(name).n_ctx for name in model_names) - 1,
        "the window less one token",
    )
    asked = {
        "learning_rate": learning_rate,
        "accumulate_gradients": accumulate_gradients,
        "eval_every": eval_every or max(1, steps // 4),
        **settings,
    }
    check_settings(asked, model_names, steps, model_dir)
    check_text(splits, characters, model_names, model_dir)
    shared = {
        "model_dir": str(model_dir),
        "test": splits.test.first(whole_number("test_characters", test_characters, 1)),
    }
    texts = {size: splits.train.first(size) for size in characters}
    before = run_jobs(
        pretrained,
        [{"model_name": name, **shared} for name in model_names],
        folder,
        executor,
        ["model_name"],
        desc="Before",
    )
    jobs = [
        {
            "model_name": name,
            "characters": size,
            "seed": seed,
            "steps": steps,
            "text": texts[size],
            "valid": splits.valid,
            "settings": asked,
            "nsamples": nsamples,
            "length": length,
            **shared,
        }
        for name in model_names
        for size in characters
        for seed in seeds
    ]
    rows = run_jobs(
        fine_tuned, jobs, folder, executor, ["model_name", "characters", "seed"], desc="Fine-tunings"
    )
    before = dict(zip(model_names, before))
    table = pd.DataFrame([row | before[row["model_name"]] for row in rows], columns=COLUMNS)
    return table.sort_values(["parameters", "characters", "seed"], ignore_index=True)


def pretrained(model_name, test, model_dir):
    """The job that measures a model before fine-tuning: dict of columns."""
    from gpt2lab.training.loading import load

    with load(model_name, model_dir=model_dir) as lm:
        measured = perplexity(lm, test)
    return {"test_loss_before": measured.nats_per_token, "test_bits_per_byte_before": measured.bits_per_byte}


def fine_tuned(model_name, characters, seed, steps, text, valid, test, settings, nsamples, length, model_dir):
    """The job of one fine-tuning: dict of columns."""
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
        with run.load() as lm:
            measured = perplexity(lm, test)
            samples = lm.generate(nsamples=nsamples, length=length, seed=seed)
        diagnosis = run.diagnosis()
        history = run.history
    tokens = run.configuration["text"]["tokens"]
    parameters = lm.parameters
    valid_losses = history.dropna(subset=["valid_loss"]).set_index("step")["valid_loss"]
    return {
        "model_name": model_name,
        "parameters": parameters,
        "characters": characters,
        "seed": seed,
        "tokens": tokens,
        "tokens_per_parameter": tokens / parameters,
        "characters_per_parameter": characters / parameters,
        "epochs": float(history["epoch"].iloc[-1]),
        "train_loss": last_loss(history),
        "valid_loss": float(valid_losses.iloc[-1]),
        "best_valid_loss": float(valid_losses.min()),
        "best_step": int(valid_losses.idxmin()),
        "test_loss": measured.nats_per_token,
        "test_bits_per_byte": measured.bits_per_byte,
        "verdict": diagnosis.verdict,
        "copied": float(copied(samples, text)["share_8"].mean()),
        "copied_human": float(copied(human_samples(test, like=samples), text)["share_8"].mean()),
        "sample": samples[0],
        "seconds": float(history["seconds"].iloc[-1]),
    }
