"""The training step: every gradient against TensorFlow's own, every option against what it promises."""

import numpy as np
import pytest

from gpt2lab.engine import Gradients, Network, Trainer, random_weights
from gpt2lab.engine.attention import causal_attention, causal_attention_gradients, query_blocks
from gpt2lab.engine.layers import gelu, gelu_and_slope, normalise, normalise_gradient
from gpt2lab.engine.output_layer import loss_and_gradients
from gpt2lab.engine.quiet_tensorflow import tensorflow

pytestmark = pytest.mark.slow

TINY = {"n_vocab": 61, "n_ctx": 40, "n_embd": 16, "n_head": 4, "n_layer": 3}
RATE = 0.01
# below, rounding decides the sign of a gradient, and with it where Adam goes: for example, no score depends
# on a bias of the keys
CLEAR = 1e-5


@pytest.fixture(scope="module")
def weights():
    random = np.random.default_rng(1)
    first = random_weights(TINY, seed=1)
    return {
        name: array + random.normal(0, 0.2, array.shape).astype(np.float32) for name, array in first.items()
    }


def batches(count, size=2):
    return list(np.random.default_rng(2).integers(0, TINY["n_vocab"], (count, size, TINY["n_ctx"])))


def trained(weights, given, steps=1, rate=RATE, **how):
    """Losses, weights and the norm after some steps on the same batches."""
    network = Network(TINY)
    network.assign(weights)
    trainer = Trainer(network, len(given[0]), accumulate_gradients=len(given), **how)
    network.graph.finalize()
    losses = [trainer.step(given, rate) for _ in range(steps)]
    after, norm = network.values(), trainer.last_gradient_norm
    network.close()
    return losses, after, norm


def gradient(weights, given, **how):
    """What plain gradient descent subtracts at a learning rate of 1."""
    (loss,), after, norm = trained(weights, given, rate=1.0, optimizer="sgd", **how)
    return loss, {name: weights[name] - after[name] for name in weights}, norm


