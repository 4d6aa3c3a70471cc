"""What a LanguageModel promises: one graph, the same text for the same seed, a loss for each token, and
errors that teach.
"""

import gc
import os
import re
import shutil
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, CheckpointError, TextError
from gpt2lab.language_model import build_model

PREFIX = "My fellow Americans"
END = "<|endoftext|>"


def log_softmax(values):
    shifted = values.astype(float) - values.max()
    return shifted - np.log(np.exp(shifted).sum())


# The same seed, the same text


def test_the_same_seed_gives_the_same_texts_in_any_batch_size_after_other_calls_and_with_more_samples(small):
    asked = {"prefix": PREFIX, "length": 40, "temperature": 1.0, "seed": 11}
    texts = small.generate(nsamples=8, batch_size=1, **asked)
    assert len(set(texts)) == 8
    assert small.generate(nsamples=8, batch_size=3, **asked) == texts
    small.generate(nsamples=2, length=5, top_k=3, seed=4)
    small.score("Something else.")
    small.next_tokens("And more")
    assert small.generate(nsamples=8, batch_size=8, **asked) == texts
    assert small.generate(nsamples=8, **asked) == texts
    assert small.generate(nsamples=3, **asked) == texts[:3]
    assert small.generate(nsamples=20, batch_size=20, **asked)[:8] == texts


def test_a_longer_text_of_a_seed_begins_with_the_shorter_one(small):
    short, long = (small.generate(PREFIX, length=length, seed=2)[0] for length in (10, 30))
    assert long.startswith(short.rstrip("\N{REPLACEMENT CHARACTER}"))


def test_a_model_loaded_again_writes_the_same_texts(small, models):
    with lab.load("1M", model_dir=models) as again:
        assert again.generate(PREFIX, nsamples=3, length=30, seed=0) == small.generate(
            PREFIX, nsamples=3, length=30, seed=0
        )


def test_other_seeds_and_no_seed_give_other_texts(small):
    texts = [
        small.generate(PREFIX, length=30, temperature=1.0, seed=seed)[0]
        for seed in (0, 1, 2**64 - 1, None, None)
    ]
    assert len(set(texts)) == 5


# Sampling


def test_top_k_1_and_temperature_0_are_greedy(small):
    text = PREFIX
    for _ in range(12):
        text += small.next_tokens(text)["token"].iloc[0]
    expected = [text] * 3
    for greedy in (
        {"temperature": 0},
        {"top_k": 1},
        {"temperature": 5, "top_k": 1},
        {"temperature": 0, "top_k": 40, "top_p": 0.5},
    ):
        # The tokens of a continuation and of the text that it became need not be the same; here they are.
        assert small.generate(PREFIX, nsamples=3, length=12, seed=1, **greedy) == expected


def test_next_tokens_lists_the_whole_distribution_the_most_likely_first(small):
    table = small.next_tokens(PREFIX, temperature=0.5, top_k=20, top_p=0.9)
    assert list(table.columns) == ["token", "id", "probability", "kept", "sampled_probability"]
    assert sorted(table["id"]) == list(range(small.hparams["n_vocab"]))
    assert table["probability"].is_monotonic_decreasing and table["probability"].sum() == pytest.approx(1)
    assert all(
        small.decode([number]) == token for number, token in zip(table["id"][:50], table["token"][:50])
    )
    kept = table[table["kept"]]
    assert 1 < len(kept) <= 20 and kept["sampled_probability"].sum() == pytest.approx(1)
    assert (table.loc[~table["kept"], "sampled_probability"] == 0).all()
    # Temperature 0.5 squares the ratios.
    ratio = kept["probability"].iloc[0] / kept["probability"].iloc[1]
    assert kept["sampled_probability"].iloc[0] / kept["sampled_probability"].iloc[1] == pytest.approx(
        ratio**2, rel=1e-4
    )


