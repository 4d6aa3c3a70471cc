"""The layers of GPT-2, each with its gradient written out, so that training keeps no more of a forward pass
than it must.

The arithmetic is gpt-2-simple's (``src/model.py``). Notation: N rows (tokens of all windows), E width.
"""

import math

from gpt2lab.engine.quiet_tensorflow import tensorflow

# GELU as a logistic function: 0.5 x (1 + tanh(u)) = x / (1 + exp(-2u)), with 2u = x (SLOPE + CUBIC x^2).
SLOPE = 2 * math.sqrt(2 / math.pi)
CUBIC = SLOPE * 0.044715


def product(a, b, precision="float32", **transposed):
    """Matrix product, multiplied in ``precision``, or in bfloat16 if that is how ``b`` is stored; what comes
    out is float32.
    """
    tf = tensorflow()
    precision = b.dtype if b.dtype == tf.bfloat16 else precision
    if precision == "float32":
        return tf.matmul(a, b, **transposed)
    return tf.cast(tf.matmul(tf.cast(a, precision), tf.cast(b, precision), **transposed), tf.float32)


def column_sums(rows):
    """[N, E] to [E]: the gradient of a bias."""
    return tensorflow().raw_ops.BiasAddGrad(out_backprop=rows)


def normalise(x):
    """Mean 0 and variance 1 along the last axis: ``(normalised, scale)``, [N, E] and [N, 1]."""
    tf = tensorflow()
    centred = x - tf.reduce_mean(x, -1, keepdims=True)
    scale = tf.math.rsqrt(tf.reduce_mean(tf.square(centred), -1, keepdims=True) + 1e-5)
    return centred * scale, scale


def normalise_gradient(normalised, scale, d_normalised):
    """Gradient of `normalise` with respect to its input."""
    tf = tensorflow()
    along = tf.reduce_mean(d_normalised * normalised, -1, keepdims=True)
    return (d_normalised - tf.reduce_mean(d_normalised, -1, keepdims=True) - normalised * along) * scale


def gelu(x):
    """Gaussian error linear unit in gpt-2-simple's approximation."""
    tf = tensorflow()
    return x * tf.sigmoid(x * (tf.square(x) * CUBIC + SLOPE))


def gelu_and_slope(x):
    """`gelu` of x and its derivative there."""
    tf = tensorflow()
    square = tf.square(x)
    gate = tf.sigmoid(x * (square * CUBIC + SLOPE))
    output = x * gate
    return output, gate + output * (1 - gate) * (square * (3 * CUBIC) + SLOPE)
