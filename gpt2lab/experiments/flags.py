"""What the flags of a fine-tuning do: the same amount of reading under one setting after the other."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gpt2lab.base.arguments import real_number, whole_number
from gpt2lab.base.jobs import run_jobs
from gpt2lab.corpus import Splits, presidential_speeches
from gpt2lab.errors import ArgumentError
from gpt2lab.experiments.fine_tuning import temporary_run
from gpt2lab.experiments.settings import check_settings, check_text, check_values
from gpt2lab.pretrained.catalog import find_card
from gpt2lab.training.loop import COPIED_SAMPLES

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

BASELINE = "none"
COLUMNS = """
    flag value steps windows epochs saves written_MB valid_loss_before valid_loss copied
    human_copied seconds
""".split()


def flags(
    model_name: str = "1M",
    windows: int = 120,
    splits: Splits | None = None,
    *,
    accumulate_gradients: Sequence[int] = (5, 20),
    epochs: Sequence[float] = (4, 16),
    save_every: Sequence[int] = (10,),
    learning_rates: Sequence[float] = (),
    seed: int = 0,
    learning_rate: float | None = None,
    executor: "Executor | None" = None,
    folder: str | Path = "experiments/flags",
    model_dir: str | Path = "models",
    **settings,
) -> "pd.DataFrame":
    """Change one flag of a fine-tuning at a time, with the same amount of reading, and measure what changes.

    Every run reads ``windows`` windows: with ``accumulate_gradients=5`` in a fifth of the steps. So all take
    about the same computation, and a difference is the flag's. Each result is stored in ``folder`` as it
    comes: the same call made again repeats nothing (`run_jobs`).

    Parameters
    ----------
    model_name : str, default "1M"
        The size to start from.
    windows : int, default 120
        Windows to read, a multiple of every ``accumulate_gradients``; the run without flags takes as many
        steps.
    splits : Splits, optional
        From `Corpus.split`; the State of the Union speeches since 1947, a tenth for validation and a tenth
        for the test, if None.
    accumulate_gradients : sequence of int, default (5, 20)
        Windows to a step. The run without flags has 1, gpt-2-simple 5.
    epochs : sequence of number, default (4, 16)
        How often the text is read: the run has only so much of the text that the same windows make so many
        passes.
    save_every : sequence of int, default (10,)
        Steps between saves. The run without flags saves at its end only.
    learning_rates : sequence of float, default ()
        Other learning rates than that of the run without flags.
    seed : int, default 0
        Decides which windows are read.
    learning_rate : float, optional
        That of all other runs; None takes what `finetune` begins with for this size.
    executor : concurrent.futures.Executor or dask.distributed.Client, optional
        What runs the fine-tunings; None runs them one after the other, the only way in which their
        ``seconds`` compare.
    folder : str or Path, default "experiments/flags"
        Where results are kept. The fine-tuned weights are not.
    model_dir : str or Path, default "models"
        Where models are kept.
    **settings
        Everything else that `finetune` takes, such as ``batch_size`` or ``optimizer``, the same for all.

    Returns
    -------
    pandas.DataFrame
        A row per run: ``flag`` that was changed ("none" in the first) and its ``value``; ``steps``,
        ``windows`` and ``epochs``; ``saves`` and ``written_MB``, million bytes of weights and optimizer
        written by them; ``valid_loss_before`` and ``valid_loss`` in nats per token; ``copied``, the share of
        what the model writes that stands word for word in its text, and ``human_copied``, that of held-out
        human text (see `Diagnosis`); ``seconds`` until the last step was taken. ``table.attrs["samples"]``
        has, for each row of ``epochs``, the texts on which ``copied`` was measured.

    Raises
    ------
    ArgumentError, TextError
        Before anything is trained, if a value cannot work, or the text is too short for as few epochs.
    ExperimentError
        If runs fail, once all others have ended.
    KeyboardInterrupt
        On Ctrl-C; what has ended is stored.

    Notes
    -----
    More windows to a step make each step surer and the steps fewer. With the learning rate that suits one
    window a step, as here, that mostly means less learning in the same time; a larger rate can make up for
    some of it.

    The learning rate of every run rises and falls once, in the steps that the run has: with a fifth of the
    steps the schedule is as high, and five times as short. ``decay="constant"`` keeps the rate the same in
    all steps.

    Examples
    --------
    >>> table = lab.experiments.flags(windows=60, accumulate_gradients=(5, 20))  # doctest: +SKIP
    >>> lab.plots.flags(table)  # doctest: +SKIP
    """
    import pandas as pd

    model_name = find_card(model_name).name
    seed = whole_number("seed", seed, 0, 2**64 - 1)
    splits = presidential_speeches(since=1947).split() if splits is None else splits
    windows = whole_number("windows", windows, 1)
    if own := sorted({"eval_every", "sample_length"} & set(settings)):
        raise ArgumentError(
            f"{own[0]} is decided by the experiment, which measures at the end of each run; leave it out."
        )
    tried = _list_runs(windows, accumulate_gradients, epochs, save_every, learning_rates)
    asked = {"learning_rate": learning_rate, **settings}
    for steps in sorted({each["steps"] for each in tried}):
        check_settings(asked, [model_name], steps, model_dir)
    check_text(splits, [splits.train.characters], [model_name], model_dir)
    texts = _texts(splits.train, tried, windows * find_card(model_name).n_ctx, model_name, model_dir)
    check_text(splits, [text.characters for text in texts], [model_name], model_dir)
    shared = {
        "model_name": model_name,
        "windows": windows,
        "seed": seed,
        "settings": asked,
        "valid": splits.valid,
        "model_dir": str(model_dir),
    }
    jobs = [{**each, **shared, "text": text} for each, text in zip(tried, texts)]
    for job in jobs:
        if job["flag"] == "learning_rate":
            job["settings"] = asked | {"learning_rate": job["value"]}
    rows = run_jobs(fine_tuned_with, jobs, folder, executor, ["flag", "value"], desc="Flags")
    table = pd.DataFrame(rows, columns=COLUMNS)
    table.attrs["samples"] = {row: found["samples"] for row, found in enumerate(rows) if "samples" in found}
    return table


def _list_runs(windows, accumulate_gradients, epochs, save_every, learning_rates):
    """What is changed in each run: dicts of flag, value, accumulate_gradients, epochs, save_every and steps.

    Raises
    ------
    ArgumentError
        If a value cannot work.
    """
    usual = {"accumulate_gradients": 1, "epochs": None, "save_every": windows, "steps": windows}
    tried = [{"flag": BASELINE, "value": 0, **usual}]
    for number in _check_values(
        "accumulate_gradients",
        accumulate_gradients,
        lambda value: whole_number("accumulate_gradients", value, 2, windows),
    ):
        if windows % number:
            raise ArgumentError(
                f"windows={windows} is no multiple of accumulate_gradients={number}; give a number of windows"
                " that every one divides."
            )
        tried.append(
            {
                "flag": "accumulate_gradients",
                "value": number,
                **usual,
                "accumulate_gradients": number,
                "steps": windows // number,
            }
        )
    for number in _check_values("epochs", epochs, lambda value: real_number("epochs", value, above=0)):
        tried.append({"flag": "epochs", "value": number, **usual, "epochs": number})
    for number in _check_values(
        "save_every", save_every, lambda value: whole_number("save_every", value, 1, windows)
    ):
        tried.append({"flag": "save_every", "value": number, **usual, "save_every": number})
    for rate in _check_values(
        "learning_rates", learning_rates, lambda value: real_number("learning_rates", value, above=0)
    ):
        tried.append({"flag": "learning_rate", "value": rate, **usual})
    return tried


def _check_values(name, values, check):
    return check_values(name, values, check) if not hasattr(values, "__len__") or len(values) else []


def _texts(train, tried, tokens_to_read, model_name, model_dir):
    """The text of each run: all of it, or so much that what is read makes as many epochs as asked for."""
    from gpt2lab.pretrained.download import download_vocabulary
    from gpt2lab.pretrained.encoder import load_encoder

    tokens = len(train.tokens(load_encoder(download_vocabulary(model_name, model_dir))))
    texts = []
    for each in tried:
        share = 1.0 if each["epochs"] is None else tokens_to_read / each["epochs"] / tokens
        if share > 1:
            raise ArgumentError(
                f"epochs={each['epochs']:g} is fewer than the whole text takes: {tokens_to_read:,} tokens are"
                f" read of {tokens:,}; give {tokens_to_read / tokens:.2g} or more, or read more windows."
            )
        texts.append(
            train if each["epochs"] is None else train.first(max(1, round(share * train.characters)))
        )
    return texts


def fine_tuned_with(
    flag,
    value,
    accumulate_gradients,
    epochs,
    save_every,
    steps,
    model_name,
    windows,
    seed,
    settings,
    valid,
    model_dir,
    text,
):
    """The job of one run: dict of columns."""
    with temporary_run(
        text,
        model_name,
        steps,
        valid,
        seed=seed,
        model_dir=model_dir,
        eval_every=steps,
        accumulate_gradients=accumulate_gradients,
        save_every=save_every,
        sample_every=steps,
        sample_length=1,
        max_checkpoints=1,
        **settings,
    ) as run:
        size = sum(
            path.stat().st_size
            for path in run.folder.glob("*")
            if path.name.startswith(("model-", "optimizer-"))
        )
        record = run.record
        samples = {"samples": _copying_samples(run, seed)} if flag == "epochs" else {}
    measured = record.dropna(subset=["valid_loss"])["valid_loss"]
    last = record.iloc[-1]
    saves = -(-steps // save_every)
    return {
        "flag": flag,
        "value": value,
        "steps": steps,
        "windows": windows,
        "epochs": float(last["epoch"]),
        "saves": saves,
        "written_MB": saves * size / 1e6,
        "valid_loss_before": float(measured.iloc[0]),
        "valid_loss": float(measured.iloc[-1]),
        "copied": float(last["copied"]),
        "human_copied": float(last["human_copied"]),
        "seconds": float(last["seconds"]),
    } | samples


def _copying_samples(run, seed):
    """The texts on which `finetune` has measured how much is copied, written once more."""
    with run.load() as model:
        return model.generate(**COPIED_SAMPLES, seed=seed)