def test_next_tokens_and_score_agree(small):
    # a score takes its text for the beginning of a document
    table = small.next_tokens(f"{END}The state of the")
    scored = small.score("The state of the" + table["token"].iloc[0]).iloc[-1]
    assert scored["id"] == table["id"].iloc[0]
    assert -np.log(table["probability"].iloc[0]) == pytest.approx(scored["nats"], rel=1e-4)


def test_only_the_last_window_of_a_long_text_is_seen(small):
    long = "The state of the Union is strong. " * 300
    seen = small._reader.last_logits(small.encode(long)[-small.window :])
    assert small.next_tokens(long)["probability"].iloc[0] == pytest.approx(np.exp(log_softmax(seen).max()))


def test_next_tokens_answers_while_another_thread_writes_and_leaves_its_text_as_it_is(small):
    alone = small.generate(PREFIX, length=600, seed=5)
    begun, written = threading.Event(), []

    def write():
        begun.set()
        written.extend(small.generate(PREFIX, length=600, seed=5))

    expected = small.next_tokens("We will", top_k=7)
    writing = threading.Thread(target=write)
    writing.start()
    begun.wait()
    answers = [small.next_tokens(text, top_k=7) for text in ("The end", "We will")]
    assert writing.is_alive()  # the answers did not wait for the end of the text
    writing.join()
    assert written == alone and answers[1].equals(expected)


# What a sample is


def test_length_counts_tokens_and_the_prefix_comes_first_or_not_at_all(small):
    with_prefix = small.generate(PREFIX, nsamples=4, length=25, seed=3, temperature=1.0)
    without = small.generate(PREFIX, nsamples=4, length=25, seed=3, temperature=1.0, include_prefix=False)
    assert with_prefix == [PREFIX + text for text in without]
    one = small.generate(PREFIX, length=1, temperature=0, include_prefix=False)[0]
    assert one == small.next_tokens(PREFIX)["token"].iloc[0]


def test_truncate_cuts_before_its_first_appearance_in_what_was_written(small):
    asked = {"prefix": "the, of the,", "nsamples": 6, "length": 40, "seed": 5, "temperature": 1.0}
    whole = small.generate(include_prefix=False, **asked)
    for mark in (" the", ",", "e"):
        assert small.generate(include_prefix=False, truncate=mark, **asked) == [
            text.split(mark)[0] for text in whole
        ]
        assert all(text.startswith("the, of the,") for text in small.generate(truncate=mark, **asked))
    assert small.generate(include_prefix=False, truncate="no text has this", **asked) == whole


def test_a_model_with_other_weights_leaves_the_first_as_it_was(small):
    before, losses = small.checksum(), small.window_losses(small.encode(PREFIX))
    changed = small.weights()["model/ln_f/b"] + 0.1
    with small.with_weights({"model/ln_f/b": changed}) as other:
        assert np.array_equal(other.weights()["model/ln_f/b"], changed)
        assert not np.allclose(other.window_losses(small.encode(PREFIX)), losses)
    assert small.checksum() == before
    with small.with_weights({}) as same:
        assert np.array_equal(same.window_losses(small.encode(PREFIX)), losses)
    with pytest.raises(ArgumentError, match="no weight of"):
        small.with_weights({"model/none": changed})
    with pytest.raises(ArgumentError, match=r"has the shape \(3,\)"):
        small.with_weights({"model/ln_f/b": changed[:3]})


# The gradient


def flat(arrays):
    return np.concatenate([array.ravel() for array in arrays.values()]).astype(float)


