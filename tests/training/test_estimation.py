"""What `estimate` promises: parts that add up, more for more, what a container leaves, and proposals that
fit.
"""

import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import REPOSITORY

import gpt2lab as lab
from gpt2lab.base import machine
from gpt2lab.base.wording import format_bytes
from gpt2lab.engine.memory import OPTIMIZERS, samples_that_fit
from gpt2lab.errors import ArgumentError, MemoryShortageError
from gpt2lab.pretrained.catalog import CARDS, PRECISIONS, bundled_names, find_card
from gpt2lab.training.estimation import TRUSTED, alternatives, require_memory

SIZES = list(CARDS)
SETTINGS = st.fixed_dictionaries(
    {
        "batch_size": st.integers(1, 20),
        "accumulate_gradients": st.integers(1, 8),
        "only_train_transformer_layers": st.booleans(),
        "optimizer": st.sampled_from(list(OPTIMIZERS)),
        "recompute": st.booleans(),
        "precision": st.sampled_from(PRECISIONS),
        "clip_norm": st.sampled_from([None, 1.0]),
    }
)


@pytest.fixture(autouse=True)
def much_memory(monkeypatch):
    monkeypatch.setenv("GPT2LAB_MEMORY", "64GB")


# The estimate


@given(st.sampled_from(SIZES), SETTINGS)
def test_parts_add_up_and_the_explanation_names_the_sum(model_name, settings):
    found = lab.estimate(model_name, **settings)
    assert sum(found.parts.values()) == found.bytes and all(part >= 0 for part in found.parts.values())
    assert found.available == 64_000_000_000 and found.fits == (found.bytes <= found.available)
    assert (
        model_name in found.explanation
        and format_bytes(found.bytes) in found.explanation
        and format_bytes(found.bytes) in repr(found)
    )
    assert ("does not fit" in repr(found)) == (not found.fits)


@given(st.sampled_from(SIZES[:-1]), SETTINGS)
def test_a_larger_model_or_batch_takes_more_and_each_saving_saves(model_name, settings):
    def takes(name=model_name, **changed):
        return lab.estimate(name, **{**settings, **changed}).bytes

    assert takes(SIZES[SIZES.index(model_name) + 1]) > takes()
    assert takes(batch_size=settings["batch_size"] + 1) >= takes()  # equal where saving takes most
    assert takes(batch_size=10 * settings["batch_size"]) > takes()
    assert takes(accumulate_gradients=5) >= takes(accumulate_gradients=1)
    assert takes(only_train_transformer_layers=True) <= takes(only_train_transformer_layers=False)
    assert takes(recompute=True) <= takes(recompute=False)
    assert takes(optimizer="sgd") <= takes(optimizer="adam") == takes(optimizer="adamw")


@given(st.sampled_from(SIZES), st.integers(1, 500), st.integers(1, 1023))
def test_a_generation_takes_more_for_more_samples_and_longer_ones(model_name, batch_size, length):
    def takes(batch_size, length):
        return lab.estimate(model_name, task="generate", batch_size=batch_size, length=length).bytes

    assert takes(batch_size, length) <= takes(batch_size + 1, length) <= takes(batch_size + 1, length + 1)
    assert takes(10 * batch_size + 10_000, length) > takes(1, length)


def test_as_many_samples_as_fit_do_and_one_more_does_not():
    hparams, room = find_card("124M").hparams, 10**9
    samples = samples_that_fit(hparams, 500, room)

    def takes(samples):
        found = lab.estimate("124M", task="generate", batch_size=samples, length=500).parts
        return found["keys and values"] + found["the logits"]

    assert takes(samples) <= room < takes(samples + 1)
    assert samples_that_fit(hparams, 500, 0) == 1


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"model_name": "2M"}, "did you mean '3M'"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"optimizer": "lion"}, "optimizer='lion'"),
        ({"precision": ["float32"]}, "precision="),
        ({"task": "train"}, "task='train'.*'finetune', 'generate'"),
        ({"length": 1025}, "length=1025.*window"),
        ({"recompute": "yes"}, "recompute='yes'"),
        ({"clip_norm": 0}, "clip_norm=0"),
    ],
)
def test_a_bad_value_is_refused(changed, words):
    with pytest.raises(ArgumentError, match=words):
        lab.estimate(**changed)


def test_an_estimate_does_not_start_tensorflow():
    code = "import sys, gpt2lab as lab; lab.estimate('124M').fits; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# What is available


@pytest.mark.parametrize(
    "text, expected",
    [
        ("8GB", 8 * 10**9),
        ("8 gb", 8 * 10**9),
        ("8G", 8 * 10**9),
        ("8GiB", 8 * 2**30),
        ("1.5GB", 15 * 10**8),
        ("500MB", 5 * 10**8),
        ("123456", 123456),
    ],
)
def test_the_environment_says_what_is_available(monkeypatch, text, expected):
    monkeypatch.setenv("GPT2LAB_MEMORY", text)
    assert lab.estimate("1M").available == expected and lab.estimate("1M").where == "GPT2LAB_MEMORY"


@pytest.mark.parametrize("text", ["much", "-1GB", "0GB", "8XB", "8iB"])
def test_a_size_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("GPT2LAB_MEMORY", text)
    with pytest.raises(ArgumentError, match="GPT2LAB_MEMORY=.*for example '8GB'"):
        lab.estimate("1M")


# Refusing


