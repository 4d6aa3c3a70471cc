"""The laws of the loss are what their authors wrote, and a line through points is found again."""

import math

import pytest

import gpt2lab as lab
from gpt2lab.errors import ArgumentError
from gpt2lab.experiments.laws import HOFFMANN, KAPLAN, TOKENS_READ, fit_power_law, nats_promised
from gpt2lab.pretrained.catalog import bundled_names


def test_the_laws_of_the_loss_are_what_their_authors_wrote():
    # Chinchilla: 70 billion parameters, 1.4 trillion tokens
    chinchilla = nats_promised(70e9, 70e9, 1.4e12)
    assert chinchilla[HOFFMANN] == pytest.approx(1.936, abs=1e-3)
    assert chinchilla[KAPLAN] == pytest.approx((8.8e13 / 70e9) ** 0.076)
    # A law without the text read is that of endless text
    endless = nats_promised(70e9, 70e9, math.nan)[HOFFMANN]
    assert endless == pytest.approx(nats_promised(70e9, 70e9, 1e60)[HOFFMANN])


def test_the_laws_stand_in_bits_per_byte_with_parameters_counted_as_their_authors_do():
    table = lab.experiments.loss_laws()
    assert list(table.index) == list(lab.models().index)
    assert table.loc["124M", "without_embeddings"] == 85_056_000
    # 4.19 bytes a token of WebText2
    kaplan = (8.8e13 / 85_056_000) ** 0.076 / math.log(2) / 4.192
    assert table.loc["124M", KAPLAN] == pytest.approx(kaplan, rel=1e-4)
    assert all(table[law].is_monotonic_decreasing for law in (KAPLAN, HOFFMANN))
    with pytest.raises(ArgumentError, match="did you mean"):
        lab.experiments.loss_laws(["124"])


def test_the_tokens_that_a_size_read_are_known_for_all_that_are_bundled_and_no_others():
    assert sorted(TOKENS_READ) == sorted(bundled_names())
    known = lab.experiments.loss_laws()["tokens_read"].dropna()
    assert dict(known) == TOKENS_READ


def test_a_line_through_points_is_found_again_and_so_is_what_is_off_it():
    sizes = [4e5, 2e6, 9e6]
    exponent, factor, distance = fit_power_law(sizes, [3.0 * size**-0.05 for size in sizes])
    assert (exponent, factor) == pytest.approx((0.05, 3.0)) and distance < 1e-12
    # The middle of three points off by 3 %: the line meets it part of the way
    exponent, _, distance = fit_power_law([1, 10, 100], [4.0, 2.0 * 1.03, 1.0])
    assert exponent == pytest.approx(math.log(4) / math.log(100)) and 0.015 < distance < 0.025