def test_the_gradient_is_the_slope_of_the_loss_along_any_direction(small):
    tokens, weights = small.encode(PREFIX + ", we have work to do this year."), small.weights()
    loss, gradient = small.gradient(tokens)
    assert loss == pytest.approx(small.window_losses(tokens).mean(), rel=1e-6)
    assert {name: array.shape for name, array in gradient.items()} == {
        name: array.shape for name, array in weights.items()
    }
    random = np.random.default_rng(3)
    directions = [
        gradient,
        *({name: random.normal(size=w.shape) for name, w in weights.items()} for _ in "ab"),
    ]
    directions += [{name: gradient[name]} for name in ("model/wpe", "model/wte", "model/h1/attn/c_attn/w")]
    for direction in directions:
        length = np.linalg.norm(flat(direction))
        step = {name: 0.003 * array / length for name, array in direction.items()}
        up, down = (
            small.gradient(tokens, {name: weights[name] + sign * step[name] for name in step})[0]
            for sign in (1, -1)
        )
        expected = sum(float(np.sum(gradient[name] * step[name], dtype=float)) for name in step)
        # float32 rounds a loss of about 4 by some 1e-6
        assert (up - down) / 2 == pytest.approx(expected, rel=0.02, abs=2e-6)


def test_the_gradient_at_other_weights_is_that_of_the_model_that_has_them(small):
    tokens, checksum = small.encode(PREFIX), small.checksum()
    random = np.random.default_rng(4)
    changed = {
        name: array + 0.02 * random.normal(size=array.shape) for name, array in small.weights().items()
    }
    expected = small.gradient(tokens, changed)
    with small.with_weights(changed) as other:
        found = other.gradient(tokens)
    assert found[0] == expected[0] != small.gradient(tokens)[0]
    assert all(np.array_equal(found[1][name], array) for name, array in expected[1].items())
    part = {"model/ln_f/b": changed["model/ln_f/b"]}
    with small.with_weights(part) as other:
        assert other.gradient(tokens)[0] == small.gradient(tokens, part)[0]
    assert small.checksum() == checksum


def test_steps_against_the_gradient_are_those_of_plain_gradient_descent(small):
    from gpt2lab.engine import Network, Trainer

    windows = np.random.default_rng(5).integers(0, 4096, (3, small.window)).tolist()
    network = Network(small.hparams)
    network.assign(small.weights())
    trainer = Trainer(network, 1, optimizer="sgd")
    expected = [trainer.step([[window]], 0.03) for window in windows]
    weights, losses = small.weights(), []
    for window in windows:
        loss, gradient = small.gradient(window, weights)
        losses.append(loss)
        for name in weights:
            weights[name] = weights[name] - 0.03 * gradient[name]
    assert losses == pytest.approx(expected, rel=1e-5)
    for name, array in network.values().items():
        assert np.abs(weights[name] - array).max() < 2e-6, name
    network.close()


def test_a_model_in_bfloat16_has_the_gradient_of_its_own_weights(small, models):
    tokens = small.encode(PREFIX)
    with lab.load("1M", model_dir=models, precision="bfloat16") as half:
        loss, gradient = half.gradient(tokens)
        exact_loss, exact = small.gradient(tokens, half.weights())
    assert loss == exact_loss and all(np.array_equal(gradient[name], exact[name]) for name in exact)


def test_the_graph_of_a_gradient_is_gone_when_another_length_comes_and_when_the_model_is_closed(models):
    with lab.load("1M", model_dir=models) as lm:
        graphs = []
        for length in (5, 6):
            lm.gradient(range(length))
            graphs.append(weakref.ref(lm._gradients._network.graph))
        gc.collect()
        assert graphs[0]() is None and graphs[1]() is not None
    gc.collect()
    assert graphs[1]() is None


@pytest.fixture
def ending(small):
    """A model that ends the document after a few tokens: one in twenty or so is end-of-text."""
    weights, table = small.weights(), small.next_tokens(PREFIX).set_index("id")
    towards = weights["model/wte"][small.end_of_text]
    wanted = np.log(0.05 / table.loc[small.end_of_text, "probability"])
    weights["model/ln_f/b"] = weights["model/ln_f/b"] + wanted * towards / (towards @ towards)
    with build_model(small.hparams, weights, small._encoder, "ending") as lm:
        yield lm


