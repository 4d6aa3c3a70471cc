"""Causal self-attention in blocks of queries, and its gradient.

A query sees no key that comes after it, so a block of queries is multiplied with the keys up to its own end
only: with n blocks (n + 1) / 2n of the work of whole windows. Notation: B windows, H heads, T tokens, D =
width / heads.
"""

import itertools

from gpt2lab.engine.layers import product
from gpt2lab.engine.quiet_tensorflow import tensorflow

# What a position that must not be seen gets instead of its attention score; gpt-2-simple's own constant.
UNSEEN = -1e10

# Blocks of queries in a window. More save multiplications but make each product too small for its start-up
# cost; 2 and 4 measured alike.
BLOCKS = 4


def query_blocks(length):
    """The blocks of queries of a window of ``length`` tokens (a number or a scalar tensor): list of (begin,
    end, mask).

    The mask, [1, 1, end - begin, end], is added to attention scores.
    """
    tf = tensorflow()
    ends = [length * number // BLOCKS for number in range(BLOCKS + 1)]
    positions = tf.range(length)
    return [
        (
            begin,
            end,
            tf.where(positions[begin:end, tf.newaxis] >= positions[:end], 0.0, UNSEEN)[
                tf.newaxis, tf.newaxis
            ],
        )
        for begin, end in itertools.pairwise(ends)
    ]


def split(x, blocks):
    """[B, H, T, D] into its blocks of rows, a list."""
    return tensorflow().split(x, [end - begin for begin, end, _ in blocks], 2) if len(blocks) > 1 else [x]


def causal_attention(query, key, value, blocks, precision="float32"):
    """Mix values by attention.

    Parameters
    ----------
    query, key, value : tensor, [B, H, T, D]
        The query divided by the square root of D.
    blocks : list
        From `query_blocks`.
    precision : {"float32", "bfloat16"}
        Of the matrix products.

    Returns
    -------
    mixed : tensor, [B, H, T, D]
    probabilities : list of tensor
        One a block, [B, H, end - begin, end].
    """
    tf = tensorflow()
    mixed = []
    probabilities = []
    for some, (_, end, mask) in zip(split(query, blocks), blocks):
        scores = product(some, key[:, :, :end], precision, transpose_b=True)
        probabilities.append(tf.nn.softmax(scores + mask))
        mixed.append(product(probabilities[-1], value[:, :, :end], precision))
    return tf.concat(mixed, 2), probabilities


def causal_attention_gradients(query, key, value, blocks, mixed, probabilities, d_mixed, precision="float32"):
    """Gradients with respect to query, key and value, given what `causal_attention` returned and the
    gradient of ``mixed``.
    """
    tf = tensorflow()
    # The share of the softmax's gradient that is common to a row: sum_j p_ij dp_ij, which is also the product
    # of what came out with its gradient.
    common = tf.reduce_sum(mixed * d_mixed, -1, keepdims=True)
    d_query = []
    d_key = d_value = None
    split_all = [split(x, blocks) for x in (query, d_mixed, common)]
    for (begin, end, _), probability, some, d_block, of_rows in zip(blocks, probabilities, *split_all):
        d_value = _longer(d_value, begin, end, product(probability, d_block, precision, transpose_a=True))
        d_probability = product(d_block, value[:, :, :end], precision, transpose_b=True)
        d_scores = (d_probability - of_rows) * probability
        d_query.append(product(d_scores, key[:, :, :end], precision))
        d_key = _longer(d_key, begin, end, product(d_scores, some, precision, transpose_a=True))
    return tf.concat(d_query, 2), d_key, d_value


def _longer(total, before, length, more):
    """The sum of a total of ``before`` tokens (None is none) and of ``more`` of ``length`` tokens.

    One after the other, not with ``tf.add_n``: TensorFlow may add its terms up in the order in which they
    arrive, and a sum that is rounded in another order is another sum.
    """
    if total is None:
        return more
    return tensorflow().pad(total, [[0, 0], [0, 0], [0, length - before], [0, 0]]) + more
