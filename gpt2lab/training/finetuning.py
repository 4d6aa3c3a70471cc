"""Fine-tuning: plan what was asked for, refuse what cannot work, train."""

from __future__ import annotations

import hashlib
import inspect
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gpt2lab.base.version import __version__
from gpt2lab.engine.memory import finetuning_parts
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.pretrained import checkpoints
from gpt2lab.pretrained.catalog import find_card
from gpt2lab.pretrained.download import download, download_vocabulary
from gpt2lab.pretrained.encoder import load_encoder
from gpt2lab.training.estimation import require_memory
from gpt2lab.training.loop import open_loop
from gpt2lab.training.run import Run, read_configuration
from gpt2lab.training.settings import RECORDED, RESTORE_FROM, Settings, takes

# What the memory that a fine-tuning takes depends on.
MEMORY_SETTINGS = (
    "model_name",
    *(name for name in inspect.signature(finetuning_parts).parameters if name in RECORDED),
)
UNFINISHED = ("running", "stopped", "diverged")
SCHEDULE = ("learning_rate", "warmup_steps", "decay", "steps")


@takes(Settings)
def finetune(settings: Settings) -> Run:
    """Fine-tune a model on a text.

    A run that was killed or stopped goes on from its last save when the same call is made again (with
    ``restore_from="latest"``, the default), and ends as if it had never been interrupted; a run that had
    ended goes on for ``steps`` more. Ctrl-C, the Stop button of the live monitor and the kernel's interrupt
    save and return.

    Returns
    -------
    Run

    Raises
    ------
    ArgumentError, TextError, CheckpointError, StorageError
        Before anything is trained, if a value, the text or a folder cannot be used.
    MemoryShortageError
        Before anything is trained, if this machine or its container has too little memory; the message says
        which settings would fit. The environment variable ``GPT2LAB_MEMORY``, for example ``8GB``, sets what
        counts as available; see `estimate`.
    DivergenceError
        If a loss or a weight stops being a finite number; the last good checkpoint is kept.

    Examples
    --------
    >>> splits = lab.presidential_speeches(since=1947).split()  # doctest: +SKIP
    >>> run = lab.finetune(splits.train, valid=splits.valid, steps=100)  # doctest: +SKIP
    >>> print(run.diagnosis().explanation)  # doctest: +SKIP
    """
    with open_loop(plan_call(settings)) as loop:
        loop.train()
    return Run(settings.folder)


@dataclass(frozen=True)
class Call:
    """One call of `finetune`, ready to begin: nothing is written yet, and what could not work was refused.

    Attributes
    ----------
    settings : Settings
    hparams : dict
    encoder : Encoder
    tokens, valid_tokens : array of int32
        The texts, encoded; None without held-out text.
    about : dict
        What ``run.json`` records of the texts.
    saved_step : int or None
        The saved step to go on from; None starts over.
    first_step : int
        The step from which the steps of this call count: where a call that was cut off began, else where the
        run ended.
    model_folder : Path
        Where the description of the model is, for the run's folder.
    """

    settings: Settings
    hparams: dict
    encoder: Any
    tokens: np.ndarray
    valid_tokens: np.ndarray | None
    about: dict
    saved_step: int | None
    first_step: int
    model_folder: Path

    @property
    def last_step(self) -> int:
        """The step with which it ends, if nobody stops it."""
        return self.first_step + self.settings.steps

    def configuration(self) -> dict:
        """What ``run.json`` holds while it goes on."""
        return {
            "gpt2lab": __version__,
            "model_name": self.settings.model_name,
            "status": "running",
            "leg_start": self.first_step,
            "target": self.last_step,
            "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "settings": self.settings.recorded,
            **self.about,
        }