def test_a_sample_ends_where_the_document_does(ending):
    texts = ending.generate(PREFIX, nsamples=20, length=60, temperature=1.0, seed=1, include_prefix=False)
    lengths = [len(ending.encode(text)) for text in texts]
    assert END not in "".join(texts)
    assert min(lengths) < 50 and len(set(lengths)) > 3
    assert texts == ending.generate(
        PREFIX, nsamples=20, length=60, temperature=1.0, seed=1, include_prefix=False, batch_size=3
    )
    # A sample that ended is what comes before the end in all that would have been drawn.
    from gpt2lab.engine import uniforms

    drawn = np.array(
        list(ending._reader.generate(ending.encode(PREFIX), uniforms(1, range(20), 60), 1.0, 0, 0.0))
    ).T
    cut = [row[: list(row).index(ending.end_of_text)] if ending.end_of_text in row else row for row in drawn]
    assert [ending.decode(row) for row in cut] == texts


def test_without_a_prefix_a_new_document_begins(small):
    expected = small.generate(END, length=20, seed=8, include_prefix=False)
    assert small.generate(None, length=20, seed=8) == small.generate("", length=20, seed=8) == expected


def test_a_prefix_and_its_continuation_may_fill_the_window_exactly(small):
    prefix = small.decode(small.encode("the " * 1021)[:1021])
    room = small.window - len(small.encode(prefix))
    assert 0 < room < 5
    assert small.generate(prefix, length=room, seed=0)[0].startswith(prefix)


# One graph


def test_fifty_calls_with_different_arguments_leave_the_graph_as_it_was(small):
    small.generate(length=2, seed=0)
    nodes = len(small.graph.get_operations())
    for number in range(50):
        small.generate(
            PREFIX if number % 2 else None,
            nsamples=1 + number % 4,
            length=1 + number % 7,
            temperature=number / 25,
            top_k=number,
            top_p=number / 50,
            seed=number,
            truncate="." if number % 3 else None,
            include_prefix=number % 2 == 0,
            batch_size=1 + number % 3,
        )
    small.next_tokens("The", top_k=5)
    small.score("The state of the Union")
    small.token_losses(["a", "The state of the Union " * 300], stride=500)
    lab.perplexity(small, "The state")
    small.weights()
    small.gradient([1, 2, 3])
    assert len(small.graph.get_operations()) == nodes
    assert small.graph.finalized


def test_base_and_fine_tuned_models_and_two_sizes_answer_side_by_side(small, large, run):
    asked = {"prefix": PREFIX, "length": 20, "seed": 1}
    alone = {lm: lm.generate(**asked) for lm in (small, large)}
    with run.load() as tuned, run.load(10) as earlier:
        texts = {lm: lm.generate(**asked) for lm in (earlier, large, tuned, small)}
        assert len({text for each in texts.values() for text in each}) == 4
        assert {lm: lm.generate(**asked) for lm in (small, tuned, large, earlier)} == texts
    assert texts[small] == alone[small] == small.generate(**asked) and texts[large] == alone[large]


def test_threads_that_share_a_model_get_the_texts_that_they_would_get_alone(small):
    expected = [small.generate(PREFIX, length=20, seed=seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda seed: small.generate(PREFIX, length=20, seed=seed), range(4))) == expected


def test_a_closed_model_says_so(models):
    lm = lab.load("1M", model_dir=models)
    lm.close()
    lm.close()
    for use in (
        lm.generate,
        lambda: lm.next_tokens("a"),
        lambda: lm.score("a"),
        lambda: lab.perplexity(lm, "a"),
        lm.weights,
        lambda: lm.window_losses([1, 2]),
        lambda: lm.gradient([1, 2]),
    ):
        with pytest.raises(ArgumentError, match="was closed"):
            use()


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs Linux to tell the memory")
def test_loading_and_closing_frees_the_memory(models):
    def once():
        with lab.load("1M", model_dir=models) as lm:
            lm.generate(nsamples=8, length=60, seed=0)
        del lm
        gc.collect()

    for _ in range(2):
        once()
    before = resident()
    for _ in range(7):
        once()
    assert resident() - before < 35  # MB; one such model with its caches takes more than 10


