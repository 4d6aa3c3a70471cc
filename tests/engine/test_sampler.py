"""The draw: looking at the most likely tokens only, or at blocks of tokens first, draws what a search
through all of them draws.
"""

import _thread
import threading
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.engine import Network, Reader, sampler, uniforms
from gpt2lab.engine.quiet_tensorflow import tensorflow

VOCABULARY = 3000  # above SHORTLIST, and no multiple of BLOCK


@pytest.fixture(scope="module")
def draw():
    """`sampler.draw` for arrays."""
    tf = tensorflow()
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        inputs = [
            tf.compat.v1.placeholder(kind, shape)
            for kind, shape in (
                (tf.float32, [None, None]),
                (tf.float32, []),
                (tf.int32, []),
                (tf.float32, []),
                (tf.float64, [None, None]),
            )
        ]
        yield session.make_callable(sampler.draw(*inputs), inputs)


def drawn_by_search(logits, temperature, top_k, top_p, uniform):
    """What the docstrings of `cut` and `draw` say, token by token."""
    if temperature == 0:
        return [int(np.argmax(logits))] * len(uniform)
    scaled = ((logits - logits.max()) / np.float32(temperature)).astype(np.float32)
    falling = np.sort(scaled)[::-1]
    if 0 < top_k < len(logits):
        falling = falling[:top_k]
    lowest = falling[-1]
    if 0 < top_p < 1:
        probability = np.exp(falling.astype(float)) / np.exp(falling.astype(float)).sum()
        lowest = falling[np.flatnonzero(np.cumsum(probability) - probability < top_p)[-1]]
    weights = np.where(scaled >= lowest, np.exp(scaled.astype(float)), 0)
    cumulated = np.cumsum(weights)
    return [
        int(np.searchsorted(cumulated, number * cumulated[-1] * (1 - 1e-12), "right")) for number in uniform
    ]


# a random number next to a border of float32 would be a matter of luck
@settings(max_examples=200, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    spread=st.sampled_from([0.01, 1.0, 4.0]),
    ties=st.booleans(),
    temperature=st.sampled_from([0, 0.3, 0.7, 1.5]),
    top_k=st.sampled_from([0, 1, 2, 40, 1500, VOCABULARY]),
    top_p=st.sampled_from([0.0, 0.05, 0.5, 0.9, 1.0]),
)
# more ties at the border than are looked at
@example(seed=0, spread=0.01, ties=True, temperature=0.7, top_k=40, top_p=0.0)
# more tokens survive than are looked at
@example(seed=0, spread=0.01, ties=False, temperature=1.5, top_k=0, top_p=0.9)
def test_tokens_are_those_of_a_search_through_the_whole_vocabulary(
    draw, seed, spread, ties, temperature, top_k, top_p
):
    random = np.random.default_rng(seed)
    logits = random.normal(0, spread, (2, VOCABULARY)).astype(np.float32)
    if ties:
        logits = np.round(logits, 1)
    uniform = random.random((2, 50))
    found = draw(logits, temperature, top_k, top_p, uniform)
    expected = np.array(
        [drawn_by_search(row, temperature, top_k, top_p, numbers) for row, numbers in zip(logits, uniform)]
    )
    assert (found == expected).all()


def test_lanes_on_cores_of_their_own_write_the_same_texts(models, monkeypatch):
    from gpt2lab.engine import reader

    with lab.load("1M", model_dir=models) as lm:
        numbers = uniforms(3, range(11), 90)
        several = np.array(list(lm._reader.generate([1, 2, 3], numbers, 0.8, 40, 0.0)))
        lanes = lm._reader._lanes_for(11)
        monkeypatch.setattr(reader, "SMALL_MODEL", 0)
        assert lanes != lm._reader._lanes_for(11) == [lm._reader._lane]
        one = np.array(list(lm._reader.generate([1, 2, 3], numbers, 0.8, 40, 0.0)))
    assert several.shape == (90, 11) and (several == one).all()


def test_what_interrupts_a_lane_is_what_the_caller_sees_and_the_next_texts_are_right(models, monkeypatch):
    with lab.load("1M", model_dir=models) as lm:
        wanted = lm.generate(nsamples=11, length=30, seed=1)
        lane, calls = lm._reader._lanes_for(11)[-1], []
        following = lane._following

        def interrupted(*arguments):
            calls.append(arguments)
            if len(calls) == 5:
                raise KeyboardInterrupt
            return following(*arguments)

        monkeypatch.setattr(lane, "_following", interrupted)
        with pytest.raises(KeyboardInterrupt):
            lm.generate(nsamples=11, length=30, seed=1)
        assert lm.generate(nsamples=11, length=30, seed=1) == wanted


def test_an_interruption_while_the_lanes_work_is_no_other_error(models, monkeypatch):
    """Ctrl-C reaches the thread that waits, while the lanes are in the middle of a step."""
    with lab.load("1M", model_dir=models) as lm:
        wanted = lm.generate(nsamples=11, length=30, seed=1)
        lanes = lm._reader._lanes_for(11)
        slow = lanes[0]._following

        def following(*arguments):
            time.sleep(0.3)
            return slow(*arguments)

        monkeypatch.setattr(lanes[0], "_following", following)
        timer = threading.Timer(1.0, _thread.interrupt_main)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            lm.generate(nsamples=11, length=30, seed=1)
        timer.join()
        monkeypatch.undo()
        assert lm.generate(nsamples=11, length=30, seed=1) == wanted


def test_a_model_that_learns_writes_with_the_weights_of_the_moment(models):
    from gpt2lab.language_model import LanguageModel
    from gpt2lab.pretrained.checkpoints import latest_prefix, read_hparams, read_weights
    from gpt2lab.pretrained.encoder import load_encoder

    folder = models / "1M"
    hparams = read_hparams(folder)
    weights = read_weights(latest_prefix(folder), hparams)
    network = Network(hparams)
    network.assign(weights)
    reader = Reader(network, weights_move=True)
    network.close_graph()
    with LanguageModel(network, reader, load_encoder(folder), "1M") as lm:
        before = lm.generate(nsamples=8, length=20, seed=1)
        network.assign({name: value * 0.5 for name, value in weights.items()})
        assert lm.generate(nsamples=8, length=20, seed=1) != before


def test_bfloat16_weights_take_half_the_memory_and_lose_little(models, small, speeches):
    text = speeches.documents[0].text[:3000]
    with lab.load("1M", model_dir=models, precision="bfloat16") as half:
        stored = sum(v.dtype.size * v.shape.num_elements() for v in half._network.variables.values())
        assert stored < 0.75 * 4 * small.parameters  # 1M has many positions, which stay float32
        exact, rounded = lab.perplexity(small, text).perplexity, lab.perplexity(half, text).perplexity
        assert exact != rounded and abs(rounded / exact - 1) < 0.02
        assert all(array.dtype == np.float32 for array in half.weights().values())
        assert half.generate("The", length=5, seed=1) == half.generate("The", length=5, seed=1)


def test_another_precision_is_refused(models):
    with pytest.raises(
        lab.LabError, match="precision='float16' is unknown; choose one of 'float32', 'bfloat16'"
    ):
        lab.load("1M", model_dir=models, precision="float16")
