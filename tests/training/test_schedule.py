"""What the learning rate does: rises, stays or falls, and depends on nothing but the step and where the call
begins and ends.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt2lab.training.schedule import DECAYS, learning_rate_at


def rates(total, warmup_steps, decay, start=0, rate=1.0):
    return [
        learning_rate_at(step, start, start + total, rate, warmup_steps, decay)
        for step in range(start + 1, start + total + 1)
    ]


def test_without_warmup_and_decay_it_stays():
    assert rates(5, 0, "constant", rate=0.3) == [0.3] * 5


def test_warmup_rises_evenly_and_the_step_after_it_has_the_whole_rate():
    assert rates(6, 3, "constant") == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1])


def test_linear_falls_evenly_and_the_last_step_still_moves():
    assert rates(5, 1, "linear") == pytest.approx([0.5, 1, 0.75, 0.5, 0.25])


def test_cosine_falls_to_a_tenth():
    found = rates(1000, 0, "cosine")
    assert found[0] == 1 and found[500] == pytest.approx(0.55) and found[-1] == pytest.approx(0.1, abs=1e-4)
    assert found[250] == pytest.approx(0.1 + 0.9 * (1 + math.cos(math.pi / 4)) / 2)


@given(st.integers(1, 300), st.data(), st.sampled_from(DECAYS), st.integers(0, 1000))
def test_it_rises_then_falls_is_never_0_and_is_the_same_wherever_the_call_begins(total, data, decay, start):
    warmup = data.draw(st.integers(0, total - 1))
    found = rates(total, warmup, decay, start)
    assert found == rates(total, warmup, decay)
    assert all(0 < rate <= 1 for rate in found) and found[warmup] == 1
    assert found[: warmup + 1] == sorted(found[: warmup + 1]) and found[warmup:] == sorted(
        found[warmup:], reverse=True
    )


def test_transformers_and_nanogpt_agree():
    """Their formulas, written out."""
    total, warmup = 40, 4
    linear = rates(total, warmup, "linear")
    for current in range(warmup, total):  # get_linear_schedule_with_warmup, which counts steps from 0
        assert linear[current] == pytest.approx((total - current) / (total - warmup))
    cosine = rates(total, warmup, "cosine")
    # nanoGPT's get_lr with min_lr = learning_rate / 10 and lr_decay_iters = max_iters
    for iteration in range(total):
        way = (iteration - warmup) / (total - warmup)
        expected = (
            (iteration + 1) / (warmup + 1)
            if iteration < warmup
            else 0.1 + 0.5 * (1 + math.cos(math.pi * way)) * 0.9
        )
        assert cosine[iteration] == pytest.approx(expected)
