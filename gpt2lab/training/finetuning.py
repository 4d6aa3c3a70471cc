"""Fine-tuning: check what was asked for, open the run's folder, train."""

import hashlib
import time
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from gpt2lab import __version__
from gpt2lab.base.arguments import (
    file_path,
    folder_name,
    folder_path,
    one_of,
    real_number,
    whole_number,
    yes_or_no,
)
from gpt2lab.base.progress import MONITOR
from gpt2lab.corpus import Corpus
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.pretrained import checkpoints
from gpt2lab.pretrained.catalog import PRECISIONS, card
from gpt2lab.pretrained.download import download, vocabulary
from gpt2lab.pretrained.encoder import load_encoder
from gpt2lab.training.estimation import OPTIMIZERS, require_memory
from gpt2lab.training.run import Run, read_configuration, write_configuration
from gpt2lab.training.schedule import DECAYS

WEIGHT_DECAY = 0.01  # the default of `finetune`
RESTORE_FROM = ("latest", "fresh", "scratch")
# What the memory that a fine-tuning takes depends on.
MEMORY_SETTINGS = (
    "model_name",
    "batch_size",
    "accumulate_gradients",
    "only_train_transformer_layers",
    "optimizer",
    "recompute",
    "precision",
    "clip_norm",
)
UNFINISHED = ("running", "stopped", "diverged")


@dataclass(frozen=True)
class Settings:
    """Arguments of `finetune`, checked."""

    model_name: str
    steps: int
    eval_every: int
    patience: int | None
    run_name: str
    seed: int
    model_dir: str
    checkpoint_dir: str
    batch_size: int
    learning_rate: float
    accumulate_gradients: int
    restore_from: str
    sample_every: int
    sample_length: int
    sample_num: int
    save_every: int
    print_every: int
    max_checkpoints: int
    only_train_transformer_layers: bool
    optimizer: str
    overwrite: bool
    weight_decay: float
    clip_norm: float | None
    warmup_steps: int
    decay: str
    recompute: bool
    precision: str

    def __post_init__(self):
        window = card(self.model_name).n_ctx
        self._set("seed", whole_number("seed", self.seed, 0, 2**64 - 1))
        for name, low in (
            ("steps", 1),
            ("eval_every", 1),
            ("batch_size", 1),
            ("accumulate_gradients", 1),
            ("sample_every", 0),
            ("sample_num", 1),
            ("save_every", 1),
            ("print_every", 1),
            ("max_checkpoints", 1),
        ):
            self._set(name, whole_number(name, getattr(self, name), low))
        if self.patience is not None:
            self._set("patience", whole_number("patience", self.patience, 1))
        why = f"the window of {window:,} tokens less one to start from"
        self._set("sample_length", whole_number("sample_length", self.sample_length, 1, window - 1, why))
        self._set("learning_rate", real_number("learning_rate", self.learning_rate, above=0))
        self._check_the_way_of_the_weights()
        folder_name("run_name", self.run_name)
        self._set("model_name", card(self.model_name).name)
        for name in ("only_train_transformer_layers", "overwrite", "recompute"):
            self._set(name, yes_or_no(name, getattr(self, name)))
        for name in ("model_dir", "checkpoint_dir"):
            self._set(name, str(folder_path(name, getattr(self, name))))
        self._set("restore_from", str(self.restore_from))
        if self.restore_from not in RESTORE_FROM and not Path(self.restore_from).is_dir():
            raise ArgumentError(
                f"restore_from={self.restore_from!r} is neither 'latest', 'fresh', 'scratch' nor a folder"
                " with a checkpoint; choose one of these."
            )

    def _check_the_way_of_the_weights(self):
        for name, choices in (("optimizer", tuple(OPTIMIZERS)), ("decay", DECAYS), ("precision", PRECISIONS)):
            one_of(name, getattr(self, name), choices)
        self._set("weight_decay", real_number("weight_decay", self.weight_decay, low=0))
        if self.optimizer != "adamw" and self.weight_decay not in (0, WEIGHT_DECAY):
            raise ArgumentError(
                f"weight_decay={self.weight_decay:g} has no effect with optimizer={self.optimizer!r}; give"
                " optimizer='adamw', or leave it out."
            )
        if self.clip_norm is not None:
            self._set("clip_norm", real_number("clip_norm", self.clip_norm, above=0))
        why = f"steps={self.steps} less one, so that a step has the full learning rate"
        self._set("warmup_steps", whole_number("warmup_steps", self.warmup_steps, 0, self.steps - 1, why))

    def _set(self, name, value):
        object.__setattr__(self, name, value)

    @property
    def folder(self):
        """The run's folder."""
        return Path(self.checkpoint_dir) / self.run_name


