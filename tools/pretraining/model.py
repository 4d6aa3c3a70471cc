"""GPT-2 in PyTorch, and its weights under gpt-2-simple's names and in its shapes."""

import math
import re

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from gpt2lab.base.storage import replace_file
from gpt2lab.errors import CheckpointError

MEND = "give the --layers, --width and --heads that it was made with."


class Attention(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.c_attn = nn.Linear(width, 3 * width)
        self.c_proj = nn.Linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.c_attn(x).split(width, dim=2)
        query, key, value = (part.view(batch, length, self.heads, -1).transpose(1, 2) for part in parts)
        dropout = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(query, key, value, dropout_p=dropout, is_causal=True)
        return self.c_proj(mixed.transpose(1, 2).reshape(batch, length, width))


class Perceptron(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads, dropout)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = Perceptron(width)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        x = x + self.drop(self.attn(self.ln_1(x)))
        return x + self.drop(self.mlp(self.ln_2(x)))


class GPT2(nn.Module):
    """GPT-2 (Radford et al. 2019): learned positions, layer norm before each part, tanh GELU, the embedding
    tied to the output.

    Modules are named as gpt-2-simple names its variables, so that the two lists of names follow from each
    other.
    """

    def __init__(self, hparams, dropout=0.0):
        super().__init__()
        width = hparams["n_embd"]
        self.wte = nn.Embedding(hparams["n_vocab"], width)
        self.wpe = nn.Embedding(hparams["n_ctx"], width)
        self.h = nn.ModuleList(Block(width, hparams["n_head"], dropout) for _ in range(hparams["n_layer"]))
        self.ln_f = nn.LayerNorm(width)  # PyTorch's epsilon, 1e-5, is GPT-2's
        self.drop = nn.Dropout(dropout)
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif name == "wpe.weight":
                nn.init.normal_(parameter, std=0.01)
            elif parameter.ndim == 2:
                # What is added to the residual stream is scaled down, so that its variance does not grow with
                # the layers.
                added = name.endswith("c_proj.weight")
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * hparams["n_layer"]) if added else 0.02)

    def forward(self, tokens, targets, positions, reduction="mean"):
        """Loss in nats; ``tokens`` and ``targets`` are [batch, length], ``positions`` [batch or 1,
        length].
        """
        x = self.drop(self.wte(tokens) + self.wpe(positions))
        for block in self.h:
            x = block(x)
        logits = F.linear(self.ln_f(x), self.wte.weight)
        return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction=reduction)

    def block_matrices(self):
        """The matrices inside the blocks: what Muon trains."""
        return [
            parameter
            for name, parameter in self.named_parameters()
            if name.startswith("h.") and parameter.ndim == 2
        ]

    def other_parameters(self):
        """Embeddings, biases and layer norms: what AdamW trains."""
        return [
            parameter
            for name, parameter in self.named_parameters()
            if not (name.startswith("h.") and parameter.ndim == 2)
        ]


def simple_name(name):
    """gpt-2-simple's name of a parameter: ``h.0.attn.c_attn.weight`` is ``model/h0/attn/c_attn/w``."""
    path = "model/" + re.sub(r"^h\.", "h", name).replace(".", "/")
    if name in ("wte.weight", "wpe.weight"):
        return path.removesuffix("/weight")
    path = path.removesuffix("/bias") + "/b" if path.endswith("/bias") else path
    return (
        path.removesuffix("/weight") + ("/g" if "/ln_" in path else "/w")
        if path.endswith("/weight")
        else path
    )


def _is_matrix(name):
    return name.endswith("/w")  # a linear layer's; gpt-2-simple has it as [1, in, out], PyTorch as [out, in]


def to_simple(state, dtype="float32"):
    """A model's ``state_dict`` as arrays under gpt-2-simple's names and in its shapes."""
    arrays = {simple_name(name): tensor.detach().float().cpu().numpy() for name, tensor in state.items()}
    return {
        name: (array.T[None] if _is_matrix(name) else array).astype(dtype) for name, array in arrays.items()
    }


def from_simple(model, arrays, source):
    """Put arrays under gpt-2-simple's names into ``model``.

    Raises
    ------
    CheckpointError
        If names or shapes are not those of ``model``; the message names ``source`` and the first difference.
    """
    state = {}
    for name, parameter in model.state_dict().items():
        key = simple_name(name)
        if key not in arrays:
            raise CheckpointError(f"{source} lacks {key}: it is no model of this shape; {MEND}")
        array = np.asarray(arrays[key], np.float32)
        array = array[0].T if _is_matrix(key) and array.ndim == 3 else array
        if array.shape != tuple(parameter.shape):
            raise CheckpointError(
                f"{source} has {key} in shape {arrays[key].shape}, which does not fit; {MEND}"
            )
        state[name] = torch.from_numpy(np.ascontiguousarray(array))
    extra = sorted(set(arrays) - {simple_name(name) for name in state})
    if extra:
        raise CheckpointError(f"{source} also has {extra[0]}: it has more layers than asked for; {MEND}")
    model.load_state_dict(state)


def read_weights(path):
    """The arrays of a ``weights.npz``."""
    try:
        with np.load(path) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError) as error:
        message = f"{path.name} cannot be read as weights ({error}); give a weights.npz that this tool wrote."
        raise CheckpointError(message) from error


def write_weights(path, arrays):
    """Write ``weights.npz`` beside and rename it, so that a reader never sees half a file."""
    with replace_file(path) as file:
        np.savez_compressed(file, **arrays)
