"""The graph itself: its forward pass is gpt-2-simple's, its sampler draws what it says."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gpt2lab.engine import Batches, Network, random_weights, uniforms
from gpt2lab.engine.quiet_tensorflow import gpt_2_simple_source, tensorflow
from gpt2lab.engine.transformer import logits, read_window

seeds = st.integers(0, 2**64 - 1)


def softmax(values):
    shifted = np.exp(np.asarray(values, float) - np.max(values))
    return shifted / shifted.sum()


def gpt_2_simple_logits(lm, tokens):
    """Logits [B, T, V] of gpt-2-simple's own model with the weights of ``lm``."""
    tf = tensorflow()
    gpt_2_simple_source()
    from gpt_2_simple.src import model

    hparams = SimpleNamespace(**lm.hparams)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        # No seed: plain gpt-2-simple's random operations work beside this package in one process.
        output = model.model(hparams=hparams, X=tf.constant(tokens, tf.int32))["logits"]
        variables = tf.compat.v1.trainable_variables()
        weights = lm.weights()
        assert {variable.op.name for variable in variables} == set(weights)
        values = {variable.initializer.inputs[1]: weights[variable.op.name] for variable in variables}
        session.run([variable.initializer for variable in variables], values)
        return session.run(output)


def own_logits(lm, tokens):
    """The same from a forward pass of this package, in a graph of its own."""
    network = Network(lm.hparams)
    network.assign(lm.weights())
    with network.graph.as_default():
        hidden, _ = read_window(network, tensorflow().constant(tokens, tensorflow().int32))
        output = logits(network, tensorflow().reshape(hidden, [-1, lm.hparams["n_embd"]]))
    found = network.session.run(output).reshape(*np.shape(tokens), -1)
    network.close()
    return found


@pytest.mark.parametrize("size, shape", [("small", (3, 200)), ("large", (1, 1024))])
def test_the_logits_are_gpt_2_simples(request, size, shape):
    lm = request.getfixturevalue(size)
    tokens = np.random.default_rng(0).integers(0, lm.hparams["n_vocab"], shape)
    expected = gpt_2_simple_logits(lm, tokens)
    rounding = 3e-5 * np.abs(expected).max()  # float32, through some layers
    assert np.abs(own_logits(lm, tokens) - expected).max() < rounding
    # What generation and scoring are built on agrees with them too.
    assert np.abs(lm._reader.last_logits(tokens[0]) - expected[0, -1]).max() < rounding
    nats = [-np.log(softmax(row)[token]) for row, token in zip(expected[0], tokens[0, 1:])]
    assert lm.window_losses(tokens[0]) == pytest.approx(nats, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("size", ["small", "large"])
def test_generation_with_a_cache_takes_the_tokens_of_full_passes(request, size):
    lm = request.getfixturevalue(size)
    prompt = lm.encode("Mr. Speaker, my fellow Americans, the state of the Union")
    cached = [int(tokens[0]) for tokens in lm._reader.generate(prompt, np.zeros((1, 40)), 0, 0, 0)]
    tokens = list(prompt)
    for _ in range(40):
        tokens.append(int(lm._reader.last_logits(tokens).argmax()))
    assert cached == tokens[len(prompt) :]


def test_generation_can_fill_the_window_to_its_last_token(small):
    prompt = np.random.default_rng(1).integers(0, small.hparams["n_vocab"], 1000)
    cached = [int(tokens[0]) for tokens in small._reader.generate(prompt, np.zeros((1, 24)), 0, 0, 0)]
    tokens = [int(token) for token in prompt]
    for _ in range(24):
        tokens.append(int(small._reader.last_logits(tokens).argmax()))
    assert cached == tokens[1000:]


def straightforward_cut(values, temperature, top_k, top_p):
    """What `cut` promises, token by token."""
    if temperature == 0:
        kept = np.arange(len(values)) == int(np.argmax(values))
        return kept, kept.astype(float)
    scaled = values / np.float32(temperature)
    order = sorted(range(len(scaled)), key=lambda token: -scaled[token])
    best = order[:top_k] if top_k else order
    if 0 < top_p < 1:
        nucleus, total = [], 0.0
        for token, share in zip(best, softmax(scaled[best])):
            if total >= top_p:
                break
            assume(abs(total - top_p) > 1e-5 or not nucleus)  # on the border rounding may decide
            nucleus.append(token)
            total += share
        assume(abs(total - top_p) > 1e-5)
        best = nucleus
    kept = scaled >= min(scaled[token] for token in best)
    weights = np.where(kept, softmax(scaled), 0.0)
    return kept, weights / weights.sum()


# Quarters make ties frequent.
logit_values = st.lists(st.integers(-40, 40).map(lambda quarters: quarters / 4), min_size=2, max_size=30).map(
    np.float32
)


temperatures = st.one_of(st.just(0.0), st.floats(0.05, 10))
shares = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.01, 0.99))