def plain_loss(tf, variables, contexts):
    """gpt-2-simple's formula of the loss, with nothing of the engine in it."""
    tokens, (batch, length) = contexts[:, :-1], contexts[:, :-1].shape
    heads, width = TINY["n_head"], TINY["n_embd"]

    def norm(x, name):
        mean = tf.reduce_mean(x, -1, keepdims=True)
        x = (x - mean) * tf.math.rsqrt(tf.reduce_mean(tf.square(x - mean), -1, keepdims=True) + 1e-5)
        return x * variables[f"{name}/g"] + variables[f"{name}/b"]

    def linear(x, name):
        return tf.matmul(x, variables[f"{name}/w"][0]) + variables[f"{name}/b"]

    x = tf.gather(variables["model/wte"], tokens) + variables["model/wpe"][:length]
    for layer in (f"model/h{number}" for number in range(TINY["n_layer"])):
        parts = tf.split(linear(norm(x, f"{layer}/ln_1"), f"{layer}/attn/c_attn"), 3, -1)
        q, k, v = (
            tf.transpose(tf.reshape(part, [batch, length, heads, width // heads]), [0, 2, 1, 3])
            for part in parts
        )
        seen = tf.linalg.band_part(tf.ones([length, length]), -1, 0)
        scores = tf.matmul(q, k, transpose_b=True) / (width // heads) ** 0.5
        mixed = tf.matmul(tf.nn.softmax(scores * seen - 1e10 * (1 - seen)), v)
        x += linear(
            tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, length, width]), f"{layer}/attn/c_proj"
        )
        x += linear(
            tf.nn.gelu(linear(norm(x, f"{layer}/ln_2"), f"{layer}/mlp/c_fc"), approximate=True),
            f"{layer}/mlp/c_proj",
        )
    logits = tf.matmul(norm(x, "model/ln_f"), variables["model/wte"], transpose_b=True)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(contexts[:, 1:], logits))


@pytest.fixture(scope="module")
def plain(weights):
    """Loss and gradients of one batch by `tf.gradients`."""
    tf = tensorflow()
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variables = {name: tf.constant(array) for name, array in weights.items()}
        loss = plain_loss(tf, variables, batches(1)[0])
        found = dict(zip(variables, tf.gradients(loss, list(variables.values()))))
        return session.run((loss, {name: tf.convert_to_tensor(array) for name, array in found.items()}))


def assert_close(found, expected, tolerance=1e-5):
    for name in expected:
        assert (
            np.abs(found[name] - expected[name]).max() <= tolerance * np.abs(expected[name]).max() + 1e-7
        ), name


@pytest.mark.parametrize(
    "how", [{}, {"recompute": True}, {"clip_norm": 1e6}, {"clip_norm": 1e6, "recompute": True}]
)
def test_loss_and_gradients_are_those_of_the_plain_formula(weights, plain, how):
    loss, found, _ = gradient(weights, batches(1), **how)
    assert loss == pytest.approx(plain[0], rel=1e-6)
    assert_close(found, plain[1])


def test_gradients_of_single_windows_are_those_of_the_plain_formula(weights, plain):
    gradients = Gradients(TINY, TINY["n_ctx"])
    found = [gradients.at(window, weights) for window in batches(1)[0]]
    gradients.close()
    assert np.mean([loss for loss, _ in found]) == pytest.approx(plain[0], rel=1e-6)
    assert_close({name: np.mean([each[name] for _, each in found], 0) for name in weights}, plain[1])


def test_bfloat16_gives_nearly_the_same_loss_and_gradients(weights, plain):
    loss, found, _ = gradient(weights, batches(1), precision="bfloat16")
    assert loss == pytest.approx(plain[0], rel=1e-3)
    off, whole = (
        np.sqrt(sum(np.linalg.norm(gradients[name]) ** 2 for name in plain[1]))
        for gradients in ({name: found[name] - plain[1][name] for name in plain[1]}, plain[1])
    )
    assert off / whole < 0.02
    for name, expected in plain[1].items():
        error = np.linalg.norm(found[name] - expected) / np.linalg.norm(expected)
        # eight roundings to the 8 bits of a bfloat16; units that round their results too (AMX) come to 0.0206
        assert error < 8 * 2**-8, name
    # else nothing was multiplied in bfloat16
    assert any(np.abs(found[name] - plain[1][name]).max() > 1e-6 for name in found)


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_recomputing_changes_neither_losses_nor_weights(weights, plain, optimizer):
    losses, after, _ = trained(weights, batches(1), steps=4, optimizer=optimizer)
    others, other_weights, _ = trained(weights, batches(1), steps=4, optimizer=optimizer, recompute=True)
    assert others == pytest.approx(losses, rel=1e-5)
    for name, found in plain[1].items():
        clear = np.abs(found) > CLEAR
        assert np.abs(other_weights[name] - after[name])[clear].max(initial=0) < 1e-4, name
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("recompute", [False, True])
def test_a_run_repeats_its_losses_to_the_last_bit(weights, recompute):
    first = trained(weights, batches(2), steps=4, recompute=recompute)
    again = trained(weights, batches(2), steps=4, recompute=recompute)
    assert first[0] == again[0]
    assert all(np.array_equal(first[1][name], again[1][name]) for name in weights)


@pytest.mark.parametrize("how", [{}, {"recompute": True}, {"precision": "bfloat16"}])
def test_batches_that_are_accumulated_add_up_like_gpt_2_simples(weights, how):
    given = batches(3)
    loss, found, _ = gradient(weights, given, **how)
    single = [gradient(weights, [batch], **how) for batch in given]
    assert loss == pytest.approx(np.mean([each[0] for each in single]), rel=1e-5)
    # gpt-2-simple takes the mean of the losses, but the sum of the gradients.
    assert_close(found, {name: sum(each[1][name] for each in single) for name in weights}, 1e-5)


def test_accumulated_batches_equal_one_batch_of_the_same_windows(weights):
    given = batches(3)
    loss, found, _ = gradient(weights, given)
    whole_loss, whole, _ = gradient(weights, [np.concatenate(given)])
    assert loss == pytest.approx(whole_loss, rel=1e-5)
    assert_close(found, {name: 3 * array for name, array in whole.items()}, 2e-5)


def norm_of(gradients):
    return np.sqrt(sum(np.square(array.astype(float)).sum() for array in gradients.values()))


@pytest.mark.parametrize("count", [1, 3])
def test_a_long_gradient_is_shortened_to_clip_norm_and_a_short_one_left_alone(weights, count):
    given = batches(count)
    _, found, nothing = gradient(weights, given)
    assert nothing is None
    norm = norm_of(found) / count  # of the average over the batches
    _, clipped, measured = gradient(weights, given, clip_norm=norm / 2)
    assert measured == pytest.approx(norm, rel=1e-5)
    assert_close(clipped, {name: array / 2 for name, array in found.items()})
    _, untouched, measured = gradient(weights, given, clip_norm=norm * 2)
    assert measured == pytest.approx(norm, rel=1e-5)
    assert_close(untouched, found)


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_adamw_is_adam_with_decay_of_matrices_only(weights, plain, decay):
    _, after, _ = trained(weights, batches(1), optimizer="adamw", weight_decay=decay)
    for name, found in plain[1].items():
        first, second = 0.1 * found, 0.001 * found**2
        step = RATE * np.sqrt(1 - 0.999) / (1 - 0.9) * first / (np.sqrt(second) + 1e-8)
        before = weights[name] * (1 - RATE * decay if weights[name].ndim > 1 else 1)
        clear = np.abs(found) > CLEAR
        assert np.abs(after[name] - (before - step))[clear].max(initial=0) < 1e-4, name


def test_adam_is_tensorflows_own(weights):
    tf = tensorflow()
    losses, after, _ = trained(weights, batches(1), steps=5)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variables = {name: tf.Variable(array, name=name) for name, array in weights.items()}
        loss = plain_loss(tf, variables, batches(1)[0])
        optimizer = tf.compat.v1.train.AdamOptimizer(RATE)
        found = [tf.convert_to_tensor(each) for each in tf.gradients(loss, list(variables.values()))]
        step = optimizer.apply_gradients(list(zip(found, variables.values())))
        session.run(tf.compat.v1.global_variables_initializer())
        expected = [session.run([loss, step])[0] for _ in range(5)]
        names = {variable.op.name for variable in optimizer.variables()}
    assert losses == pytest.approx(expected, rel=1e-4)
    network = Network(TINY)
    assert Trainer(network, 2).optimizer_state().keys() == names  # states that were saved before still load
    network.close()


def test_only_the_blocks_are_trained_when_asked_so(weights, plain):
    loss, found, _ = gradient(weights, batches(1), only_train_transformer_layers=True)
    assert loss == pytest.approx(plain[0], rel=1e-6)
    assert_close(
        found, {name: array if "/h" in name else np.zeros_like(array) for name, array in plain[1].items()}
    )


@pytest.mark.parametrize("rate", [0.0, 0.5, 2.0])
def test_the_learning_rate_is_fed_at_each_step(weights, plain, rate):
    _, after, _ = trained(weights, batches(1), rate=rate, optimizer="sgd")
    assert_close(
        {name: weights[name] - after[name] for name in weights},
        {name: rate * array for name, array in plain[1].items()},
        2e-5,
    )


def compared(build, *shapes):
    """Evaluate pairs (ours, TensorFlow's) that ``build`` makes of random tensors, in a graph of their own."""
    tf, random = tensorflow(), np.random.default_rng(3)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        pairs = session.run(
            build(tf, *(tf.constant(random.normal(size=shape), tf.float32) for shape in shapes))
        )
    for ours, theirs in pairs:
        assert ours == pytest.approx(theirs, rel=1e-4, abs=3e-5)


@pytest.mark.parametrize("shape", [(1, 1), (7, 16), (64, 48)])
def test_the_slope_of_gelu_is_its_gradient(shape):
    def build(tf, x):
        output, slope = gelu_and_slope(x * 4)
        reference = tf.nn.gelu(x * 4, approximate=True)
        return [(output, reference), (gelu(x * 4), reference), (slope * 4, tf.gradients(reference, x)[0])]

    compared(build, shape)


@pytest.mark.parametrize("shape", [(1, 2), (7, 16), (64, 48)])
def test_the_gradient_of_the_layer_norm(shape):
    def build(tf, x, d_output):
        normalised, scale = normalise(x)
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        reference = tf.nn.batch_normalization(x, mean, variance, None, None, 1e-5)
        return [
            (normalised, reference),
            (normalise_gradient(normalised, scale, d_output), tf.gradients(reference, x, d_output)[0]),
        ]

    compared(build, shape, shape)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 17, 64, 129])