def plan_call(settings):
    """The `Call` that settings ask for.

    Raises
    ------
    ArgumentError, TextError, CheckpointError, DownloadError, MemoryShortageError
        If it cannot work.
    """
    resume = settings.restore_from == "latest" and checkpoints.latest_prefix(settings.folder) is not None
    source = settings.folder if resume else download_vocabulary(settings.model_name, settings.model_dir)
    hparams = checkpoints.read_hparams(source)
    begins_with = source if settings.restore_from in RESTORE_FROM else settings.restore_from
    if checkpoints.read_hparams(begins_with) != find_card(settings.model_name).hparams:
        raise ArgumentError(
            f"model_name={settings.model_name!r} has another shape than the model in {begins_with}; "
            "give the size that the run was started with, or another run_name."
        )
    encoder = load_encoder(source)
    valid = settings.valid
    tokens = training_tokens(settings.dataset, encoder, hparams["n_ctx"])
    valid_tokens = None if valid is None else valid.tokens(encoder)
    if valid is not None and not valid.characters:
        raise TextError("valid has no text; hold some out with corpus.split(valid=0.1), or leave valid out.")
    about = {
        "text": describe_text(settings.dataset, tokens),
        "valid": None if valid is None else describe_text(valid, valid_tokens),
    }
    recorded = read_configuration(settings.folder) if resume else {}
    compare_texts(recorded, about, settings.run_name)
    saved_step = checkpoints.latest_step(settings.folder) if resume else None
    first_step = find_first_step(recorded, saved_step or 0, settings)
    compare_schedules(recorded, settings)
    require_memory(**{name: getattr(settings, name) for name in MEMORY_SETTINGS}, other_sizes=not resume)
    model_folder = source if resume else download(settings.model_name, settings.model_dir)
    return Call(settings, hparams, encoder, tokens, valid_tokens, about, saved_step, first_step, model_folder)


def find_first_step(recorded, saved_step, settings):
    """The step from which the steps of a call count.

    Raises
    ------
    ArgumentError
        If there are fewer steps than were taken already.
    """
    first = recorded.get("leg_start", saved_step) if recorded.get("status") in UNFINISHED else saved_step
    if first + settings.steps < saved_step:
        raise ArgumentError(
            f"steps={settings.steps} is too few: {settings.run_name} was stopped at step {saved_step}, and"
            f" steps count from {first}, where that call began; give steps={saved_step - first + 1} or more,"
            " or another run_name."
        )
    return first


def training_tokens(corpus, encoder, window):
    """All tokens of a corpus, int32; more than a window of them, as gpt-2-simple's sampler needs.

    Raises
    ------
    TextError
        If there are too few; the message says how many characters would do.
    """
    tokens = corpus.tokens(encoder)
    if len(tokens) <= window + 1:
        needed = int(np.ceil((window + 2) * max(corpus.characters, 1) / max(len(tokens), 1) / 100) * 100)
        raise TextError(
            f"The text is too short: {corpus.characters:,} characters, {len(tokens):,} tokens, and"
            f" fine-tuning reads windows of {window:,} tokens; give about {needed:,} characters or more."
        )
    return tokens


def compare_texts(configuration, about, run_name):
    """Say when a run goes on with another text than before; a call that was cut off cannot be completed with
    another one.

    Raises
    ------
    ArgumentError
        If the run's last call did not come to its end.
    """
    other = [
        name
        for name in ("text", "valid")
        if configuration.get(name) and about[name] and configuration[name] != about[name]
    ]
    if not other:
        return
    what = "another text" if "text" in other else "another validation text"
    if configuration.get("status") in UNFINISHED:
        raise ArgumentError(
            f"run_name={run_name!r} was cut off while it learned, and this is {what} than it had; give it the"
            " same one to complete it, restore_from='fresh' to start over, or another run_name."
        )
    warnings.warn(
        f"{run_name} goes on with {what} than before; restore_from='fresh' starts it over, another run_name a"
        " new one.",
        stacklevel=5,
    )


def compare_schedules(configuration, settings):
    """Say when a call that was cut off is completed with another schedule of the learning rate than it began
    with.
    """
    began = configuration.get("settings", {})
    now = settings.recorded
    changed = [name for name in SCHEDULE if name in began and began[name] != now[name]]
    # One that diverged should be completed with another.
    if configuration.get("status") in ("running", "stopped") and changed:
        before, after = (", ".join(f"{name}={values[name]!r}" for name in changed) for values in (began, now))
        warnings.warn(
            f"{settings.run_name} was cut off and is completed with {after}, but it began with {before};"
            " with that it ends as if it had never been interrupted.",
            stacklevel=5,
        )


def describe_text(corpus, tokens):
    """What ``run.json`` records of a text: its size, and a checksum of its tokens rather than the text
    itself.
    """
    return {
        "documents": len(corpus),
        "characters": corpus.characters,
        "tokens": len(tokens),
        "sha256": hashlib.sha256(tokens.astype("<i4").tobytes()).hexdigest(),
    }
