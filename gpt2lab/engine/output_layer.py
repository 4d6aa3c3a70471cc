"""The output layer in training: the loss and its gradients in one sweep over the tokens, a few hundred rows
at a time.

The logits of a window of 124M are 206 MB, and their gradient as much again; of neither more than some rows
are ever held, and none is computed twice. Notation: N rows, E width, V vocabulary.
"""

from gpt2lab.engine.layers import product
from gpt2lab.engine.quiet_tensorflow import tensorflow

# Logits held at once: 2**23 float32 are 32 MB; fewer than 256 rows would no longer multiply at full speed.
LOGITS_AT_ONCE = 2**23
FEWEST_ROWS = 256


def loss_and_gradients(hidden, targets, embedding, precision="float32", embedding_trained=True):
    """Mean cross entropy, and its gradients but for what `target_gradient` adds.

    Parameters
    ----------
    hidden : tensor of float32, [N, E]
    targets : tensor of int32, [N]
    embedding : tensor of float32, [V, E]
    precision : {"float32", "bfloat16"}
        Of the matrix products.
    embedding_trained : bool

    Returns
    -------
    loss : tensor, scalar
        In nats per token.
    d_hidden : tensor, [N, E]
    d_embedding : tensor, [V, E] or None
        Only what follows from the probabilities; the tokens that were right are left to the caller, who adds
        up such rows anyway.
    d_target_rows : tensor, [N, E]
        What row n adds to the gradient of ``embedding[targets[n]]``.
    """
    tf = tensorflow()
    count = hidden.shape[0]
    share = 1 / count
    chunks = -(-count // max(FEWEST_ROWS, LOGITS_AT_ONCE // embedding.shape[0]))
    losses = []
    d_hidden = []
    d_embedding = None
    before = []
    for number in range(chunks):
        rows = slice(count * number // chunks, count * (number + 1) // chunks)
        # one after the other: else the logits of several were held at once
        with tf.control_dependencies(before):
            some = tf.identity(hidden[rows])
            right = targets[rows]
            log_probabilities = tf.nn.log_softmax(product(some, embedding, precision, transpose_b=True))
            losses.append(-tf.reduce_sum(tf.gather(log_probabilities, right, batch_dims=1)))
            # the probabilities can then take the place of their logarithms
            with tf.control_dependencies([losses[-1]]):
                probabilities = tf.exp(log_probabilities)
            d_hidden.append(
                (product(probabilities, embedding, precision) - tf.gather(embedding, right)) * share
            )
            before = [d_hidden[-1]]
            if embedding_trained:
                d_chunk = product(probabilities, some * share, precision, transpose_a=True)
                d_embedding = d_chunk if d_embedding is None else d_embedding + d_chunk
                before.append(d_embedding)  # and so TensorFlow does not make one sum of all chunks at the end
    return tf.add_n(losses) * share, tf.concat(d_hidden, 0), d_embedding, hidden * -share
