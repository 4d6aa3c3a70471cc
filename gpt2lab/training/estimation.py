"""How much memory a fine-tuning or a generation will take, before it is started.

What takes how much is counted in `engine.memory`; ``python -m benchmarks.memory`` prints what it measures
beside these estimates.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Annotated

from gpt2lab.base import machine
from gpt2lab.base.arguments import one_of, whole_number
from gpt2lab.base.hints import Count, PositiveNumber, check_all
from gpt2lab.base.wording import format_bytes
from gpt2lab.engine.memory import PROGRAM_BYTES, finetuning_parts, generation_parts
from gpt2lab.errors import MemoryShortageError
from gpt2lab.pretrained.catalog import CARDS, find_card
from gpt2lab.training.settings import ModelName, Optimizer, Precision

Task = Annotated[str, partial(one_of, choices=("finetune", "generate"))]
# An estimate comes within 20 % of the peak: what is refused would not fit even then.
TRUSTED = 0.8


@dataclass(frozen=True)
class Estimate:
    """What `estimate` returns.

    Attributes
    ----------
    bytes : int
        The most memory that the process will have at any moment.
    parts : dict of str to int
        What is in memory at that moment, in bytes; they add up to ``bytes``.
    available : int
        Bytes that this process could have.
    where : str
        What is counted in ``available``: "memory", "GPU memory", or the environment variable that set it.
    explanation : str
        Two sentences in plain words.
    """

    bytes: int
    parts: dict
    available: int
    where: str
    explanation: str

    @property
    def fits(self):
        """Whether ``bytes`` are available."""
        return self.bytes <= self.available

    def __repr__(self):
        lines = [f"Estimate({format_bytes(self.bytes)}, of which"]
        lines += [
            f"    {format_bytes(part):>8}  {name}"
            for name, part in sorted(self.parts.items(), key=lambda item: -item[1])
        ]
        return "\n".join(
            [
                *lines,
                f"{format_bytes(self.available)} available: it {'fits' if self.fits else 'does not fit'})",
            ]
        )


def estimate(
    model_name: ModelName = "3M",
    batch_size: Count = 1,
    accumulate_gradients: Count = 5,
    only_train_transformer_layers: bool = False,
    optimizer: Optimizer = "adam",
    recompute: bool = False,
    precision: Precision = "float32",
    clip_norm: PositiveNumber | None = None,
    task: Task = "finetune",
    length: Count = 200,
) -> Estimate:
    """Predict the memory that a fine-tuning or a generation takes at its peak, without starting TensorFlow.

    Parameters
    ----------
    model_name : str, default "3M"
        The size.
    batch_size : int, default 1
        Windows, or samples, that go through the model at once.
    accumulate_gradients : int, default 5
        Batches whose gradients are added up for each step.
    only_train_transformer_layers : bool, default False
        Whether the embeddings stay as they are.
    optimizer : {"adam", "adamw", "sgd"}, default "adam"
        How gradients move the weights.
    recompute : bool, default False
        Whether activations are computed again instead of being kept.
    precision : {"float32", "bfloat16"}, default "float32"
        Of the matrix products; what is kept of them is float32 either way.
    clip_norm : float, optional
        The norm to which gradients are scaled down.
    task : {"finetune", "generate"}, default "finetune"
        What to predict; a generation depends on the model, ``batch_size`` and ``length`` alone.
    length : int, default 200
        Tokens of a sample, its prefix among them.

    Returns
    -------
    Estimate
        Within 20 % of the peak of a new process that does nothing else, for 1M to 355M on a CPU
        (``benchmarks/memory.py`` measures it).

    Raises
    ------
    ArgumentError
        If a value cannot work.

    Notes
    -----
    What is available is what is free on the GPU that TensorFlow would use or else on this machine, within the
    limits of a container; the environment variable ``GPT2LAB_MEMORY``, for example ``8GB``, overrides it.

    Examples
    --------
    >>> lab.estimate("124M", batch_size=2, recompute=True)  # doctest: +SKIP
    """
    settings = check_all(estimate, locals())
    card = find_card(settings.pop("model_name"))
    task = settings.pop("task")
    length = whole_number("length", settings.pop("length"), 1, card.n_ctx, "the window")
    batch_size = settings["batch_size"]
    room = find_room()
    on_gpu = room.where == "GPU memory"
    if task == "generate":
        parts = generation_parts(card.hparams, batch_size, length, on_gpu)
    else:
        parts = finetuning_parts(card.hparams, on_gpu=on_gpu, **settings)
    total = sum(parts.values())
    what = f"{'Fine-tuning' if task == 'finetune' else 'Generating with'} {card.name}"
    largest = max(parts, key=parts.get)
    explanation = (
        f"{what} with batch_size={batch_size} takes about {format_bytes(total)}, most of it"
        f" ({format_bytes(parts[largest])}) for {largest}. {format_bytes(room.bytes)} are"
        f" available{'' if room.where == 'memory' else f' ({room.where})'}: it"
        f" {'fits' if total <= room.bytes else 'does not fit'}."
    )
    return Estimate(total, parts, room.bytes, room.where, explanation)


def find_room():
    """What this process could have: what is free, and what TensorFlow and Python have taken in it already."""
    return machine.available_memory(int(PROGRAM_BYTES))


def require_memory(model_name, batch_size, accumulate_gradients, other_sizes=True, **settings):
    """Refuse a fine-tuning that clearly exceeds what is available, and warn of one that may.

    Parameters
    ----------
    model_name, batch_size, accumulate_gradients, **settings
        As in `finetuning_parts`.
    other_sizes : bool, default True
        Whether a smaller model may be proposed.

    Raises
    ------
    MemoryShortageError
        The message names the first settings that would fit, the cheapest first.
    """
    room = find_room()
    asked = {
        "model_name": model_name,
        "batch_size": batch_size,
        "accumulate_gradients": accumulate_gradients,
        **settings,
    }
    needed = _bytes(asked, room)
    if needed <= room.bytes:
        return
    fitting = next(
        (other for other in alternatives(asked, other_sizes) if _bytes(other, room) <= room.bytes), None
    )
    if fitting is None:
        advice = "nothing smaller fits either" + (
            "" if room.where == machine.OVERRIDE else ", so close other notebooks or programs"
        )
    else:
        advice = "give " + ", ".join(
            f"{name}={value!r}" for name, value in fitting.items() if value != asked[name]
        )
    allowed = room.where == machine.OVERRIDE
    where = f"is what {machine.OVERRIDE} allows" if allowed else f"of {room.where} are available"
    sentence = (
        f"Fine-tuning {model_name} with these settings takes about {format_bytes(needed)} of memory, and"
        f" {format_bytes(room.bytes)} {where}"
    )
    if TRUSTED * needed <= room.bytes:
        warnings.warn(f"{sentence}: it may not fit; if it does not, {advice}.", stacklevel=3)
        return
    raise MemoryShortageError(
        f"{sentence}; {advice} (or set GPT2LAB_MEMORY={math.ceil(needed / 1e9)}GB to try it all the same)."
    )


def _bytes(asked, room):
    settings = {name: value for name, value in asked.items() if name != "model_name"}
    return sum(
        finetuning_parts(
            find_card(asked["model_name"]).hparams, on_gpu=room.where == "GPU memory", **settings
        ).values()
    )


def alternatives(asked, other_sizes=True):
    """Settings to try instead, the cheapest first, each reading as many tokens per step: smaller batches,
    recomputation, fewer trained layers, then the same with ever smaller models.

    Yields
    ------
    dict
        With the keys of ``asked``.
    """
    size = find_card(asked["model_name"])
    smaller = (
        [other.name for other in CARDS.values() if other.parameters < size.parameters] if other_sizes else []
    )
    windows = asked["batch_size"] * asked["accumulate_gradients"]
    # No machine takes more windows at once than this, and the search has to end.
    batches = [batch for batch in range(min(asked["batch_size"], 1024), 0, -1) if windows % batch == 0]
    ways = [(False, False), (True, False), (True, True)]
    for model_name, (again, fewer), batch in product([size.name, *reversed(smaller)], ways, batches):
        yield asked | {
            "model_name": model_name,
            "batch_size": batch,
            "accumulate_gradients": windows // batch,
            "recompute": asked["recompute"] or again,
            "only_train_transformer_layers": asked["only_train_transformer_layers"] or fewer,
        }
