"""From logits to the next token: temperature, the cuts, and the draw."""

import numpy as np

from gpt2lab.engine.quiet_tensorflow import tensorflow

# Tokens looked at when only top_p cuts: sorting the whole vocabulary costs more than the rest of a step, and
# these nearly always suffice.
SHORTLIST = 1024
SPARE = 16  # tokens looked at beyond top_k, in case several are exactly as likely as the last one kept
BLOCK = 128  # tokens whose probabilities are summed up before the search for the one that is drawn


def uniforms(seed, samples, length):
    """The random numbers that decide a sample, a pure function of seed, sample and position.

    Philox is counter-based: number ``position`` of the stream with key (seed, sample) is the same however
    many samples or positions are drawn, in whatever order (Salmon et al. 2011, "Parallel random numbers: as
    easy as 1, 2, 3").

    Parameters
    ----------
    seed : int
        From 0 to 2**64 - 1.
    samples : iterable of int
        Numbers of the samples.
    length : int
        Tokens a sample.

    Returns
    -------
    numpy.ndarray of float64, [samples, length]
        Each in [0, 1).
    """
    return np.stack(
        [
            np.random.Generator(np.random.Philox(key=np.array([seed, sample], np.uint64))).random(length)
            for sample in samples
        ]
    )


def cut(logits, temperature, top_k, top_p):
    """Which tokens survive the cuts, and how likely each is then to be drawn.

    ``top_k`` is applied first, ``top_p`` to what it left, renormalised: both may be on, as in Hugging Face
    transformers (gpt-2-simple ignores top_k as soon as top_p is above 0). Tokens exactly as likely as the
    last one kept are kept too.

    Parameters
    ----------
    logits : tensor of float32, [R, V]
    temperature : tensor of float32, scalar
        0 is greedy: the most likely token alone survives (the first of several).
    top_k : tensor of int32, scalar
        Keep the k most likely tokens; 0 keeps all (Fan et al. 2018).
    top_p : tensor of float32, scalar
        Keep the smallest set of tokens that holds this share of the probability; 0 or 1 keeps all (Holtzman
        et al. 2019).

    Returns
    -------
    kept : tensor of bool, [R, V]
    scaled : tensor of float32, [R, V]
        Log probability of being drawn, up to a constant, of those that are kept.
    """
    tf = tensorflow()
    vocabulary = tf.shape(logits)[1]
    greedy = temperature <= 0
    scaled = scale(logits, temperature)
    k = tf.where((top_k > 0) & (top_k < vocabulary), top_k, vocabulary)

    def lowest_kept():
        best = tf.math.top_k(scaled, k).values  # [R, k], falling
        return threshold(best, tf.nn.softmax(best), top_p)

    def keep_all():
        return tf.fill([tf.shape(scaled)[0], 1], tf.float32.min)

    lowest = tf.cond((k < vocabulary) | is_share(top_p), lowest_kept, keep_all)
    first = tf.one_hot(tf.argmax(scaled, axis=1), vocabulary, on_value=True, off_value=False, dtype=tf.bool)
    return tf.where(greedy, first, scaled >= lowest), scaled


def scale(logits, temperature):
    """Logits over temperature, the largest of a row 0, so that no temperature, however small, makes an
    infinity of it.
    """
    tf = tensorflow()
    return (logits - tf.reduce_max(logits, axis=1, keepdims=True)) / tf.where(
        temperature <= 0, 1.0, temperature
    )


def is_share(top_p):
    """Whether top_p cuts anything."""
    return (top_p > 0) & (top_p < 1)


def threshold(best, probability, top_p):
    """The lowest of the falling values ``best``, [R, C], that is kept for top_p: [R, 1]; the last one where
    top_p is off.
    """
    tf = tensorflow()
    before = tf.cumsum(probability, axis=1, exclusive=True)
    inside = (before < top_p) | tf.logical_not(is_share(top_p))
    return tf.reduce_min(tf.where(inside, best, tf.float32.max), axis=1, keepdims=True)


