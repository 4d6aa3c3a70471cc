"""How much memory a fine-tuning or a generation will take, before it is started.

The peak is counted from the arrays that take part in it. The few numbers below say how many of each kind there are; they were fitted to what
``python -m benchmarks.memory`` measures, which prints the estimates beside it. TensorFlow's allocator on a CPU gives nothing back before the
session ends: what a step has taken is still taken while the model is saved.
"""

import math
import warnings
from dataclasses import dataclass
from itertools import product

from gpt2lab import memory
from gpt2lab.arguments import one_of, real_number, whole_number, yes_or_no
from gpt2lab.catalog import CARDS, PRECISIONS, card, weight_shapes
from gpt2lab.errors import MemoryShortageError

TASKS = ("finetune", "generate")
FLOAT = 4  # bytes of a float32
OPTIMIZERS = {"adam": 2, "adamw": 2, "sgd": 0}  # moments of each weight
# Bytes of Python and TensorFlow; TensorFlow's share of a GPU is not measured but a guess.
PROGRAM_BYTES, GPU_PROGRAM_BYTES = 640e6, 700e6
# What a layer's operations take in the graph and in the session's copies of it; with accumulated gradients the graph has them twice.
GRAPH_A_LAYER = 30e6
# Whole sets of gradients: none where each weight moves as soon as its gradient is known, else those that are added up (and what is added).
GRADIENTS_AT_ONCE, GRADIENTS_ACCUMULATED, GRADIENTS_CLIPPED = 0, 2, 1
# Arrays [vocabulary, width] of the embedding's gradient, and rows of logits that the loss is computed from at a time, with their softmax and gradient.
EMBEDDING_GRADIENTS, LOGIT_ROWS = 2, 3 * 256
# Arrays [batch, window, width] that a layer keeps for the backward pass, and arrays [batch, heads, window, window]: causal attention is computed in
# four blocks of queries that see no later keys, (1 + 2 + 3 + 4) / 16 of the square.
ACTIVATIONS_A_LAYER, ATTENTION_A_LAYER = 9, 10 / 16
# With recompute a layer keeps its input alone. What one layer at a time works with comes on top either way.
KEPT_A_LAYER, ACTIVATIONS_AT_WORK, ATTENTION_AT_WORK = 1, 20, 1
# Weights in bfloat16 beside those in float32, and what the allocator cannot use of what it holds.
HALF_COPIES, SLACK = 0.5, 0.07
# Python and TensorFlow with the graph of a generation; the weights are read from the disk into their places.
WRITING_PROGRAM_BYTES = 770e6
# Arrays [samples, vocabulary] around a draw, and copies of each cache of keys and values: more while the prompt is spread and where a cache grows.
DRAWN, CACHES = 6, 1.4
# Copies of the largest weight while it is saved.
SAVED = 2
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
        lines = [f"Estimate({in_words(self.bytes)}, of which"]
        lines += [f"    {in_words(part):>8}  {name}" for name, part in sorted(self.parts.items(), key=lambda item: -item[1])]
        return "\n".join([*lines, f"{in_words(self.available)} available: it {'fits' if self.fits else 'does not fit'})"])