# Text and tokens

texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts)
@example("naïve 漢字 🙂\r\n\t\x00 <|endoftext|> don't")
def test_any_text_survives_encoding_and_decoding(small, text):
    assert small.decode(small.encode(text)) == text


def test_end_of_text_is_one_token_wherever_it_stands(small):
    assert small.encode(END) == [small.end_of_text]
    assert small.encode(f"a{END}{END}b") == [
        *small.encode("a"),
        small.end_of_text,
        small.end_of_text,
        *small.encode("b"),
    ]
    assert small.decode([small.end_of_text]) == END


# Scores


@given(texts)
@example("naïve — 漢字 🙂🙂 and\n\nthen <|endoftext|> more")
@example("é")
def test_the_tokens_of_a_score_lie_where_it_says(small, text):
    assume(text)
    table = small.score(text)
    assert table["start"].iloc[0] == 0 and table["end"].iloc[-1] == len(text)
    end = 0
    for row in table.itertuples():
        part = text[row.start : row.end]
        # A token of whole characters is exactly its part of the text; one with parts of characters counts
        # these as a whole.
        assert part == row.token or ("\N{REPLACEMENT CHARACTER}" in row.token and row.start <= end <= row.end)
        assert end - 1 <= row.start <= end and row.end >= end
        end = row.end
    whole = table[table["token"] != "\N{REPLACEMENT CHARACTER}"]
    if len(whole) == len(table) and "\N{REPLACEMENT CHARACTER}" not in "".join(table["token"]):
        assert "".join(text[row.start : row.end] for row in table.itertuples()) == text


