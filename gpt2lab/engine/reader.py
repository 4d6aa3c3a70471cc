"""What a network can be asked, built once: generate tokens, next-token distribution, losses. Arrays in,
arrays out.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from gpt2lab.base.machine import cores
from gpt2lab.engine.quiet_tensorflow import deterministic, tensorflow
from gpt2lab.engine.sampler import cut, draw
from gpt2lab.engine.scorer import token_losses
from gpt2lab.engine.transformer import logits, read_token, read_window
from gpt2lab.pretrained.catalog import parameter_count

# A cache begins with room for so many tokens after the prompt and grows when it is full: what is not there
# need not be read at each token.
ROOM = 64
SMALL_MODEL = 20_000_000  # parameters up to which one core a batch is faster than all cores for one batch
# batches side by side, at most, and samples that make another one worth while
MOST_LANES = 4
SAMPLES_A_LANE = 4


class Reader:
    """The inference graph of a network: every node that generation and scoring will ever need.

    Parameters
    ----------
    network : Network
        Its graph is extended here and never again.
    weights_move : bool, default False
        Whether the weights change later on, as in training.
    """

    def __init__(self, network, weights_move=False):
        self.network = network
        self._weights_move = weights_move
        tf = tensorflow()
        with deterministic(), network.graph.as_default(), tf.compat.v1.variable_scope("", use_resource=True):
            self._build(tf)

    def _build(self, tf):
        network = self.network
        placeholder = tf.compat.v1.placeholder
        heads = network.hparams["n_head"]
        width = network.hparams["n_embd"]

        window = placeholder(tf.int32, [None, None], "window")
        knobs = [
            placeholder(tf.float32, [], "temperature"),
            placeholder(tf.int32, [], "top_k"),
            placeholder(tf.float32, [], "top_p"),
        ]
        uniform = placeholder(tf.float64, [None], "uniform")
        capacity = placeholder(tf.int32, [], "capacity")
        tokens = placeholder(tf.int32, [None], "tokens")
        position = placeholder(tf.int32, [], "position")
        some_logits = placeholder(tf.float32, [None, None], "logits")

        caches = [
            tuple(
                tf.Variable(
                    tf.zeros([0, heads, 0, width // heads]),
                    False,
                    shape=[None, heads, None, width // heads],
                    name=f"cache/h{n}/{part}",
                )
                for part in ("keys", "values")
            )
            for n in range(network.hparams["n_layer"])
        ]
        every_cache = [cache for pair in caches for cache in pair]

        # All samples share the prompt: it is read once, in one pass, and its keys and values are then copied
        # for each sample.
        hidden, keys_and_values = read_window(network, window)
        last = logits(network, hidden[:, -1])
        samples = tf.shape(uniform)[0]
        read = tf.shape(window)[1]
        filled = [
            cache.assign(
                tf.tile(tf.pad(part, [[0, 0], [0, 0], [0, capacity - read], [0, 0]]), [samples, 1, 1, 1])
            )
            for cache, part in zip(every_cache, (part for pair in keys_and_values for part in pair))
        ]
        with tf.control_dependencies([tf.group(*filled)]):
            first = draw(last, *knobs, uniform[tf.newaxis])[0]
        following = draw(
            logits(network, read_token(network, tokens, position, caches)), *knobs, uniform[:, tf.newaxis]
        )[:, 0]
        grown = [
            cache.assign(tf.pad(cache, [[0, 0], [0, 0], [0, capacity - tf.shape(cache)[2]], [0, 0]]))
            for cache in every_cache
        ]
        kept, scaled = cut(some_logits, *knobs)
        weights = tf.where(kept, tf.exp(tf.cast(scaled, tf.float64)), tf.zeros([], tf.float64))
        emptied = tf.group(*[cache.initializer for cache in every_cache])
        self._calls = {
            "first": (first, [window, capacity, *knobs, uniform]),
            "following": (following, [tokens, position, *knobs, uniform]),
            "grow": (tf.group(*grown), [capacity]),
            "empty": (emptied, []),
        }
        self._lane = Lane(network.session, self._calls)
        self._lanes = []
        self._on_gpu = bool(tf.config.list_physical_devices("GPU"))

        call = network.session.make_callable
        self._last_logits = call(last, [window])
        self._cut = call(
            [kept, weights / tf.reduce_sum(weights, axis=1, keepdims=True)], [some_logits, *knobs]
        )
        self._losses = call(token_losses(network, window), [window])

    def _lanes_for(self, samples):
        """One lane on all cores or, for a small model, lanes side by side on one core each, with their own
        copies of the weights.

        The operations of a small model are too short to be divided among cores. On two cores, 3M took six
        tenths of the time for a token of one sample and two thirds for one of 100 samples, 10M two thirds for
        either; 124M gained nothing.
        """
        if self._weights_move or self._on_gpu or parameter_count(**self.network.hparams) > SMALL_MODEL:
            return [self._lane]
        if not self._lanes:
            self._lanes = [
                Lane(session, self._calls)
                for session in self.network.single_core_sessions(min(cores(), MOST_LANES))
            ]
            with ThreadPoolExecutor(len(self._lanes)) as threads:
                list(threads.map(Lane.warm_up, self._lanes))
        return self._lanes[: max(1, samples // SAMPLES_A_LANE)]

    def generate(self, prompt, uniform, temperature, top_k, top_p):
        """Yield one array of tokens after the other, [B], int32, for as long as the caller asks and random
        numbers last.

        Parameters
        ----------
        prompt : array of int, [P]
            At least one token.
        uniform : array of float64, [B, length]
            One random number a sample and position.
        temperature, top_k, top_p
            As in `sampler.cut`.
        """
        lanes = self._lanes_for(len(uniform))
        parts = np.array_split(uniform, len(lanes))
        steps = [lane.generate(prompt, part, temperature, top_k, top_p) for lane, part in zip(lanes, parts)]
        try:
            # which ends after the steps under way, whatever interrupts them
            with ThreadPoolExecutor(len(lanes)) as threads:
                for _ in range(uniform.shape[1]):
                    yield np.concatenate(
                        list(threads.map(next, steps)) if len(steps) > 1 else [next(steps[0])]
                    )
        finally:
            for lane_steps in steps:
                lane_steps.close()

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


class Lane:
    """One batch at a time, written token by token in a session with caches of its own."""

    def __init__(self, session, calls):
        self._first, self._following, self._grow, self._empty = (
            session.make_callable(*calls[name]) for name in ("first", "following", "grow", "empty")
        )
        self._empty()

    def warm_up(self):
        """Have TensorFlow plan the calls, which it does at the first of each, now rather than in the middle
        of a batch.
        """
        for _ in self.generate([0], np.zeros((1, 2)), 1.0, 0, 0.0):
            pass

    def generate(self, prompt, uniform, temperature, top_k, top_p):
        """As `Reader.generate`."""
        _, length = uniform.shape
        knobs = (temperature, top_k, top_p)
        needed = len(prompt) + length
        capacity = min(needed, len(prompt) + ROOM)
        try:
            tokens = self._first([prompt], capacity, *knobs, uniform[:, 0])
            yield tokens
            for number in range(1, length):
                position = len(prompt) + number - 1
                if position == capacity:
                    capacity = min(needed, capacity + max(ROOM, capacity // 2))
                    self._grow(capacity)
                tokens = self._following(tokens, position, *knobs, uniform[:, number])
                yield tokens
        finally:
            self._empty()
