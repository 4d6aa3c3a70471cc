"""What a check of notebook 8 says depends on what was measured."""

import numpy as np
import pandas as pd
import pytest
from exercises.notebook_08 import CASES, OPEN, SURE, TABLE, sample_token

from gpt2lab.course.checks.checking import judge


def with_values(measure, *values):
    return TABLE.assign(**{measure: [*values, *TABLE[measure][len(values) :]]})


@pytest.mark.parametrize(
    "dist_1, self_bleu, letter",
    [
        ((0.1, 0.2, 0.3), (0.1, 0.2, 0.3), "a"),
        ((0.1, 0.2, 0.3), (0.3, 0.2, 0.1), "b"),
        ((0.3, 0.2, 0.1), (0.1, 0.2, 0.3), "c"),
        ((0.3, 0.2, 0.1), (0.3, 0.2, 0.1), "d"),
    ],
)
def test_the_prediction_is_judged_by_what_was_measured(dist_1, self_bleu, letter):
    table = with_values("dist_1", *dist_1).assign(self_bleu=with_values("self_bleu", *self_bleu)["self_bleu"])
    assert [answer for answer in "abcd" if judge("08.4", answer, table).state == "right"] == [letter]


def test_of_two_settings_equally_near_either_is_right():
    table = with_values("dist_1", 0.31)  # as far below human text as row 3 is above it
    assert judge("08.5", (0, 1), table).state == judge("08.5", (3, 1), table).state == "right"


def test_near_in_perplexity_may_be_meant_as_a_difference_or_as_a_ratio():
    # 27 below and 30 above human text, by the factors 1.8 and 1.5
    table = with_values("perplexity", 5.0, 33.0, 90.0)
    assert judge("08.5", (3, 1), table).state == judge("08.5", (3, 2), table).state == "right"
    assert judge("08.5", (3, 0), table).state == "wrong"


def test_one_token_more_or_less_of_thousands_is_rounding_but_the_token_that_reaches_p_is_not():
    assert judge("08.2", (1, 6), SURE, OPEN).state == "right"
    assert judge("08.2", (1, 4), SURE, OPEN).state == judge("08.2", (2, 5), SURE, OPEN).state == "wrong"


@pytest.mark.parametrize("seed", range(30))
def test_no_honest_sampler_is_turned_away_by_chance(seed):
    def draws(probabilities, temperature, top_p, n=1000):
        rng = np.random.default_rng(seed)
        return [sample_token(np.array(probabilities), temperature, top_p, rng) for _ in range(n)]

    assert judge("08.7", draws, CASES).state == "right"


@pytest.mark.slow
def test_the_survivors_of_a_real_table_are_those_that_the_sampler_keeps(small):
    sure, open_ended = (
        small.next_tokens(prompt) for prompt in ("The President of the United", "I went to the")
    )
    kept = [
        int(small.next_tokens(prompt, top_p=0.9).kept.sum())
        for prompt in ("The President of the United", "I went to the")
    ]
    assert (
        kept[0] < kept[1] and judge("08.2", kept, sure.probability, open_ended.probability).state == "right"
    )


@pytest.mark.slow
def test_the_likeliest_token_by_hand_is_that_of_the_sampler(small):
    table = small.next_tokens("I went to the", temperature=0.5)
    assert judge("08.1", float(table.sampled_probability[0]), pd.Series(table.probability)).state == "right"
