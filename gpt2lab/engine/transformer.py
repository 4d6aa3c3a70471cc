"""The forward pass of GPT-2, over whole windows and over one token with a cache.

The arithmetic is gpt-2-simple's (``src/model.py``); the shapes below are what differs. Notation: B windows or
samples, T tokens, E width, H heads, D = E / H, V vocabulary.
"""

from gpt2lab.engine.attention import UNSEEN, query_blocks
from gpt2lab.engine.block import Block
from gpt2lab.engine.layers import normalise, product
from gpt2lab.engine.quiet_tensorflow import tensorflow


class Weights:
    """Read access to a network's variables under a prefix: ``Weights(network)["h0"].linear(x,
    "mlp/c_fc")``.
    """

    def __init__(self, network, scope="model"):
        self.network = network
        self.scope = scope

    def __getitem__(self, scope):
        return Weights(self.network, f"{self.scope}/{scope}")

    def full_name(self, name):
        return f"{self.scope}/{name}"

    def tensor(self, name):
        return self.network.variables[self.full_name(name)].read_value()

    def matrix(self, name):
        """[in, out]; the stored shape is [1, in, out], a convolution of width one in OpenAI's code."""
        return tensorflow().squeeze(self.tensor(name), 0)

    def linear(self, x, name, precision="float32"):
        """[N, in] to [N, out]."""
        return tensorflow().nn.bias_add(
            product(x, self.matrix(f"{name}/w"), precision), self.tensor(f"{name}/b")
        )

    def gain_and_bias(self, normalised, name):
        return normalised * self.tensor(f"{name}/g") + self.tensor(f"{name}/b")

    def layer_norm(self, x, name):
        """Mean 0, variance 1 along the last axis, then gain and bias."""
        return self.gain_and_bias(normalise(x)[0], name)

    def perceptron(self, x):
        # TensorFlow's own GELU here: with few rows it is computed along with the matrix product.
        return self.linear(tensorflow().nn.gelu(self.linear(x, "mlp/c_fc"), approximate=True), "mlp/c_proj")

    def embedding(self, tokens):
        """Of tokens of any shape: [..., E]."""
        tf = tensorflow()
        return tf.cast(tf.gather(self.tensor("wte"), tokens), tf.float32)


def logits(network, hidden):
    """[N, E] to [N, V]: the output layer is the embedding itself."""
    return product(hidden, network.variables["model/wte"].read_value(), transpose_b=True)


def read_window(network, tokens):
    """One pass over whole windows.

    Parameters
    ----------
    network : Network
    tokens : tensor of int32, [B, T]

    Returns
    -------
    hidden : tensor of float32, [B, T, E]
        After the last layer norm.
    keys_and_values : list of (tensor, tensor), each [B, H, T, D]
        One pair a layer: what a cache has to keep.
    """
    tf = tensorflow()
    weights = Weights(network)
    width = network.hparams["n_embd"]
    batch, length = tf.unstack(tf.shape(tokens))
    x = tf.reshape(weights.embedding(tokens) + weights.tensor("wpe")[:length], [-1, width])
    parts = query_blocks(length)
    keys_and_values = []
    for layer in range(network.hparams["n_layer"]):
        x, kept = Block(weights[f"h{layer}"], (batch, length), parts).forward(x)
        keys_and_values.append(kept.query_key_value[1:])
    return tf.reshape(weights.layer_norm(x, "ln_f"), [batch, length, width]), keys_and_values


def read_token(network, tokens, position, caches):
    """One pass over one token of each sample, writing its keys and values into the caches in place.

    Parameters
    ----------
    network : Network
    tokens : tensor of int32, [B]
    position : tensor of int32, scalar
        Where in the window the tokens stand; earlier positions are read from the caches.
    caches : list of (variable, variable), each [B, H, C, D]
        C above ``position``; what lies beyond it is not looked at.

    Returns
    -------
    tensor of float32, [B, E]
        After the last layer norm.
    """
    tf = tensorflow()
    heads = network.hparams["n_head"]
    width = network.hparams["n_embd"]
    weights = Weights(network)
    x = weights.embedding(tokens) + weights.tensor("wpe")[position]
    samples = tf.shape(tokens)[0]
    capacity = tf.shape(caches[0][0])[2]
    # of the caches seen as tables with one row a sample, head and position
    rows = tf.range(samples * heads) * capacity + position
    unseen = UNSEEN * tf.cast(tf.range(capacity) > position, tf.float32)
    for layer, (keys, values) in enumerate(caches):
        block = weights[f"h{layer}"]
        query, key, value = tf.split(block.linear(block.layer_norm(x, "ln_1"), "attn/c_attn"), 3, axis=1)
        all_keys = write_rows(keys, rows, key)
        all_values = write_rows(values, rows, value)
        scores = (
            tf.matmul(tf.reshape(query, [-1, heads, 1, width // heads]), all_keys, transpose_b=True)
            * (width // heads) ** -0.5
        )
        mixed = tf.matmul(tf.nn.softmax(scores + unseen), all_values)
        x += block.linear(tf.reshape(mixed, [-1, width]), "attn/c_proj")
        x += block.perceptron(block.layer_norm(x, "ln_2"))
    return weights.layer_norm(x, "ln_f")


def write_rows(cache, rows, entries):
    """The content of a cache, [B, H, C, D], after ``entries`` were written into it; nothing but those rows is
    touched.

    Assigning to a part of a variable would have TensorFlow copy the whole of it at every later read.
    """
    tf = tensorflow()
    content = cache.read_value()
    shape = tf.shape(content)
    table = tf.reshape(content, [-1, cache.shape[3]])  # the variable's own memory, not a copy of it
    return tf.reshape(
        tf.raw_ops.InplaceUpdate(x=table, i=rows, v=tf.reshape(entries, [-1, cache.shape[3]])), shape
    )
