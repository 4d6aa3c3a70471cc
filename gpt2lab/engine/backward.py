"""The whole backward pass: from windows to the loss and the gradient of every weight.

Written out rather than left to `tf.gradients`, because then it is ours to say what is kept, when it is
computed again, and when a weight may move. Notation: B windows, T tokens, E width, V vocabulary.
"""

import numpy as np

from gpt2lab.engine.attention import query_blocks
from gpt2lab.engine.block import Block
from gpt2lab.engine.layers import column_sums, normalise, normalise_gradient
from gpt2lab.engine.network import Network
from gpt2lab.engine.output_layer import loss_and_gradients
from gpt2lab.engine.quiet_tensorflow import deterministic, tensorflow
from gpt2lab.engine.transformer import Weights


def compute_loss(network, context, trained, collect, recompute=False, precision="float32"):
    """The mean loss of some windows; the gradients are handed over one by one.

    Parameters
    ----------
    network : Network
    context : tensor of int32, [B, T + 1]
        Both known when the graph is built: TensorFlow fuses and folds more then.
    trained : container of str
        Names of the weights whose gradients are wanted: those of all blocks, and the rest or not.
    collect : callable
        ``collect(name, gradient)`` is called once a weight, with the operations that read the weight as
        control dependencies; returns a tensor or operation that the next block waits for.
    recompute : bool
        Keep only what enters each block, and compute the block again when its gradient is due.
    precision : {"float32", "bfloat16"}
        Of the matrix products.

    Returns
    -------
    tensor, scalar
        In nats per token.
    """
    tf = tensorflow()
    weights = Weights(network)
    hparams = network.hparams
    tokens = context[:, :-1]
    targets = tf.reshape(context[:, 1:], [-1])
    batch, length = tokens.shape
    width = hparams["n_embd"]
    embedding_trained = "model/wte" in trained
    collected = []

    def hand_over(name, gradient, *uses):
        if name in trained:
            with tf.control_dependencies(uses):
                collected.append(collect(name, gradient))

    # Forward.
    x = tf.reshape(tf.gather(weights.tensor("wte"), tokens) + weights.tensor("wpe")[:length], [-1, width])
    parts = query_blocks(length)
    blocks = [
        Block(weights[f"h{layer}"], (batch, length), parts, precision) for layer in range(hparams["n_layer"])
    ]
    kept = []
    for block in blocks:
        with tf.control_dependencies([x]):  # weights are read, and converted, when they are needed
            entered = x
            x, needed = block.forward(x)
            kept.append(entered if recompute else needed)
    normalised, scale = normalise(x)
    loss, d_hidden, d_embedding, d_targets = loss_and_gradients(
        weights.gain_and_bias(normalised, "ln_f"),
        targets,
        weights.tensor("wte"),
        precision,
        embedding_trained,
    )

    # Backward.
    d_normalised = d_hidden * weights.tensor("ln_f/g")
    hand_over("model/ln_f/g", column_sums(d_hidden * normalised), d_normalised)
    hand_over("model/ln_f/b", column_sums(d_hidden), d_normalised)
    d_x = normalise_gradient(normalised, scale, d_normalised)
    for block, needed in zip(reversed(blocks), reversed(kept)):
        # Nothing of a block starts before the gradient has reached it and the block above is done with: else
        # its activations would be computed again at once, and the gradients of several blocks held together.
        with tf.control_dependencies([d_x, *collected]):
            collected.clear()
            d_x = tf.identity(d_x)
            if recompute:
                _, needed = block.forward(tf.identity(needed))
            d_x = block.backward(needed, d_x, hand_over)
    if embedding_trained:
        d_positions = tf.reduce_sum(tf.reshape(d_x, [batch, length, width]), 0)
        hand_over("model/wpe", tf.pad(d_positions, [[0, hparams["n_ctx"] - length], [0, 0]]), d_x)
        rows = tf.concat([tf.reshape(tokens, [-1]), targets], 0)[:, tf.newaxis]
        hand_over(
            "model/wte", tf.tensor_scatter_nd_add(d_embedding, rows, tf.concat([d_x, d_targets], 0)), d_x
        )
    return loss


class Gradients:
    """Loss and gradient of one window as arrays, at whatever weights they are asked for, in a graph of their
    own.

    Parameters
    ----------
    hparams : dict
    length : int
        Tokens a window: its shape has to be known when the graph is built.
    """

    def __init__(self, hparams, length):
        tf = tensorflow()
        self.length = length
        self._network = Network(hparams)
        found = {}
        with deterministic(), self._network.graph.as_default():
            context = tf.compat.v1.placeholder(tf.int32, [1, length], "context")
            loss = compute_loss(
                self._network,
                context,
                self._network.variables,
                lambda name, gradient: found.setdefault(name, tf.identity(gradient)),
            )
            self._names = list(found)
            self._call = self._network.session.make_callable([loss, *found.values()], [context])
        self._network.close_graph()

    def at(self, tokens, weights):
        """``(loss, gradient)`` of one window at some weights: float and dict of str to array."""
        self._network.assign(weights)
        with deterministic():
            loss, *gradients = self._call(np.asarray([tokens], np.int32))
        found = dict(zip(self._names, gradients))
        return float(loss), {name: found[name] for name in weights}

    def close(self):
        """End the session and free its memory."""
        self._network.close()
