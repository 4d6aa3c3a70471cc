"""What a check of notebook 6 says depends on what was measured."""

import re
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from exercises.notebook_06 import CASES, COMPARED, interval, trying
from places import NOTEBOOKS

from gpt2lab.course.checks.checking import judge

# Modules that Python 3.12 and 3.13 left out ("What's New", and PEP 594).
REMOVED = set(
    "asynchat asyncore distutils imp smtpd aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib"
    " nis nntplib ossaudiodev pipes sndhdr spwd sunau telnetlib uu xdrlib".split()
)


@pytest.mark.parametrize(
    "perplexities, letter",
    [((44, 480, 86, 5), "d"), ((20, 480, 86, 25), "a"), ((44, 480, 30, 50), "c"), ((44, 12, 86, 50), "b")],
)
def test_the_prediction_is_judged_by_what_was_measured(perplexities, letter):
    states = {
        answer: judge("06.1", answer, pd.Series(perplexities, index=list("abcd"))).state for answer in "abcd"
    }
    assert [answer for answer, state in states.items() if state == "right"] == [letter]


def test_intervals_are_said_to_overlap_only_if_they_do():
    apart = SimpleNamespace(intervals={"perplexity": (20.0, 30.0)})
    assert "do overlap here" in judge("06.5", "a", COMPARED).reason
    assert (
        "do not overlap here"
        in judge(
            "06.5", "a", SimpleNamespace(before=COMPARED.before, after=apart, interval=(0.4, 0.6))
        ).reason
    )


def test_a_sentence_that_is_hopelessly_long_breaks_nothing():
    assert judge("06.2", 5, pd.Series([5.0] * 500)).state == "wrong"


def test_the_code_that_the_notebook_reads_is_there_in_every_python():
    source = next((NOTEBOOKS / "source").glob("06_*.py")).read_text(encoding="utf-8")
    names = " ".join(re.findall(r'^files \+?= "([^"]*)"', source, flags=re.MULTILINE)).split()
    library = Path(sysconfig.get_paths()["stdlib"])
    assert len(names) > 20 and all((library / f"{name}.py").is_file() for name in names)
    assert REMOVED.isdisjoint(names)


def test_an_honest_bootstrap_is_right_whatever_its_draws():
    for seed in range(40):

        def with_other_draws(nats, tokens, rng, seed=seed):
            return interval(nats, tokens, np.random.default_rng((seed, int(rng.integers(2**32)))))

        assert judge("06.4", trying(with_other_draws), CASES).state == "right"


def test_the_middle_90_percent_are_wrong_whatever_the_draws():
    for seed in range(40):

        def narrower(nats, tokens, rng, seed=seed):
            rng = np.random.default_rng((seed, int(rng.integers(2**32))))
            drawn = rng.integers(len(nats), size=(2000, len(nats)))
            return np.quantile(np.exp(nats[drawn].sum(1) / tokens[drawn].sum(1)), [0.05, 0.95])

        assert "middle 90 %" in judge("06.4", trying(narrower), CASES).reason


def test_too_few_resamples_are_not_taken_for_another_mistake():
    def few(nats, tokens, rng):
        drawn = rng.integers(len(nats), size=(30, len(nats)))
        return np.quantile(np.exp(nats[drawn].sum(1) / tokens[drawn].sum(1)), [0.025, 0.975])

    verdict = judge("06.4", trying(few), CASES)
    assert verdict.state == "wrong" and "2,000 resamples" in verdict.reason
