"""What the graph holds in memory at its peak, counted from the arrays that take part in it.

The few numbers below say how many of each kind there are; they were fitted to what ``python -m
benchmarks.memory`` measures, which prints the estimates beside it. TensorFlow's allocator on a CPU gives
nothing back before the session ends: what a step has taken is still taken while the model is saved.
"""

import math

from gpt2lab.pretrained.catalog import weight_shapes

FLOAT = 4  # bytes of a float32
OPTIMIZERS = {"adam": 2, "adamw": 2, "sgd": 0}  # moments of each weight
# Bytes of Python and TensorFlow, and of the texts and tables of a whole `finetune`, which the benchmark does
# without; TensorFlow's share of a GPU is not measured but a guess.
PROGRAM_BYTES = 720e6
GPU_PROGRAM_BYTES = 700e6
# What a layer's operations take in the graph and in the session's copies of it; with accumulated gradients
# the graph has them twice.
GRAPH_A_LAYER = 30e6
# Whole sets of gradients: none where each weight moves as soon as its gradient is known, else those that are
# added up (and what is added).
GRADIENTS_AT_ONCE = 0
GRADIENTS_ACCUMULATED = 2
GRADIENTS_CLIPPED = 1
# Arrays [vocabulary, width] of the embedding's gradient, and rows of logits that the loss is computed from at
# a time, with their softmax and gradient.
EMBEDDING_GRADIENTS = 2
LOGIT_ROWS = 3 * 256
# Arrays [batch, window, width] that a layer keeps for the backward pass, and arrays [batch, heads, window,
# window]: causal attention is computed in four blocks of queries that see no later keys, (1 + 2 + 3 + 4) / 16
# of the square.
ACTIVATIONS_A_LAYER = 9
ATTENTION_A_LAYER = 10 / 16
# With recompute a layer keeps its input alone. What one layer at a time works with comes on top either way.
KEPT_A_LAYER = 1
ACTIVATIONS_AT_WORK = 20
ATTENTION_AT_WORK = 1
# Weights in bfloat16 beside those in float32, and what the allocator cannot use of what it holds.
HALF_COPIES = 0.5
SLACK = 0.07
# Python and TensorFlow with the graph of a generation; the weights are read from the disk into their places.
WRITING_PROGRAM_BYTES = 770e6
# Arrays [samples, vocabulary] around a draw, and copies of each cache of keys and values: more while the
# prompt is spread and where a cache grows.
DRAWN = 6
CACHES = 1.4
# Copies of the largest weight while it is saved.
SAVED = 2


def finetuning_parts(
    hparams,
    batch_size,
    accumulate_gradients=1,
    only_train_transformer_layers=False,
    optimizer="adam",
    recompute=False,
    precision="float32",
    clip_norm=None,
    on_gpu=False,
):
    """What is in memory at the peak of a fine-tuning: dict of str to int, in bytes; arguments as in
    `estimate`.
    """
    shapes = weight_shapes(hparams)
    weights = FLOAT * sum(map(math.prod, shapes.values()))
    trained = FLOAT * sum(
        math.prod(shape)
        for name, shape in shapes.items()
        if "/h" in name or not only_train_transformer_layers
    )
    layers, width, heads, window = (hparams[name] for name in ("n_layer", "n_embd", "n_head", "n_ctx"))
    of_width = FLOAT * batch_size * window * width
    of_attention = FLOAT * batch_size * heads * window**2
    kept = KEPT_A_LAYER * layers + ACTIVATIONS_A_LAYER if recompute else ACTIVATIONS_A_LAYER * layers
    attended = ATTENTION_A_LAYER * (1 if recompute else layers)
    sets = (
        GRADIENTS_ACCUMULATED
        if accumulate_gradients > 1
        else GRADIENTS_CLIPPED
        if clip_norm is not None
        else GRADIENTS_AT_ONCE
    )
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
    parts |= {
        "TensorFlow and Python": program + graph,
        "what the allocator cannot use": SLACK * (program + graph + sum(parts.values())),
    }
    # Weights and moments are copied a few at a time, to the machine's own memory where they are on a GPU.
    parts["what is being saved"] = 0 if on_gpu else SAVED * FLOAT * max(map(math.prod, shapes.values()))
    return {name: int(part) for name, part in parts.items()}


def generation_parts(hparams, batch_size, length, on_gpu=False):
    """What is in memory at the peak of a generation: dict of str to int, in bytes; arguments as in
    `estimate`.
    """
    weights = FLOAT * sum(map(math.prod, weight_shapes(hparams).values()))
    program = GPU_PROGRAM_BYTES if on_gpu else WRITING_PROGRAM_BYTES
    return {"TensorFlow and Python": int(program), "the weights": weights} | sample_parts(
        hparams, batch_size, length
    )


def sample_parts(hparams, samples, length):
    """What samples take that are generated at once, besides the model: dict of str to int, in bytes."""
    return {
        "keys and values": int(
            CACHES * 2 * FLOAT * samples * hparams["n_layer"] * hparams["n_embd"] * length
        ),
        "the logits": DRAWN * FLOAT * samples * hparams["n_vocab"],
    }


def samples_that_fit(hparams, length, room):
    """How many samples of ``length`` tokens, their prefix among them, can be generated at once in ``room``
    bytes besides the model: at least 1.
    """
    return max(1, int(room) // sum(sample_parts(hparams, 1, length).values()))