@pytest.mark.parametrize("size", ["small", "large"])
def test_nats_are_those_of_a_straightforward_loop(request, size):
    lm = request.getfixturevalue(size)
    text = "Mr. Speaker, the naïve 🙂 state of the Union — is strong.<|endoftext|>My fellow citizens"
    ids = lm.encode(text)
    expected = [
        -log_softmax(lm._reader.last_logits([lm.end_of_text, *ids[:number]]))[token]
        for number, token in enumerate(ids)
    ]
    table = lm.score(text)
    assert table["id"].tolist() == ids
    assert table["nats"].to_numpy() == pytest.approx(expected, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("stride", [None, 300, 1000])
def test_windows_that_slide_over_a_long_text_are_those_of_a_straightforward_loop(small, speeches, stride):
    text = speeches.text[:9000]
    sequence = [small.end_of_text, *small.encode(text)]
    assert len(sequence) > 2 * small.window
    nats = small.score(text, stride)["nats"].to_numpy()
    step = stride or small.window - 1
    borders = [
        1,
        2,
        1022,
        1023,
        1024,
        1025,
        1322,
        1323,
        1324,
        2023,
        2024,
        2046,
        2047,
        2048,
        len(sequence) - 1,
    ]
    for position in {*borders, *np.random.default_rng(0).integers(1, len(sequence), 20).tolist()}:
        begin = next(begin for begin in range(0, len(sequence), step) if begin + small.window > position)
        expected = -log_softmax(small._reader.last_logits(sequence[begin:position]))[sequence[position]]
        assert nats[position - 1] == pytest.approx(expected, rel=1e-4, abs=1e-4), position


def test_texts_scored_together_get_the_nats_that_they_get_alone(small, speeches):
    texts = ["A", speeches.text[:5000], "The state of the Union", speeches.text[5000:5600], "é"]
    for text, (ids, nats) in zip(texts, small.token_losses(texts)):
        assert ids == small.encode(text)
        assert nats == pytest.approx(small.score(text)["nats"].to_numpy(), rel=1e-4, abs=1e-4)


# Errors


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"temperature": -0.1}, "temperature=-0.1"),
        ({"temperature": float("nan")}, "temperature=nan"),
        ({"temperature": float("inf")}, "temperature=inf"),
        ({"temperature": None}, "temperature=None"),
        ({"temperature": "0.7"}, "temperature='0.7'"),
        ({"temperature": True}, "temperature=True"),
        ({"top_k": -1}, "top_k=-1"),
        ({"top_k": 4097}, "top_k=4097.*4,096.*vocabulary"),
        ({"top_k": 2.5}, "top_k=2.5"),
        ({"top_k": 10**400}, "top_k=1000"),
        ({"top_k": None}, "top_k=None"),
        ({"top_p": 1.01}, "top_p=1.01.*0 to 1"),
        ({"top_p": -0.01}, "top_p=-0.01"),
        ({"top_p": float("nan")}, "top_p=nan"),
        ({"length": 0}, "length=0"),
        ({"length": 1024}, "length=1024.*1,023.*window of 1,024"),
        ({"length": "20"}, "length='20'"),
        ({"nsamples": 0}, "nsamples=0"),
        ({"nsamples": None}, "nsamples=None"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": 2**64}, f"seed={2**64}"),
        ({"seed": "1"}, "seed='1'"),
        ({"truncate": ""}, "truncate=''"),
        ({"truncate": 3}, "truncate=3"),
        ({"prefix": "the " * 1100}, "prefix has .*window 1,024"),
        ({"prefix": "the " * 900, "length": 200}, r"prefix has .*length=\d+ or less"),
        ({"prefix": 5}, "prefix=5.*string"),
        ({"prefix": b"The"}, "prefix=b'The'.*string"),
        ({"prefix": 0}, "prefix=0.*string"),
        ({"prefix": ["The"]}, r"prefix=\['The'\].*string"),
        ({"prefix": "half \ud83d a pair"}, "surrogate"),
    ],
)
def test_generate_names_the_argument_that_cannot_work_the_value_and_what_would(small, arguments, words):
    with pytest.raises(lab.LabError, match=words) as caught:
        small.generate(**arguments)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "use, words",
    [
        (lambda lm: lm.next_tokens(None), "text.*NoneType.*string"),
        (lambda lm: lm.next_tokens("a", top_k=5000), "top_k=5000"),
        (lambda lm: lm.next_tokens("a", temperature=-1), "temperature=-1"),
        (lambda lm: lm.score(""), "empty"),
        (lambda lm: lm.score(None), "text.*NoneType.*string"),
        (lambda lm: lm.score("a", stride=0), "stride=0"),
        (lambda lm: lm.score("a", stride=1024), "stride=1024.*1,023"),
        (lambda lm: lm.encode(3), "text.*int.*string"),
        (lambda lm: lm.encode("half \ud83d a pair"), "surrogate"),
        (lambda lm: lm.decode([4096]), "4096.*4,095"),
        (lambda lm: lm.decode([-1]), "-1"),
        (lambda lm: lm.decode("word"), "ids"),
        (lambda lm: lm.decode([None]), "ids"),
        (lambda lm: lm.decode(3), "ids"),
        (lambda lm: lm.gradient([5]), "tokens has 1 .*2 to 1,024"),
        (lambda lm: lm.gradient([5] * 1025), "tokens has 1,025"),
        (lambda lm: lm.gradient("word"), "tokens='word'"),
        (lambda lm: lm.gradient([1, 4096]), "tokens has 4096.*4,095"),
        (lambda lm: lm.gradient([1, 2], {"model/none": 1}), "weights holds 'model/none'"),
        (lambda lm: lm.gradient([1, 2], {"model/ln_f/b": 1}), r"weights\['model/ln_f/b'\] has the shape"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(small, use, words):
    with pytest.raises((ArgumentError, TextError), match=words):
        use(small)


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"model_name": "3N"}, "model_name='3N'.*'3M'"),
        ({"model_name": 3}, "model_name=3"),
        ({"model_name": ["3M"]}, "model_name="),
        ({"model_name": "1M", "run_name": "run1"}, "model_name.*run_name"),
        ({"run_name": "a/b"}, "run_name='a/b'"),
        ({"run_name": ""}, "run_name=''"),
        ({"run_name": "run9"}, "run9 does not exist.*runs there are speeches"),
        ({"run_name": "speeches", "checkpoint": 15}, "checkpoint=15.*10, 20, 30"),
        ({"run_name": "speeches", "checkpoint": "newest"}, "checkpoint='newest'.*10, 20, 30"),
        ({"run_name": "speeches", "checkpoint": None}, "checkpoint=None"),
        ({"model_name": "1M", "model_dir": None}, "model_dir=None"),
        ({"run_name": "speeches", "checkpoint_dir": None}, "checkpoint_dir=None"),
    ],
)
def test_load_names_what_there_is(models, run, arguments, words):
    with pytest.raises(lab.LabError, match=words):
        lab.load(**{"model_dir": models, "checkpoint_dir": run.folder.parent} | arguments)