@given(logit_values, temperatures, st.integers(0, 30), shares)
def test_top_k_then_top_p_cut_as_documented(small, values, temperature, top_k, top_p):
    kept, sampled = small._reader.cut(values, temperature, top_k, top_p)
    expected_kept, expected = straightforward_cut(values, temperature, top_k, top_p)
    assert kept.tolist() == expected_kept.tolist()
    assert sampled == pytest.approx(expected, abs=1e-6)


@given(logit_values, st.floats(1e-45, 1e-3), st.integers(0, 30), st.floats(0, 1))
@example(np.float32([-10, -9]), 1.2e-38, 0, 0.0)
def test_a_temperature_next_to_0_is_as_good_as_greedy(small, values, temperature, top_k, top_p):
    _, sampled = small._reader.cut(values, temperature, top_k, top_p)
    best = np.flatnonzero(values == values.max())
    assert sampled.sum() == pytest.approx(1)
    assert set(np.flatnonzero(sampled > 1e-6)) <= set(best)


@given(logit_values, st.floats(1e6, 1e38))
def test_a_huge_temperature_makes_all_tokens_alike(small, values, temperature):
    _, sampled = small._reader.cut(values, temperature, 0, 0)
    assert sampled == pytest.approx(np.full(len(values), 1 / len(values)), rel=1e-3)


def chi_square(drawn, probability):
    """How many standard deviations Pearson's statistic lies above its mean; rare tokens count as one."""
    common = len(drawn) * probability >= 5
    counts = np.bincount(drawn, minlength=len(probability))
    observed = np.append(counts[common], counts[~common].sum())
    expected = np.append(probability[common], probability[~common].sum()) * len(drawn)
    assert not observed[expected == 0].any()
    observed, expected = observed[expected > 0], expected[expected > 0]
    freedom = len(expected) - 1
    assert freedom > 3  # else this would test nothing
    return (((observed - expected) ** 2 / expected).sum() - freedom) / np.sqrt(2 * freedom)


@pytest.mark.parametrize(
    "temperature, top_k, top_p", [(1.0, 0, 0.0), (0.7, 40, 0.0), (1.5, 0, 0.9), (1.0, 50, 0.8)]
)
def test_tokens_are_drawn_as_often_as_their_probability_says(small, temperature, top_k, top_p):
    prompt, knobs = small.encode("It is the"), (temperature, top_k, top_p)
    following = []
    for batch in range(4):
        random_numbers = uniforms(5, range(500 * batch, 500 * (batch + 1)), 2)
        # all samples take the same first token, so that their second ones have one distribution
        random_numbers[:, 0] = 0.25
        first, second = small._reader.generate(prompt, random_numbers, *knobs)
        assert set(first) == {first[0]}
        following.append(second)
    _, probability = small._reader.cut(small._reader.last_logits([*prompt, first[0]]), *knobs)
    assert chi_square(np.concatenate(following), probability) < 4
    tokens = next(small._reader.generate(prompt, uniforms(6, range(1500), 1), *knobs))
    _, probability = small._reader.cut(small._reader.last_logits(prompt), *knobs)
    assert chi_square(tokens, probability) < 4


