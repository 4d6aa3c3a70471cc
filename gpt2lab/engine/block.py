"""One block of the transformer, forward and backward.

Notation: B windows, T tokens, N = B * T, E width, H heads, D = E / H.
"""

from typing import Any, NamedTuple

from gpt2lab.engine.attention import causal_attention, causal_attention_gradients
from gpt2lab.engine.layers import column_sums, gelu, gelu_and_slope, normalise, normalise_gradient, product
from gpt2lab.engine.quiet_tensorflow import tensorflow


class Kept(NamedTuple):
    """What the backward pass needs of a forward pass: for each layer its input or what its input follows
    from, never both.
    """

    first: Any  # the block's input, normalised (and the scale): [N, E], [N, 1]
    query_key_value: Any  # three of [B, H, T, D]
    probabilities: Any  # a list of [B, H, rows, columns]
    mixed: Any  # [B, H, T, D]
    second: Any  # after attention, normalised (and the scale)
    expanded: Any  # before GELU, [N, 4E]


class Block:
    """A layer of the model.

    Parameters
    ----------
    weights : Weights
        Of the scope ``model/h0`` and so on.
    shape : sequence of tensor or int
        B and T.
    query_blocks : list
        From `attention.query_blocks`.
    precision : {"float32", "bfloat16"}
        Of the matrix products.
    """

    def __init__(self, weights, shape, query_blocks, precision="float32"):
        self.weights = weights
        self.shape = shape
        self.query_blocks = query_blocks
        self.precision = precision
        self.heads = weights.network.hparams["n_head"]
        self.width = weights.network.hparams["n_embd"]

    def forward(self, x):
        """[N, E] to ``(output, kept)``, [N, E] and `Kept`."""
        weights = self.weights
        first = normalise(x)
        query, key, value = self._split_heads(
            weights.linear(weights.gain_and_bias(first[0], "ln_1"), "attn/c_attn", self.precision)
        )
        query *= (self.width // self.heads) ** -0.5
        mixed, probabilities = causal_attention(query, key, value, self.query_blocks, self.precision)
        x += weights.linear(self._merge_heads(mixed), "attn/c_proj", self.precision)
        second = normalise(x)
        expanded = weights.linear(weights.gain_and_bias(second[0], "ln_2"), "mlp/c_fc", self.precision)
        x += weights.linear(gelu(expanded), "mlp/c_proj", self.precision)
        return x, Kept(first, (query, key, value), probabilities, mixed, second, expanded)

    def backward(self, kept, d_x, collect):
        """Gradient with respect to the input, [N, E], from that with respect to the output.

        ``collect(name, gradient, *uses)`` is called with the gradient of each weight, as soon as it is known,
        and the tensors from whose computation on the weight is not read any more.
        """
        contracted, slope = gelu_and_slope(kept.expanded)
        d_expanded = self._linear(contracted, "mlp/c_proj", d_x, collect) * slope
        d_x += self._normed_linear(kept.second, "ln_2", "mlp/c_fc", d_expanded, collect)
        d_mixed = self._split_heads(self._linear(self._merge_heads(kept.mixed), "attn/c_proj", d_x, collect))[
            0
        ]
        d_query, d_key, d_value = causal_attention_gradients(
            *kept.query_key_value, self.query_blocks, kept.mixed, kept.probabilities, d_mixed, self.precision
        )
        d_query *= (self.width // self.heads) ** -0.5
        d_three = self._merge_heads(d_query, d_key, d_value)
        return d_x + self._normed_linear(kept.first, "ln_1", "attn/c_attn", d_three, collect)

    def _linear(self, x, name, d_output, collect):
        tf = tensorflow()
        weights = self.weights
        d_x = product(d_output, weights.matrix(f"{name}/w"), self.precision, transpose_b=True)
        collect(
            weights.full_name(f"{name}/w"),
            product(x, d_output, self.precision, transpose_a=True)[tf.newaxis],
            d_x,
        )
        collect(weights.full_name(f"{name}/b"), column_sums(d_output), d_x)
        return d_x

    def _normed_linear(self, normalised_and_scale, norm, name, d_output, collect):
        """The gradient of a layer norm followed by a linear layer."""
        weights = self.weights
        normalised, scale = normalised_and_scale
        x = weights.gain_and_bias(normalised, norm)
        d_x = self._linear(x, name, d_output, collect)
        d_normalised = d_x * weights.tensor(f"{norm}/g")
        collect(weights.full_name(f"{norm}/g"), column_sums(d_x * normalised), x, d_normalised)
        collect(weights.full_name(f"{norm}/b"), column_sums(d_x), x)
        return normalise_gradient(normalised, scale, d_normalised)

    def _split_heads(self, x):
        """[N, n E] to a list of n tensors [B, H, T, D]."""
        tf = tensorflow()
        parts = x.shape[-1] // self.width
        split = tf.reshape(x, [*self.shape, parts, self.heads, self.width // self.heads])
        return tf.unstack(tf.transpose(split, [2, 0, 3, 1, 4]), parts)

    def _merge_heads(self, *parts):
        """The reverse of `_split_heads`."""
        tf = tensorflow()
        return tf.reshape(tf.transpose(tf.stack(parts), [1, 3, 0, 2, 4]), [-1, len(parts) * self.width])