def refused(limit, monkeypatch, **asked):
    monkeypatch.setenv("GPT2LAB_MEMORY", limit)
    asked = {
        "model_name": "124M",
        "batch_size": 1,
        "accumulate_gradients": 5,
        "only_train_transformer_layers": False,
        "optimizer": "adam",
        "recompute": False,
        "precision": "float32",
        "clip_norm": None,
        **asked,
    }
    with pytest.raises(MemoryShortageError) as caught:
        require_memory(**asked)
    sentence = str(caught.value)
    assert "\n" not in sentence and sentence.endswith(".")
    given = re.search(r"give (.*) \(or set", sentence)
    return asked, sentence, eval(f"dict({given[1]})") if given else None


@pytest.mark.parametrize("model_name", ["124M", "355M", "1558M"])
@pytest.mark.parametrize("limit", ["1200MB", "3GB", "4GB", "6GB", "8GB"])
def test_what_is_proposed_fits_by_the_same_estimate_and_reads_as_many_tokens(model_name, limit, monkeypatch):
    asked, sentence, proposed = refused(limit, monkeypatch, model_name=model_name, batch_size=8)
    instead = asked | proposed
    assert lab.estimate(**instead).fits and not lab.estimate(**asked).fits
    assert (
        format_bytes(lab.estimate(**asked).bytes) in sentence
        and format_bytes(machine.parse_bytes("", limit)) in sentence
    )
    assert instead["batch_size"] * instead["accumulate_gradients"] == 40


def test_the_cheapest_setting_that_fits_is_proposed_first(monkeypatch):
    def takes(**settings):
        return lab.estimate("124M", **settings).bytes

    small = takes(batch_size=1, accumulate_gradients=20)
    assert TRUSTED * takes(batch_size=4) > small  # else nothing would be refused below
    assert refused(f"{small}", monkeypatch, batch_size=4)[2] == {"batch_size": 1, "accumulate_gradients": 20}
    again = takes(batch_size=1, accumulate_gradients=20, recompute=True)
    assert refused(f"{again}", monkeypatch, batch_size=4)[2] == {
        "batch_size": 1,
        "accumulate_gradients": 20,
        "recompute": True,
    }
    fewer = takes(batch_size=1, accumulate_gradients=20, recompute=True, only_train_transformer_layers=True)
    assert refused(f"{fewer}", monkeypatch, batch_size=4)[2] == {
        "batch_size": 1,
        "accumulate_gradients": 20,
        "recompute": True,
        "only_train_transformer_layers": True,
    }
    assert refused(f"{fewer - 1}", monkeypatch, batch_size=4)[2]["model_name"] == bundled_names()[-1]


def test_a_run_that_goes_on_is_offered_no_other_size_and_where_nothing_fits_it_says_so(monkeypatch):
    assert {
        other["model_name"]
        for other in alternatives(
            {
                "model_name": "355M",
                "batch_size": 4,
                "accumulate_gradients": 1,
                "recompute": False,
                "only_train_transformer_layers": False,
            },
            other_sizes=False,
        )
    } == {"355M"}
    assert "nothing smaller fits" in refused("900MB", monkeypatch, other_sizes=False)[1]
    assert "nothing smaller fits" in refused("100MB", monkeypatch)[1]


def test_what_may_just_fit_is_warned_of(monkeypatch):
    asked = {
        "model_name": "124M",
        "batch_size": 2,
        "accumulate_gradients": 1,
        "only_train_transformer_layers": False,
        "optimizer": "adam",
        "recompute": False,
        "precision": "float32",
        "clip_norm": None,
    }
    needed = lab.estimate(**asked).bytes
    monkeypatch.setenv("GPT2LAB_MEMORY", str(int(0.9 * needed)))
    # to accumulate takes gradients of its own
    with pytest.warns(UserWarning, match="it may not fit; if it does not, give recompute=True"):
        require_memory(**asked)
    monkeypatch.setenv("GPT2LAB_MEMORY", str(needed))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        require_memory(**asked)


def test_finetune_refuses_before_anything_is_fetched_or_written(tmp_path, monkeypatch, speeches, models):
    monkeypatch.setenv("GPT2LAB_MEMORY", "1.5GB")
    with pytest.raises(
        lab.LabError,
        match=(
            "Fine-tuning 3M .* 1.5 GB is what GPT2LAB_MEMORY allows; give batch_size=[0-9]+,"
            " accumulate_gradients="
        ),
    ):
        lab.finetune(
            speeches,
            "3M",
            steps=1,
            batch_size=32,
            accumulate_gradients=1,
            model_dir=models,
            checkpoint_dir=tmp_path / "checkpoint",
        )
    assert not (tmp_path / "checkpoint").exists()


# What is measured


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="asks the Linux kernel for the peak")
@pytest.mark.parametrize(
    "model_name, settings",
    [("1M", {}), ("1M", {"batch_size": 4}), ("3M", {}), ("3M", {"batch_size": 4, "accumulate_gradients": 2})],
)
def test_an_estimate_is_within_20_percent_of_what_a_new_process_takes(model_name, settings):
    sys.path.insert(0, str(REPOSITORY))
    try:
        from benchmarks.memory import measured
    finally:
        sys.path.pop(0)
    expected = lab.estimate(model_name, **{"accumulate_gradients": 1, **settings}).bytes
    assert expected == pytest.approx(max(measured(model_name, settings).values()), rel=0.2)