@pytest.mark.parametrize("number", [0.0, 1 - 2**-53])
def test_the_smallest_and_the_largest_random_number_draw_a_token_that_was_kept(small, number):
    prompt = small.encode("The")
    kept, _ = small._reader.cut(small._reader.last_logits(prompt), 1.0, 7, 0.9)
    tokens = next(small._reader.generate(prompt, np.full((3, 1), number), 1.0, 7, 0.9))
    assert len(set(tokens)) == 1 and kept[tokens[0]]


@given(seeds, st.lists(st.integers(0, 2**20), min_size=1, max_size=5), st.integers(1, 20), st.integers(1, 20))
def test_a_random_number_depends_on_seed_sample_and_position_alone(seed, samples, length, other):
    numbers = uniforms(seed, samples, length)
    assert numbers.shape == (len(samples), length) and (0 <= numbers).all() and (numbers < 1).all()
    for row, sample in zip(numbers, samples):
        shared = min(length, other)
        assert uniforms(seed, [sample], other)[0, :shared].tolist() == row[:shared].tolist()


@given(seeds, seeds)
def test_other_seeds_give_other_random_numbers(one, other):
    assume(one != other)
    assert not set(uniforms(one, range(3), 3).ravel()) & set(uniforms(other, range(3), 3).ravel())


def test_batches_are_windows_of_the_text_a_function_of_seed_and_step():
    text = np.arange(500, dtype=np.int32)
    batches = Batches(text, 64, seed=3)
    state = random.getstate()
    of_step_9 = batches.at(9, 2, 3)
    assert random.getstate() == state
    assert len(of_step_9) == 3 and all(batch.shape == (2, 64) for batch in of_step_9)
    assert all((np.diff(window) == 1).all() for batch in of_step_9 for window in batch)
    batches.at(2, 1, 1)
    assert np.array_equal(batches.at(9, 2, 3), of_step_9)
    assert np.array_equal(Batches(text, 64, seed=3).at(9, 2, 3), of_step_9)
    assert not np.array_equal(Batches(text, 64, seed=4).at(9, 2, 3), of_step_9)
    assert not np.array_equal(batches.at(10, 2, 3), of_step_9)


def test_every_window_of_the_text_is_drawn_sooner_or_later():
    batches = Batches(np.arange(70, dtype=np.int32), 64, seed=0)
    starts = {int(batches.at(step, 1, 1)[0][0, 0]) for step in range(200)}
    assert starts == set(range(6))  # gpt-2-simple's sampler never takes the last one


def test_random_weights_are_those_of_gpt_2_simples_initialisers():
    hparams = {"n_vocab": 500, "n_ctx": 64, "n_embd": 32, "n_head": 4, "n_layer": 2}
    weights = random_weights(hparams, seed=1)
    tf = tensorflow()
    gpt_2_simple_source()
    from gpt_2_simple.src import model

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        model.model(hparams=SimpleNamespace(**hparams), X=tf.zeros([1, 1], tf.int32))
        session.run(tf.compat.v1.global_variables_initializer())
        theirs = {variable.op.name: session.run(variable) for variable in tf.compat.v1.trainable_variables()}
    assert {name: array.shape for name, array in weights.items()} == {
        name: array.shape for name, array in theirs.items()
    }
    for name, array in theirs.items():
        assert weights[name].mean() == pytest.approx(array.mean(), abs=0.005)
        assert weights[name].std() == pytest.approx(array.std(), rel=0.1)
    assert not np.array_equal(weights["model/wte"], random_weights(hparams, seed=2)["model/wte"])
