"""The training step, with gpt-2-simple's own sampler of windows and accumulation of gradients.

The forward pass is that of `transformer`, not gpt-2-simple's: the same losses (a test compares them), in about two thirds of the time.
"""

import random

import numpy as np

from gpt2lab.engine.quiet_tensorflow import deterministic, gpt_2_simple_source, tensorflow
from gpt2lab.engine.transformer import logits, read_window


class Trainer:
    """Adds a training step to a network.

    Parameters
    ----------
    network : Network
    batch_size : int
        Windows that go through the model at once.
    accumulate_gradients : int
        Batches whose gradients are added up before the weights move.
    only_train_transformer_layers : bool
        Leave the token and position embeddings (and the last layer norm) as they are.
    optimizer : {"adam", "sgd"}
    """

    def __init__(self, network, batch_size, *, accumulate_gradients=1, only_train_transformer_layers=False, optimizer="adam", recompute=False,
                 precision="float32", weight_decay=0.01, clip_norm=None):
        self.network, self.accumulate_gradients = network, accumulate_gradients
        tf = tensorflow()
        _, accumulate = gpt_2_simple_source()
        with deterministic(), network.graph.as_default():
            self._context = tf.compat.v1.placeholder(tf.int32, [batch_size, None], "context")
            hidden, _ = read_window(network, self._context[:, :-1])
            predicted = logits(network, tf.reshape(hidden, [-1, network.hparams["n_embd"]]))
            following = tf.reshape(self._context[:, 1:], [-1])
            self._loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(following, predicted))
            trained = [v for name, v in network.variables.items() if "/h" in name or not only_train_transformer_layers]
            self._rate = tf.compat.v1.placeholder(tf.float32, [], "learning_rate")
            make = tf.compat.v1.train.GradientDescentOptimizer if optimizer == "sgd" else tf.compat.v1.train.AdamOptimizer
            inner = make(learning_rate=self._rate)
            if clip_norm is not None:
                apply = inner.apply_gradients
                inner.apply_gradients = lambda pairs: apply(clipped(pairs, clip_norm))
            matrices = [v for v in trained if len(v.shape) > 1] if optimizer == "adamw" else []
            self._decay = tf.group(*[v.assign_sub(self._rate * weight_decay * v.read_value()) for v in matrices])
            scratch = []
            if accumulate_gradients > 1:
                outer = accumulate.AccumulatingOptimizer(inner, trained)
                self._reset, self._add, self._apply = outer.reset(), outer.compute_gradients(self._loss), outer.apply_gradients()
                scratch = [*outer.accum_vars.values(), outer.total_loss, outer.count_loss]
            else:
                gradients = tf.gradients(self._loss, trained)
                self._apply = inner.apply_gradients(zip(gradients, trained))
            self._finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(variable)) for variable in trained])
            self.optimizer_variables = {variable.op.name: variable for variable in inner.variables()}
        network.session.run([variable.initializer for variable in (*self.optimizer_variables.values(), *scratch)])

    def step(self, batches, learning_rate):
        """Move the weights once.

        Parameters
        ----------
        batches : list of array of int, each [batch_size, T]
            As many as gradients are accumulated.
        learning_rate : float

        Returns
        -------
        float
            Mean loss of the batches before the move, in nats a token.
        """
        run = self.network.session.run
        with deterministic():
            if self.accumulate_gradients > 1:
                run(self._reset)
                for batch in batches:
                    run(self._add, {self._context: batch})
                loss = run(self._apply, {self._rate: learning_rate})
            else:
                _, loss = run([self._apply, self._loss], {self._context: batches[0], self._rate: learning_rate})
            run(self._decay, {self._rate: learning_rate})
            return float(loss)

    def is_finite(self):
        """Whether every trained weight is a finite number."""
        return bool(self.network.session.run(self._finite))

    def optimizer_state(self):
        """Moments and powers of the optimizer as arrays; empty for plain gradient descent."""
        return self.network.values(self.optimizer_variables) if self.optimizer_variables else {}

    def restore_optimizer(self, state):
        """Put back what `optimizer_state` returned; False if it belongs to another optimizer or other trained layers."""
        if state.keys() != self.optimizer_variables.keys():
            return False
        if state:
            self.network.assign(state, self.optimizer_variables)
        return True


def clipped(pairs, norm):
    """Pairs of gradient and variable, the gradients scaled down to a norm over all of them."""
    gradients, variables = zip(*pairs)
    return zip(tensorflow().clip_by_global_norm(gradients, norm)[0], variables)


class Batches:
    """Windows drawn at random by gpt-2-simple's own sampler, a pure function of seed and step.

    Parameters
    ----------
    tokens : array of int32, [N]
        The whole training text, N above ``window``.
    window : int
        Tokens a window.
    seed : int
    """

    def __init__(self, tokens, window, seed):
        load_dataset, _ = gpt_2_simple_source()
        self._sampler, self._window, self._seed = load_dataset.Sampler([tokens]), window, seed

    def at(self, step, batch_size, accumulate_gradients):
        """The batches of one step: list of arrays [batch_size, window]; no need to have drawn those before it."""
        # gpt-2-simple draws from Python's global generator; the user's own state of it is put back.
        before = random.getstate()
        try:
            random.seed(f"{self._seed}, step {step}")
            return [
                np.stack([self._sampler.sample(self._window) for _ in range(batch_size)]) for _ in range(accumulate_gradients)
            ]
        finally:
            random.setstate(before)
