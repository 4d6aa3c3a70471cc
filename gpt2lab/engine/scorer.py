"""Each token's own loss, without ever holding a [tokens x vocabulary] table."""

from gpt2lab.engine.quiet_tensorflow import tensorflow
from gpt2lab.engine.transformer import logits, read_window

# Logits held at once: 2**23 float32 are 32 MB, small enough to stay near the caches, large enough for a
# full-speed matrix product.
LOGITS_AT_ONCE = 2**23


def token_losses(network, tokens):
    """Negative log probability of every token but the first of each window, given those before it.

    Parameters
    ----------
    network : Network
    tokens : tensor of int32, [B, T]

    Returns
    -------
    tensor of float32, [B, T - 1]
        In nats.
    """
    tf = tensorflow()
    hidden, _ = read_window(network, tokens[:, :-1])
    rows = tf.reshape(hidden, [-1, network.hparams["n_embd"]])
    targets = tf.reshape(tokens[:, 1:], [-1])
    at_once = max(128, LOGITS_AT_ONCE // network.hparams["n_vocab"])
    count = tf.shape(rows)[0]

    def some_rows(start, losses):
        end = tf.minimum(start + at_once, count)
        piece = tf.nn.sparse_softmax_cross_entropy_with_logits(
            targets[start:end], logits(network, rows[start:end])
        )
        return end, losses.write(start // at_once, piece)

    losses = tf.TensorArray(tf.float32, size=-(-count // at_once), infer_shape=False, element_shape=[None])
    _, losses = tf.while_loop(lambda start, _: start < count, some_rows, [0, losses], parallel_iterations=1)
    return tf.reshape(losses.concat(), tf.shape(tokens[:, 1:]))