def finetune(
    dataset,
    model_name="3M",
    steps=300,
    valid=None,
    eval_every=20,
    patience=None,
    run_name="run1",
    seed=0,
    *,
    callback=None,
    monitor=None,
    model_dir="models",
    checkpoint_dir="checkpoint",
    batch_size=1,
    learning_rate=0.0001,
    accumulate_gradients=5,
    restore_from="latest",
    sample_every=100,
    sample_length=1023,
    sample_num=1,
    save_every=1000,
    print_every=1,
    max_checkpoints=1,
    only_train_transformer_layers=False,
    optimizer="adam",
    overwrite=False,
    weight_decay=WEIGHT_DECAY,
    clip_norm=None,
    warmup_steps=0,
    decay="constant",
    recompute=False,
    precision="float32",
):
    """Fine-tune a model on a text.

    A run that was killed or stopped goes on from its last save when the same call is made again (with
    ``restore_from="latest"``, the default), and ends as if it had never been interrupted; a run that had
    ended goes on for ``steps`` more. Ctrl-C, the Stop button of the live monitor and the kernel's interrupt
    save and return.

    Parameters
    ----------
    dataset : Corpus, str or Path
        What to learn; a path is read with `Corpus.from_file` or, for a folder, `Corpus.from_directory`.
    model_name : str, default "3M"
        The size to start from.
    steps : int, default 300
        How often the weights move.
    valid : Corpus, str or Path, optional
        Held-out text. Its loss is measured on at most 8 windows, always the same, before the first step and
        every ``eval_every`` steps; whenever it is the lowest so far, the model is saved.
    eval_every : int, default 20
        Steps between measurements of the validation loss.
    patience : int, optional
        Stop after this many measurements of the validation loss without a new lowest one.
    run_name : str, default "run1"
        The run's folder in ``checkpoint_dir``.
    seed : int, default 0
        Decides which windows of the text are read, and the random weights of ``restore_from="scratch"``.
    callback : callable, optional
        Called after each step with that row of the history (a dict). If it returns True, or fails, the run
        stops and is saved.
    monitor : TrainingMonitor or bool, optional
        Who shows how the run goes. None: the live monitor in a notebook (`widgets.training_monitor`: the
        losses as a figure, the newest sample, a Stop button that saves), a bar in a terminal, nothing where
        nobody looks or ``GPT2LAB_PROGRESS=0``. False: the bar in a notebook too.
    model_dir : str or Path, default "models"
        Where models are kept.
    checkpoint_dir : str or Path, default "checkpoint"
        Where runs are kept.
    batch_size : int, default 1
        Windows of ``n_ctx`` (1,024) tokens that go through the model at once.
    learning_rate : float, default 0.0001
        How far a step moves the weights; with ``warmup_steps`` or ``decay``, the highest rate. The bundled
        sizes learn best near 0.001.
    accumulate_gradients : int, default 5
        Batches whose gradients are added up for each step; a step reads ``batch_size * accumulate_gradients``
        windows.
    restore_from : {"latest", "fresh", "scratch"} or folder, default "latest"
        Go on with this run if it exists; start it over from the pretrained weights; start it over from random
        weights; or start it over from the newest checkpoint in another folder. Starting over replaces what
        the run's folder held.
    sample_every : int, default 100
        Steps between samples written to ``samples/`` in the run's folder; 0 writes none. As often, and at the
        end of a call of 20 steps or more, it is measured how much of what the model writes is copied from the
        text (see `Diagnosis`).
    sample_length : int, default 1023
        Tokens of such a sample.
    sample_num : int, default 1
        Samples written each time.
    save_every : int, default 1000
        Steps between saves; the last step is always saved.
    print_every : int, default 1
        Steps between updates of the losses in the progress bar.
    max_checkpoints : int, default 1
        Saved steps of this call to keep, besides the best one.
    only_train_transformer_layers : bool, default False
        Leave the embeddings as they are: less memory for large models.
    optimizer : {"adam", "adamw", "sgd"}, default "adam"
        How gradients move the weights: Adam (Kingma and Ba 2014), Adam with decoupled weight decay
        (Loshchilov and Hutter 2019), or plain gradient descent ("sgd").
    overwrite : bool, default False
        When a run goes on, delete what was saved by earlier calls as soon as there is something newer.
    weight_decay : float, default 0.01
        What a step of AdamW takes away from each weight matrix, as a part of it and of the learning rate;
        other optimizers take nothing.
    clip_norm : float, optional
        The largest norm that the gradient of a step, averaged over its batches, may have; a longer one is
        shortened (Pascanu et al. 2013). 1.0 is usual.
    warmup_steps : int, default 0
        Steps at the beginning of the call in which the learning rate rises evenly towards its full value.
    decay : {"constant", "linear", "cosine"}, default "constant"
        The way of the learning rate after that: it stays, or falls until the last step of the call, evenly to
        0 (as in transformers) or along half a cosine to a tenth (as in nanoGPT; Hoffmann et al. 2022).
    recompute : bool, default False
        Compute activations again in the backward pass instead of keeping them: less memory, up to a third
        more time (Chen et al. 2016).
    precision : {"float32", "bfloat16"}, default "float32"
        Of the matrix products; weights, moments and losses stay in float32. bfloat16 is faster only where the
        processor knows it.

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
    >>> run = lab.finetune(splits.train, valid=splits.valid, steps=100, learning_rate=1e-3)  # doctest: +SKIP
    >>> print(run.diagnosis().explanation)  # doctest: +SKIP
    """
    given = locals()
    if patience is not None and valid is None:
        raise ArgumentError(
            f"patience={patience!r} needs a validation loss to wait for; give valid=… too, or leave patience"
            " out."
        )
    if callback is not None and not callable(callback):
        raise ArgumentError(
            f"callback={callback!r} cannot be called; give a function of one argument, the new row of the"
            " history."
        )
    if not (monitor is None or monitor is False or all(hasattr(monitor, name) for name in MONITOR)):
        raise ArgumentError(
            f"monitor={monitor!r} cannot watch a run; give lab.widgets.training_monitor(), False for a bar,"
            " or leave it out."
        )
    wanted = Settings(**{name: given[name] for name in Settings.__dataclass_fields__})
    text = as_corpus("dataset", dataset)
    held_out = None if valid is None else as_corpus("valid", valid)
    resume = wanted.restore_from == "latest" and checkpoints.latest(wanted.folder) is not None
    described = wanted.folder if resume else vocabulary(wanted.model_name, wanted.model_dir)
    hparams = checkpoints.read_hparams(described)
    begins_with = described if wanted.restore_from in RESTORE_FROM else wanted.restore_from
    if checkpoints.read_hparams(begins_with) != card(wanted.model_name).hparams:
        raise ArgumentError(
            f"model_name={wanted.model_name!r} has another shape than the model in {begins_with}; "
            "give the size that the run was started with, or another run_name."
        )
    encoder = load_encoder(described)
    tokens = training_tokens(text, encoder, hparams["n_ctx"])
    valid_tokens = None if held_out is None else held_out.tokens(encoder)
    if held_out is not None and not held_out.characters:
        raise TextError("valid has no text; hold some out with corpus.split(valid=0.1), or leave valid out.")
    about = {
        "text": describe(text, tokens),
        "valid": None if held_out is None else describe(held_out, valid_tokens),
    }
    recorded = read_configuration(wanted.folder) if resume else {}
    compare_texts(recorded, about, wanted.run_name)
    start = checkpoints.latest_step(wanted.folder) if resume else 0
    leg = leg_of(recorded, start)
    if leg + wanted.steps < start:
        raise ArgumentError(
            f"steps={wanted.steps} is too few: {wanted.run_name} was stopped at step {start}, and steps count"
            f" from {leg}, where that call began; give steps={start - leg + 1} or more, or another run_name."
        )
    require_memory(**{name: getattr(wanted, name) for name in MEMORY_SETTINGS}, other_sizes=not resume)
    model_folder = described if resume else download(wanted.model_name, wanted.model_dir)

    from gpt2lab.training.loop import TrainingLoop

    configuration = {
        "gpt2lab": __version__,
        "model_name": wanted.model_name,
        "status": "running",
        "leg_start": leg,
        "target": leg + wanted.steps,
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "settings": asdict(wanted),
        **about,
    }
    with TrainingLoop(
        wanted,
        configuration,
        hparams,
        encoder,
        (text, held_out),
        tokens,
        valid_tokens,
        start if resume else None,
        model_folder,
    ) as loop:
        write_configuration(wanted.folder, configuration)
        loop.train(callback, monitor)
    return Run(wanted.folder)


def as_corpus(argument, source):
    """A Corpus from a Corpus or a path to a file or a folder of texts."""
    if isinstance(source, Corpus):
        return source
    if not isinstance(source, (str, Path)):
        raise ArgumentError(
            f"{argument} is of type {type(source).__name__}; give a Corpus, or the path of a text file or a"
            " folder of texts."
        )
    path = file_path(source)
    return Corpus.from_directory(path) if path.is_dir() else Corpus.from_file(path)


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
        stacklevel=3,
    )


def leg_of(configuration, start):
    """The step from which the steps of this call count: where the call began that was cut off, else where
    the run ended.
    """
    return configuration.get("leg_start", start) if configuration.get("status") in UNFINISHED else start


def describe(corpus, tokens):
    """What ``run.json`` records of a text: its size, and a checksum of its tokens rather than the text
    itself.
    """
    return {
        "documents": len(corpus),
        "characters": corpus.characters,
        "tokens": len(tokens),
        "sha256": hashlib.sha256(tokens.astype("<i4").tobytes()).hexdigest(),
    }