def test_attention_in_blocks_and_its_gradients(length, known):
    def build(tf, query, key, value, d_mixed):
        blocks = query_blocks(length if known else tf.compat.v1.placeholder_with_default(length, []))
        mixed, probabilities = causal_attention(query, key, value, blocks)
        ours = causal_attention_gradients(query, key, value, blocks, mixed, probabilities, d_mixed)
        seen = tf.linalg.band_part(tf.ones([length, length], tf.bool), -1, 0)
        scores = tf.where(seen, tf.matmul(query, key, transpose_b=True), -1e10)
        reference = tf.matmul(tf.nn.softmax(scores), value)
        return [(mixed, reference), *zip(ours, tf.gradients(reference, [query, key, value], d_mixed))]

    compared(build, *[(2, 3, length, 8)] * 4)


@pytest.mark.parametrize("rows, vocabulary", [(1, 5), (39, 61), (700, 40_000)])
def test_the_output_layer_in_chunks(rows, vocabulary):
    def build(tf, hidden, embedding):
        targets = tf.constant(np.arange(rows) * 7 % vocabulary, tf.int32)
        loss, d_hidden, d_embedding, d_targets = loss_and_gradients(hidden, targets, embedding)
        d_embedding = tf.tensor_scatter_nd_add(d_embedding, targets[:, tf.newaxis], d_targets)
        logits = tf.matmul(hidden, embedding, transpose_b=True)
        reference = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits))
        expected = tf.gradients(reference, [hidden, embedding])
        return [
            (loss, reference),
            (d_hidden * rows, expected[0] * rows),
            (d_embedding * rows, expected[1] * rows),
        ]

    compared(build, (rows, 8), (vocabulary, 8))
