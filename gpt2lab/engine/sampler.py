"""From logits to the next token: temperature, the cuts, and the draw."""

import numpy as np

from gpt2lab.engine.quiet_tensorflow import tensorflow


def uniforms(seed, samples, length):
    """The random numbers that decide a sample, a pure function of seed, sample and position.

    Philox is counter-based: number ``position`` of the stream with key (seed, sample) is the same however many samples or positions are
    drawn, in whatever order (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").

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
    return np.stack([
        np.random.Generator(np.random.Philox(key=np.array([seed, sample], np.uint64))).random(length) for sample in samples
    ])


def cut(logits, temperature, top_k, top_p):
    """Which tokens survive the cuts, and how likely each is then to be drawn.

    ``top_k`` is applied first, ``top_p`` to what it left, renormalised: both may be on, as in Hugging Face transformers (gpt-2-simple
    ignores top_k as soon as top_p is above 0). Tokens exactly as likely as the last one kept are kept too.

    Parameters
    ----------
    logits : tensor of float32, [B, V]
    temperature : tensor of float32, scalar
        0 is greedy: the most likely token alone survives (the first of several).
    top_k : tensor of int32, scalar
        Keep the k most likely tokens; 0 keeps all (Fan et al. 2018).
    top_p : tensor of float32, scalar
        Keep the smallest set of tokens that holds this share of the probability; 0 or 1 keeps all (Holtzman et al. 2019).

    Returns
    -------
    kept : tensor of bool, [B, V]
    weights : tensor of float64, [B, V]
        Proportional to the probability of being drawn; 0 where cut.
    """
    tf = tensorflow()
    vocabulary = tf.shape(logits)[1]
    greedy = temperature <= 0
    # At most 0, so that no temperature, however small, makes an infinity of the best.
    scaled = (logits - tf.reduce_max(logits, axis=1, keepdims=True)) / tf.where(greedy, 1.0, temperature)
    k = tf.where((top_k > 0) & (top_k < vocabulary), top_k, vocabulary)
    p_is_on = (top_p > 0) & (top_p < 1)

    def lowest_kept():
        best = tf.math.top_k(scaled, k).values  # [B, k], falling
        before = tf.cumsum(tf.nn.softmax(best), axis=1, exclusive=True)
        inside = (before < top_p) | tf.logical_not(p_is_on)
        return tf.reduce_min(tf.where(inside, best, tf.float32.max), axis=1, keepdims=True)

    def keep_all():
        return tf.fill([tf.shape(scaled)[0], 1], tf.float32.min)

    threshold = tf.cond((k < vocabulary) | p_is_on, lowest_kept, keep_all)
    first = tf.one_hot(tf.argmax(scaled, axis=1), vocabulary, on_value=True, off_value=False, dtype=tf.bool)
    kept = tf.where(greedy, first, scaled >= threshold)
    return kept, tf.where(kept, tf.exp(tf.cast(scaled, tf.float64)), tf.zeros([], tf.float64))


def draw(logits, temperature, top_k, top_p, uniform):
    """Draw one token a row: the first whose cumulated probability passes the row's random number.

    The sum runs in float64 in the order of the vocabulary, so that the rounding of the logits can change the outcome only where the random
    number falls on a border.

    Parameters
    ----------
    logits : tensor of float32, [B, V]
    temperature, top_k, top_p
        As in `cut`.
    uniform : tensor of float64, [B]
        In [0, 1).

    Returns
    -------
    tensor of int32, [B]
    """
    tf = tensorflow()
    _, weights = cut(logits, temperature, top_k, top_p)
    cumulated = tf.cumsum(weights, axis=1)
    # Just below the total even for the largest random number, whatever the rounding.
    target = uniform[:, tf.newaxis] * cumulated[:, -1:] * (1 - 1e-12)
    return tf.searchsorted(cumulated, target, side="right")[:, 0]
