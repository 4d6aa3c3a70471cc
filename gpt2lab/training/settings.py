"""What a fine-tuning is asked for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, fields
from functools import partial, wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

from gpt2lab.base.arguments import file_path, one_of, whole_number
from gpt2lab.base.hints import (
    Count,
    Folder,
    FolderName,
    NonNegativeNumber,
    PositiveNumber,
    Seed,
    WholeNumber,
    check_all,
)
from gpt2lab.base.progress import MONITOR
from gpt2lab.corpus import Corpus
from gpt2lab.engine.memory import OPTIMIZERS
from gpt2lab.errors import ArgumentError
from gpt2lab.pretrained.catalog import PRECISIONS, find_card
from gpt2lab.training.schedule import DECAYS

WEIGHT_DECAY = 0.01
WARMUP_SHARE = 10  # one in so many steps is spent warming up, unless told otherwise
RESTORE_FROM = ("latest", "fresh", "scratch")
# What belongs to a call and is not written down with it: texts, which can be large, and who listens.
UNRECORDED = ("dataset", "valid", "callback", "monitor")


def as_corpus(name, source):
    """A Corpus from a Corpus or a path to a file or a folder of texts."""
    if isinstance(source, Corpus):
        return source
    if not isinstance(source, (str, Path)):
        raise ArgumentError(
            f"{name} is of type {type(source).__name__}; give a Corpus, or the path of a text file or a"
            " folder of texts."
        )
    path = file_path(source)
    return Corpus.from_directory(path) if path.is_dir() else Corpus.from_file(path)


def check_model_name(name, value):
    """The official name of a size."""
    return find_card(value).name


def check_callback(name, value):
    """What is called with each row of the history."""
    if not callable(value):
        raise ArgumentError(
            f"{name}={value!r} cannot be called; give a function of one argument, the new row of the history."
        )
    return value


def check_monitor(name, value):
    """Who shows how a run goes: a monitor, or False for a bar."""
    if value is not False and not all(hasattr(value, part) for part in MONITOR):
        raise ArgumentError(
            f"{name}={value!r} cannot watch a run; give lab.widgets.training_monitor(), False for a bar, or"
            " leave it out."
        )
    return value


def check_source(name, value):
    """Where the first weights come from."""
    if str(value) not in RESTORE_FROM and not Path(value).is_dir():
        raise ArgumentError(
            f"{name}={str(value)!r} is neither 'latest', 'fresh', 'scratch' nor a folder with a checkpoint;"
            " choose one of these."
        )
    return str(value)


Texts = Annotated[Corpus | str | Path, as_corpus]
ModelName = Annotated[str, check_model_name]
Callback = Annotated[Callable[[dict], Any], check_callback]
Monitor = Annotated[Any, check_monitor]
Source = Annotated[str | Path, check_source]
Optimizer = Annotated[str, partial(one_of, choices=tuple(OPTIMIZERS))]
Decay = Annotated[str, partial(one_of, choices=DECAYS)]
Precision = Annotated[str, partial(one_of, choices=PRECISIONS)]


@dataclass(frozen=True, eq=False)
class Settings:
    """The arguments of `finetune`, checked; made once and passed whole.

    A setting that is added here, with its hint, its default and its lines below, is an argument of
    `finetune`, an option of the command line and an entry of ``run.json``, and stands in the documentation of
    all three.

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
    learning_rate : float, optional
        How far a step moves the weights; where the rate moves too (``decay``), the highest. What to begin
        with, and what None takes: 0.002 for 1M, 0.001 for 3M, 0.0005 for 10M (see benchmarks/README.md),
        0.0001 for OpenAI's sizes, as in gpt-2-simple.
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
    warmup_steps : int, optional
        Steps at the beginning of the call in which the learning rate rises evenly towards its full value;
        None takes a tenth of ``steps``, and none where the rate is constant.
    decay : {"cosine", "linear", "constant"}, default "cosine"
        The way of the learning rate after that, until the last step of the call: it falls along half a cosine
        to a tenth (as in nanoGPT; Hoffmann et al. 2022) or evenly to 0 (as in transformers), or stays, as in
        gpt-2-simple. A call that goes on with a run that had ended has a schedule of its own.
    recompute : bool, default False
        Compute activations again in the backward pass instead of keeping them: less memory, up to a third
        more time (Chen et al. 2016).
    precision : {"float32", "bfloat16"}, default "float32"
        Of the matrix products; weights, moments and losses stay in float32. bfloat16 is faster only where the
        processor knows it.
    """

    dataset: Texts
    model_name: ModelName = "3M"
    steps: Count = 300
    valid: Texts | None = None
    eval_every: Count = 20
    patience: Count | None = None
    run_name: FolderName = "run1"
    seed: Seed = 0
    _: KW_ONLY
    callback: Callback | None = None
    monitor: Monitor | None = None
    model_dir: Folder = "models"
    checkpoint_dir: Folder = "checkpoint"
    batch_size: Count = 1
    learning_rate: PositiveNumber | None = None
    accumulate_gradients: Count = 5
    restore_from: Source = "latest"
    sample_every: WholeNumber = 100
    sample_length: Count = 1023
    sample_num: Count = 1
    save_every: Count = 1000
    print_every: Count = 1
    max_checkpoints: Count = 1
    only_train_transformer_layers: bool = False
    optimizer: Optimizer = "adam"
    overwrite: bool = False
    weight_decay: NonNegativeNumber = WEIGHT_DECAY
    clip_norm: PositiveNumber | None = None
    warmup_steps: WholeNumber | None = None
    decay: Decay = "cosine"
    recompute: bool = False
    precision: Precision = "float32"

    def __post_init__(self):
        if self.patience is not None and self.valid is None:
            raise ArgumentError(
                f"patience={self.patience!r} needs a validation loss to wait for; give valid=… too, or leave"
                " patience out."
            )
        texts_last = sorted((field.name for field in fields(self)), key=("dataset", "valid").__contains__)
        for name, value in check_all(type(self), {name: getattr(self, name) for name in texts_last}).items():
            object.__setattr__(self, name, value)
        self._fill_in()
        self._check_together()

    def _fill_in(self):
        """What follows from other settings, where it was not given."""
        if self.learning_rate is None:
            object.__setattr__(self, "learning_rate", find_card(self.model_name).learning_rate)
        if self.warmup_steps is None:
            steps = 0 if self.decay == "constant" else self.steps // WARMUP_SHARE
            object.__setattr__(self, "warmup_steps", steps)

    def _check_together(self):
        """What is right or wrong only beside another setting."""
        window = find_card(self.model_name).n_ctx
        why = f"the window of {window:,} tokens less one to start from"
        whole_number("sample_length", self.sample_length, 1, window - 1, why)
        if self.optimizer != "adamw" and self.weight_decay not in (0, WEIGHT_DECAY):
            raise ArgumentError(
                f"weight_decay={self.weight_decay:g} has no effect with optimizer={self.optimizer!r}; give"
                " optimizer='adamw', or leave it out."
            )
        why = f"steps={self.steps} less one, so that a step has the full learning rate"
        whole_number("warmup_steps", self.warmup_steps, 0, self.steps - 1, why)

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return Path(self.checkpoint_dir) / self.run_name

    @property
    def recorded(self) -> dict:
        """What ``run.json`` holds of them."""
        return {name: getattr(self, name) for name in RECORDED}


RECORDED = tuple(field.name for field in fields(Settings) if field.name not in UNRECORDED)

P = ParamSpec("P")
R = TypeVar("R")


def takes(settings: Callable[P, Any]) -> Callable[[Callable[[Any], R]], Callable[P, R]]:
    """Decorate a function of one object of settings: it is called with their arguments, and documented by
    them.
    """

    def decorate(function: Callable[[Any], R]) -> Callable[P, R]:
        signature = inspect.signature(settings)

        @wraps(function)
        def called(*arguments: P.args, **named: P.kwargs) -> R:
            try:
                signature.bind(*arguments, **named)
            except TypeError as error:
                raise TypeError(f"{function.__name__}() {error}") from None
            return function(settings(*arguments, **named))

        of_settings = inspect.getdoc(settings)
        parameters = of_settings[of_settings.index("Parameters\n-----") :].strip()
        called.__doc__ = inspect.getdoc(function).replace(
            "Returns\n----", f"{parameters}\n\nReturns\n----", 1
        )
        called.__signature__ = signature.replace(return_annotation=function.__annotations__.get("return"))
        return called

    return decorate