def estimate(model_name="3M", batch_size=1, accumulate_gradients=5, only_train_transformer_layers=False, optimizer="adam", recompute=False,
             precision="float32", clip_norm=None, task="finetune", length=200):
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
        Within 20 % of the peak of a new process that does nothing else, for 1M to 355M on a CPU (``benchmarks/memory.py`` measures it).

    Raises
    ------
    ArgumentError
        If a value cannot work.

    Notes
    -----
    What is available is what is free on the GPU that TensorFlow would use or else on this machine, within the limits of a container; the
    environment variable ``GPT2LAB_MEMORY``, for example ``8GB``, overrides it.

    Examples
    --------
    >>> lab.estimate("124M", batch_size=2, recompute=True)     # doctest: +SKIP
    """
    one_of("task", task, TASKS)
    one_of("optimizer", optimizer, tuple(OPTIMIZERS))
    one_of("precision", precision, PRECISIONS)
    hparams = card(model_name).hparams
    batch_size = whole_number("batch_size", batch_size, 1)
    settings = {
        "accumulate_gradients": whole_number("accumulate_gradients", accumulate_gradients, 1),
        "only_train_transformer_layers": yes_or_no("only_train_transformer_layers", only_train_transformer_layers),
        "optimizer": optimizer,
        "recompute": yes_or_no("recompute", recompute),
        "precision": precision,
        "clip_norm": clip_norm if clip_norm is None else real_number("clip_norm", clip_norm, above=0),
    }
    length = whole_number("length", length, 1, hparams["n_ctx"], "the window")
    room = room_for()
    on_gpu = room.where == "GPU memory"
    parts = generation_parts(hparams, batch_size, length, on_gpu) if task == "generate" else finetuning_parts(hparams, batch_size, on_gpu=on_gpu, **settings)
    total = sum(parts.values())
    what = f"{'Fine-tuning' if task == 'finetune' else 'Generating with'} {card(model_name).name}"
    largest = max(parts, key=parts.get)
    explanation = (
        f"{what} with batch_size={batch_size} takes about {in_words(total)}, most of it ({in_words(parts[largest])}) for {largest}. "
        f"{in_words(room.bytes)} are available{'' if room.where == 'memory' else f' ({room.where})'}: it {'fits' if total <= room.bytes else 'does not fit'}."
    )
    return Estimate(total, parts, room.bytes, room.where, explanation)


def room_for():
    """What this process could have: what is free, and what TensorFlow and Python have taken in it already."""
    return memory.available(int(PROGRAM_BYTES))


def finetuning_parts(hparams, batch_size, accumulate_gradients=1, only_train_transformer_layers=False, optimizer="adam", recompute=False,
                     precision="float32", clip_norm=None, on_gpu=False):
    """What is in memory at the peak of a fine-tuning: dict of str to int, in bytes; arguments as in `estimate`."""
    shapes = weight_shapes(hparams)
    weights = FLOAT * sum(map(math.prod, shapes.values()))
    trained = FLOAT * sum(math.prod(shape) for name, shape in shapes.items() if "/h" in name or not only_train_transformer_layers)
    layers, width, heads, window = (hparams[name] for name in ("n_layer", "n_embd", "n_head", "n_ctx"))
    of_width, of_attention = FLOAT * batch_size * window * width, FLOAT * batch_size * heads * window**2
    kept = KEPT_A_LAYER * layers + ACTIVATIONS_A_LAYER if recompute else ACTIVATIONS_A_LAYER * layers
    attended = ATTENTION_A_LAYER * (1 if recompute else layers)
    sets = GRADIENTS_ACCUMULATED if accumulate_gradients > 1 else GRADIENTS_CLIPPED if clip_norm is not None else GRADIENTS_AT_ONCE
    parts = {
        "the weights": weights,
        "the optimizer's moments": OPTIMIZERS[optimizer] * trained,
        "the gradients": sets * trained + EMBEDDING_GRADIENTS * FLOAT * hparams["n_vocab"] * width,
        "the activations": of_width * (kept + ACTIVATIONS_AT_WORK),
        "the attention": of_attention * (attended + ATTENTION_AT_WORK),
        "the logits": LOGIT_ROWS * FLOAT * hparams["n_vocab"],
        "copies in bfloat16": HALF_COPIES * weights if precision == "bfloat16" else 0,
    }
    program = GPU_PROGRAM_BYTES if on_gpu else PROGRAM_BYTES
    graph = GRAPH_A_LAYER * layers * (2 if accumulate_gradients > 1 else 1)
    parts |= {"TensorFlow and Python": program + graph, "what the allocator cannot use": SLACK * (program + graph + sum(parts.values()))}
    # Weights and moments are copied a few at a time, to the machine's own memory where they are on a GPU.
    parts["what is being saved"] = 0 if on_gpu else SAVED * FLOAT * max(map(math.prod, shapes.values()))
    return {name: int(part) for name, part in parts.items()}


def generation_parts(hparams, batch_size, length, on_gpu=False):
    """What is in memory at the peak of a generation: dict of str to int, in bytes; arguments as in `estimate`."""
    weights = FLOAT * sum(map(math.prod, weight_shapes(hparams).values()))
    program = GPU_PROGRAM_BYTES if on_gpu else WRITING_PROGRAM_BYTES
    return {"TensorFlow and Python": int(program), "the weights": weights} | sample_parts(hparams, batch_size, length)


def sample_parts(hparams, samples, length):
    """What samples take that are generated at once, besides the model: dict of str to int, in bytes."""
    return {
        "keys and values": int(CACHES * 2 * FLOAT * samples * hparams["n_layer"] * hparams["n_embd"] * length),
        "the logits": DRAWN * FLOAT * samples * hparams["n_vocab"],
    }


def samples_that_fit(hparams, length, room):
    """How many samples of ``length`` tokens, their prefix among them, can be generated at once in ``room`` bytes besides the model: at least 1."""
    return max(1, int(room) // sum(sample_parts(hparams, 1, length).values()))


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
    room = room_for()
    asked = {"model_name": model_name, "batch_size": batch_size, "accumulate_gradients": accumulate_gradients, **settings}
    needed = _bytes(asked, room)
    if needed <= room.bytes:
        return
    fitting = next((other for other in alternatives(asked, other_sizes) if _bytes(other, room) <= room.bytes), None)
    if fitting is None:
        advice = "nothing smaller fits either" + ("" if room.where == memory.OVERRIDE else ", so close other notebooks or programs")
    else:
        advice = "give " + ", ".join(f"{name}={value!r}" for name, value in fitting.items() if value != asked[name])
    sentence = (
        f"Fine-tuning {model_name} with these settings takes about {in_words(needed)} of memory, and {in_words(room.bytes)} "
        f"{'is what GPT2LAB_MEMORY allows' if room.where == memory.OVERRIDE else f'of {room.where} are available'}"
    )
    if TRUSTED * needed <= room.bytes:
        warnings.warn(f"{sentence}: it may not fit; if it does not, {advice}.", stacklevel=3)
        return
    raise MemoryShortageError(f"{sentence}; {advice} (or set GPT2LAB_MEMORY={math.ceil(needed / 1e9)}GB to try it all the same).")


def _bytes(asked, room):
    settings = {name: value for name, value in asked.items() if name != "model_name"}
    return sum(finetuning_parts(card(asked["model_name"]).hparams, on_gpu=room.where == "GPU memory", **settings).values())


def alternatives(asked, other_sizes=True):
    """Settings to try instead, the cheapest first, each reading as many tokens per step: smaller batches, recomputation, fewer trained layers,
    then the same with ever smaller models.

    Yields
    ------
    dict
        With the keys of ``asked``.
    """
    size = card(asked["model_name"])
    smaller = [other.name for other in CARDS.values() if other.parameters < size.parameters] if other_sizes else []
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


def in_words(count):
    """Bytes as people write them: ``9.1 GB``, ``310 MB``."""
    return f"{count / 1e9:.1f} GB" if count >= 0.9995e9 else f"{count / 1e6:.0f} MB"