def draw(logits, temperature, top_k, top_p, uniform):
    """Draw tokens: the first in the order of the vocabulary whose cumulated probability passes the random
    number.

    Sums run in float64 in that order, so that the rounding of the logits can change the outcome only where
    the random number falls on a border. Where a cut is on, only as many of the most likely tokens are looked
    at as it takes to find it.

    Parameters
    ----------
    logits : tensor of float32, [R, V]
    temperature, top_k, top_p
        As in `cut`.
    uniform : tensor of float64, [R, S]
        In [0, 1): S draws from each row.

    Returns
    -------
    tensor of int32, [R, S]
    """
    tf = tensorflow()
    vocabulary = tf.shape(logits)[1]
    by_k = (top_k > 0) & (top_k < vocabulary)

    def most_likely():
        return tf.tile(
            tf.argmax(logits, axis=1, output_type=tf.int32)[:, tf.newaxis], [1, tf.shape(uniform)[1]]
        )

    def from_all():
        return draw_from_all(scale(logits, temperature), uniform)

    def from_best():
        best, ids = tf.math.top_k(logits, tf.minimum(tf.where(by_k, top_k + SPARE, SHORTLIST), vocabulary))
        best = scale(best, temperature)

        def share_of_all():
            return tf.exp(best - tf.reduce_logsumexp(scale(logits, temperature), 1, keepdims=True))

        def share_of_k():
            return tf.pad(tf.nn.softmax(best[:, :top_k]), [[0, 0], [0, tf.shape(best)[1] - top_k]])

        probability = tf.cond(by_k, share_of_k, share_of_all)
        inside_k = tf.logical_not(by_k) | (tf.range(tf.shape(best)[1]) < top_k)
        lowest = threshold(tf.where(inside_k, best, tf.float32.max), probability, top_p)
        kept = best >= lowest
        enough = (tf.shape(best)[1] == vocabulary) | tf.logical_not(tf.reduce_any(kept[:, -1]))

        def from_some():
            order = tf.argsort(ids)
            weights = tf.where(kept, tf.exp(tf.cast(best, tf.float64)), tf.zeros([], tf.float64))
            cumulated = tf.cumsum(tf.gather(weights, order, batch_dims=1), axis=1)
            return tf.gather(
                tf.gather(ids, order, batch_dims=1),
                find_crossing(cumulated, uniform * cumulated[:, -1:]),
                batch_dims=1,
            )

        def from_kept():
            kept, scaled = cut(logits, temperature, top_k, top_p)
            return draw_from_all(tf.where(kept, scaled, tf.float32.min), uniform)

        return tf.cond(enough, from_some, from_kept)

    return tf.cond(
        temperature <= 0, most_likely, lambda: tf.cond(by_k | is_share(top_p), from_best, from_all)
    )


def find_crossing(cumulated, target):
    """Where each row of ``cumulated``, [R, N], first passes the targets, [R, S]: int32."""
    tf = tensorflow()
    # Just below the total even for the largest random number, whatever the rounding.
    return tf.searchsorted(cumulated, tf.minimum(target, cumulated[:, -1:] * (1 - 1e-12)), side="right")


def draw_from_all(scaled, uniform):
    """Draw from whole rows, [R, V], of log probabilities up to a constant: first the block of tokens, then
    the token in it.
    """
    tf = tensorflow()
    rows = tf.shape(scaled)[0]
    draws = tf.shape(uniform)[1]
    surplus = -tf.shape(scaled)[1] % BLOCK
    padded = tf.pad(scaled, [[0, 0], [0, surplus]], constant_values=tf.float32.min)
    # In float64: there are as many borders as tokens, and float32 would move all of them a little.
    weights = tf.reshape(tf.exp(tf.cast(padded, tf.float64)), [rows, -1, BLOCK])
    sums = tf.reduce_sum(weights, axis=2)
    cumulated = tf.cumsum(sums, axis=1)
    target = uniform * cumulated[:, -1:]
    block = find_crossing(cumulated, target)
    before = tf.gather(cumulated - sums, block, batch_dims=1)
    inside = tf.cumsum(tf.gather(weights, block, batch_dims=1), axis=2)  # [R, S, BLOCK]
    within = find_crossing(tf.reshape(inside, [-1, BLOCK]), tf.reshape(target - before, [-1, 1]))
    return block * BLOCK + tf.reshape(within, [rows, draws])