@pytest.fixture
def copy(run, tmp_path):
    return shutil.copytree(run.folder, tmp_path / "checkpoint" / "speeches")


@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "changed"])
@pytest.mark.parametrize(
    "file", ["hparams.json", "encoder.json", "vocab.bpe", "model-30.index", "model-30.data-00000-of-00001"]
)
def test_a_missing_or_damaged_file_of_a_run_is_named(copy, file, harm):
    path = copy / file
    content = path.read_bytes()
    if harm == "missing":
        path.unlink()
    else:
        middle = len(content) // 2
        changed = content[:middle] + b"\xff" + content[middle + 1 :]
        path.write_bytes({"empty": b"", "cut": content[:middle], "changed": changed}[harm])
    with pytest.raises(CheckpointError, match=re.escape(file)):
        lab.load(run_name="speeches", checkpoint_dir=copy.parent)


@pytest.mark.parametrize(
    "content, words",
    [(None, "no saved step"), (b"", "names no checkpoint"), (b"\xff\xfe", "names no checkpoint")],
)
def test_a_missing_or_damaged_list_of_checkpoints_is_named(copy, content, words):
    (copy / "checkpoint").unlink() if content is None else (copy / "checkpoint").write_bytes(content)
    with pytest.raises(CheckpointError, match=words):
        lab.load(run_name="speeches", checkpoint_dir=copy.parent)


def test_a_missing_newest_step_points_to_an_earlier_one(copy):
    (copy / "model-30.index").unlink()
    with pytest.raises(CheckpointError, match="checkpoint=20"):
        lab.load(run_name="speeches", checkpoint_dir=copy.parent)
    with lab.load(run_name="speeches", checkpoint=20, checkpoint_dir=copy.parent) as lm:
        assert lm.generate(length=2)


def test_a_run_that_was_moved_or_whose_checkpoint_file_names_another_place_opens(copy, run):
    (copy / "checkpoint").write_text(
        'model_checkpoint_path: "C:\\\\work\\\\checkpoint\\\\speeches\\\\model-20"\n'
    )
    with lab.load(run_name="speeches", checkpoint_dir=copy.parent) as lm, run.load(20) as expected:
        assert lm.generate(length=10, seed=0) == expected.generate(length=10, seed=0)


def test_weights_of_another_shape_are_refused(copy, models):
    shutil.copy(models / "3M" / "hparams.json", copy)
    with pytest.raises(CheckpointError, match="hparams.json"):
        lab.load(run_name="speeches", checkpoint_dir=copy.parent)
