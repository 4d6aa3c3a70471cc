"""The table of the measures of samples: each is computed, told from the others, compared with human text."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from gpt2lab.measures.of_samples import MEASURES, distance_to_human, measure_samples, measure_with_model

SAMPLES = ["a rose is a rose is a rose and not a tulip", "the tulip is no rose and the rose no tulip at all"]
MODEL = SimpleNamespace(
    encode=str.split,
    token_losses=lambda texts: [(text.split(), np.full(len(text.split()), 2.0)) for text in texts],
)


def test_every_measure_has_a_name_of_its_own_and_is_computed():
    found = measure_samples(SAMPLES, train=SAMPLES) | measure_with_model(SAMPLES, MODEL)
    assert set(found) == {"words", *(measure.column for measure in MEASURES)}
    assert all(math.isfinite(value) for value in found.values())
    assert len({measure.title for measure in MEASURES}) == len(MEASURES)
    assert found["perplexity"] == pytest.approx(math.exp(2)) and found["copied"] == 1


def test_what_needs_the_training_text_is_left_out_without_it():
    assert "copied" not in measure_samples(SAMPLES)


@pytest.mark.parametrize("samples", [["", ""], ["a", ""]])
def test_where_too_little_was_written_a_measure_is_nan_and_the_others_count(samples):
    found = measure_samples(samples, train=SAMPLES)
    assert math.isnan(found["repetition"]) and found["words"] == sum(map(len, samples)) / 2


def test_half_the_perplexity_is_as_far_from_human_text_as_twice_as_much():
    half, twice = distance_to_human([10, 40], 20, "perplexity")
    assert half == pytest.approx(twice)
    assert distance_to_human([0.1, 0.4], 0.2, "dist_1") == pytest.approx([0.1, 0.2])
