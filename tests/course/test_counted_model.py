"""The model of counts that hidden inputs are made with: whatever a LanguageModel is asked, it answers,
consistently and without TensorFlow.
"""

import subprocess
import sys

import numpy as np
import pytest

import gpt2lab as lab
from gpt2lab.course import scenes
from gpt2lab.course.scenes.counted_model import CountedModel

TEXTS = [
    "The people of the Union and the law of the land.",
    "We ask the Congress for the law that the people want.",
]


@pytest.fixture(scope="module")
def lm():
    return CountedModel(TEXTS, after={"\\Ann-": [" dollars and cents"]})


def test_what_it_expects_is_what_surprises_it_less(lm):
    text = "We ask the people"
    scores = lm.score(text)
    for place in range(1, len(scores)):
        expected = lm.next_tokens(text[: scores.end[place - 1]]).set_index("id").probability
        assert scores.nats[place] == pytest.approx(-np.log(expected[scores.id[place]]), rel=1e-4)
        assert expected.sum() == pytest.approx(1)


def test_it_knows_what_it_has_counted(lm):
    assert (
        lab.perplexity(lm, TEXTS).perplexity
        < lab.perplexity(lm, "Dollars nobody ever counted before, said Ann.").perplexity
    )
    assert lm.next_tokens("Ask the Congress").token[0] == " for"


def test_the_same_seed_writes_the_same_and_the_cuts_hold(lm):
    written = lm.generate("We", nsamples=5, length=12, temperature=1.0, seed=3)
    assert written == lm.generate("We", nsamples=5, length=12, temperature=1.0, seed=3, batch_size=2)
    assert len(set(written)) > 1
    assert (
        len(set(lm.generate("We", nsamples=5, length=12, top_k=1, seed=3)))
        == 1
        == len(set(lm.generate("We", nsamples=2, length=12, temperature=0)))
    )


def test_cuts_keep_what_they_say(lm):
    expected = lm.next_tokens("for the", top_p=0.5)
    kept = expected[expected.kept]
    assert kept.probability.sum() >= 0.5 > kept.probability[:-1].sum()
    assert expected.sampled_probability.sum() == pytest.approx(1)
    assert lm.next_tokens("for the", top_k=3).kept.sum() == 3
    colder = lm.next_tokens("for the", temperature=0.5)
    assert colder.sampled_probability[0] == pytest.approx(
        colder.probability[0] ** 2 / (colder.probability**2).sum(), rel=1e-4
    )


def test_a_known_beginning_makes_its_words_more_probable(lm):
    after, plain = lm.score("\\Ann- dollars"), lm.score("\\Bob- dollars")
    assert after.nats.iloc[-1] < plain.nats.iloc[-1]


def test_a_closed_model_says_so():
    lm = CountedModel(TEXTS)
    lm.close()
    with pytest.raises(lab.errors.ArgumentError, match="closed"):
        lm.score("We")


def test_the_fine_tuned_stand_in_is_less_surprised_by_new_speeches():
    splits = scenes.speeches(np.random.default_rng(0))
    before, after = scenes.models(splits, "3M")
    assert lab.compare_perplexity(before, after, splits.valid).ratio < 0.95


def test_no_tensorflow_is_needed():
    code = (
        "import sys, numpy\n"
        "from gpt2lab.course import scenes\n"
        "splits = scenes.speeches(numpy.random.default_rng(0))\n"
        "lm = scenes.models(splits, '3M')[0]\n"
        "lm.generate(length=3)\n"
        "lm.score('We')\n"
        "assert 'tensorflow' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
