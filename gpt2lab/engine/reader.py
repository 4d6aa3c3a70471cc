"""What a network can be asked, built once: generate tokens, next-token distribution, losses. Arrays in, arrays out."""

import numpy as np

from gpt2lab.engine.quiet_tensorflow import deterministic, tensorflow
from gpt2lab.engine.sampler import cut, draw
from gpt2lab.engine.scorer import token_losses
from gpt2lab.engine.transformer import logits, read_token, read_window


class Reader:
    """The inference graph of a network: every node that generation and scoring will ever need.

    Parameters
    ----------
    network : Network
        Its graph is extended here and never again.
    """

    def __init__(self, network):
        self.network = network
        tf = tensorflow()
        with deterministic(), network.graph.as_default(), tf.compat.v1.variable_scope("", use_resource=True):
            self._build(tf)

    def _build(self, tf):
        network, placeholder = self.network, tf.compat.v1.placeholder
        heads, width = network.hparams["n_head"], network.hparams["n_embd"]

        window = placeholder(tf.int32, [None, None], "window")
        knobs = [placeholder(tf.float32, [], "temperature"), placeholder(tf.int32, [], "top_k"), placeholder(tf.float32, [], "top_p")]
        uniform = placeholder(tf.float64, [None], "uniform")
        cache_length = placeholder(tf.int32, [], "cache_length")
        tokens, position = placeholder(tf.int32, [None], "tokens"), placeholder(tf.int32, [], "position")
        some_logits = placeholder(tf.float32, [None, None], "logits")

        self._caches = [
            tuple(
                tf.Variable(tf.zeros([0, heads, 0, width // heads]), False, shape=[None, heads, None, width // heads], name=f"cache/h{n}/{part}")
                for part in ("keys", "values")
            )
            for n in range(network.hparams["n_layer"])
        ]
        network.session.run([variable.initializer for pair in self._caches for variable in pair])

        # All samples share the prompt: it is read once, in one pass, and its keys and values are then copied for each sample.
        hidden, keys_and_values = read_window(network, window)
        last = logits(network, hidden[:, -1])
        samples, read = tf.shape(uniform)[0], tf.shape(window)[1]
        filled = [
            cache.assign(tf.tile(tf.pad(part, [[0, 0], [0, 0], [0, cache_length - read], [0, 0]]), [samples, 1, 1, 1]))
            for caches, parts in zip(self._caches, keys_and_values)
            for cache, part in zip(caches, parts)
        ]
        with tf.control_dependencies([tf.group(*filled)]):
            first = draw(tf.tile(last, [samples, 1]), *knobs, uniform)
        following = draw(logits(network, read_token(network, tokens, position, self._caches)), *knobs, uniform)
        kept, weights = cut(some_logits, *knobs)
        emptied = [variable.initializer for pair in self._caches for variable in pair]

        call = network.session.make_callable
        self._first = call(first, [window, cache_length, *knobs, uniform])
        self._following = call(following, [tokens, position, *knobs, uniform])
        self._last_logits = call(last, [window])
        self._cut = call([kept, weights / tf.reduce_sum(weights, axis=1, keepdims=True)], [some_logits, *knobs])
        self._losses = call(token_losses(network, window), [window])
        self._empty_caches = call(tf.group(*emptied), [])

    def generate(self, prompt, uniform, temperature, top_k, top_p):
        """Yield one array of tokens after the other, [B], int32, for as long as the caller asks and random numbers last.

        Parameters
        ----------
        prompt : array of int, [P]
            At least one token.
        uniform : array of float64, [B, length]
            One random number a sample and position.
        temperature, top_k, top_p
            As in `sampler.cut`.
        """
        _, length = uniform.shape
        knobs = (temperature, top_k, top_p)
        try:
            tokens = self._first([prompt], len(prompt) + length, *knobs, uniform[:, 0])
            yield tokens
            for number in range(1, length):
                tokens = self._following(tokens, len(prompt) + number - 1, *knobs, uniform[:, number])
                yield tokens
        finally:
            self._empty_caches()

    def last_logits(self, prompt):
        """Logits of the token that follows a prompt: array of float32, [V]."""
        return self._last_logits([prompt])[0]

    def cut(self, logits, temperature, top_k, top_p):
        """``(kept, sampled_probability)`` of each token, arrays of bool and float64, [V], for logits [V]."""
        kept, probability = self._cut([logits], temperature, top_k, top_p)
        return kept[0], probability[0]

    def losses(self, windows):
        """Loss in nats of each token but the first: array of float32, [B, T - 1], for tokens [B, T]."""
        with deterministic():
            return self._losses(np.asarray(windows, np.int32))
