"""What Holtzman et al. (2019) published on sampling: the table says what the orderings say, and the bundled
3M bears most of them out.
"""

import itertools

import pandas as pd
import pytest
from at_length import soak

import gpt2lab as lab
from benchmarks.sampling import measure
from gpt2lab.errors import ArgumentError
from gpt2lab.experiments import published_sampling, sampling_orderings

PARAMETERS = {
    "human": "human",
    "greedy": "temperature",
    "pure sampling": "temperature",
    "temperature 0.9": "temperature",
    "top_k 40": "top_k",
    "top_k 640": "top_k",
    "top_p 0.95": "top_p",
}
# A model that has read few speeches knows less of what these people will say than of what it says itself.
OTHERWISE_IN_3M = {
    "pure sampling is more surprising than human text",
    "in surprise top_p is more human than pure sampling",
}
SEEDS = range(soak(1, at_length=3))


def as_sweep(table):
    """A table of `published_sampling` as `lab.sweep` would have made it."""
    rows = table.loc[list(PARAMETERS)].assign(parameter=list(PARAMETERS.values()))
    return rows.reset_index(drop=True)


def test_the_published_table_bears_out_its_own_orderings():
    orderings = sampling_orderings(as_sweep(published_sampling()))
    assert (
        len(orderings) == 13
        and orderings["holds"].all()
        and list(orderings["published"]) == list(orderings["measured"])
    )


def test_orderings_that_do_not_hold_are_found():
    published = published_sampling()
    measures = ["perplexity", "self_bleu", "zipf", "repetition"]
    # Distances by ratio stay what they are
    other_way_round = published.assign(**{name: 1 / published[name] for name in measures})
    held = set(sampling_orderings(as_sweep(other_way_round)).query("holds")["ordering"])
    assert {ordering.split()[1] for ordering in held} <= {"variety", "surprise"}
    one_changed = published.assign(
        self_bleu=published["self_bleu"].mask(published.index == "top_p 0.95", 0.9)
    )
    lost = sampling_orderings(as_sweep(one_changed)).query("not holds")
    assert sorted(lost["ordering"]) == [
        "in variety top_p is more human than pure sampling",
        "in variety top_p is more human than top_k",
    ]
    assert set(lost["measured"]) == {"0.9 and 0.39, human 0.31", "0.9 and 0.28, human 0.31"}


def test_only_what_the_settings_can_decide_is_judged_and_by_the_nearest_of_them():
    table = as_sweep(published_sampling())
    without_greedy = sampling_orderings(table[table["temperature"] != 0])
    assert len(without_greedy) == 11 and not without_greedy["ordering"].str.contains("greedy").any()
    assert "top_k" not in " ".join(sampling_orderings(table[~(table["top_k"] > 0).fillna(False)])["ordering"])
    assert sampling_orderings(table[table["parameter"] == "human"]).empty
    farther = table[table["parameter"] == "top_k"].assign(top_k=300, self_bleu=0.0)
    assert sampling_orderings(pd.concat([farther, table])).equals(sampling_orderings(table))


@pytest.mark.parametrize(
    "wrong",
    [4, pd.DataFrame({"a": [1]}), as_sweep(published_sampling()).iloc[1:]],
    ids=["number", "other table", "no human text"],
)
def test_another_table_is_refused(wrong):
    with pytest.raises(ArgumentError, match="reference="):
        sampling_orderings(wrong)


# A real model, three seeds


@pytest.fixture(scope="module")
def sweeps(large):
    people = lab.presidential_speeches(since=1947).split(valid=0.1, test=0.1, seed=0).test
    return [
        lab.sweep(
            large,
            temperature=[0, 0.5, 1],
            top_k=[40],
            top_p=[0.5, 0.95],
            nsamples=40,
            length=40,
            seed=seed,
            prefix="\n",  # from nothing, it ends every fourth text before it begins
            reference=people,
        )
        for seed in SEEDS
    ]


def values(table, measure):
    """A measure by the name of its setting."""
    names = ["greedy", "T 0.5", "T 1", "k 40", "p 0.5", "p 0.95", "human"]
    return dict(zip(names, table[measure].astype(float)))


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_published_on_repetition_holds_in_3m_but_its_own_text_surprises_it_less_than_ours(
    sweeps, seed
):
    orderings = sampling_orderings(sweeps[seed])
    # How the self-BLEU of forty short samples compares with that of human text is a matter of the seed;
    # notebook 8 asks a hundred longer ones.
    decided = orderings[
        (orderings["measure"] != "self_bleu") | orderings["ordering"].str.contains("low temperature")
    ]
    assert (
        len(orderings) == 13
        and len(decided) == 9
        and set(decided[~decided["holds"]]["ordering"]) == OTHERWISE_IN_3M
    )
    surprise = values(sweeps[seed], "perplexity")
    assert surprise["human"] > 1.1 * surprise["T 1"]


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("seed", SEEDS)
def test_the_less_a_model_may_choose_the_more_it_repeats(sweeps, seed):
    repeated = values(sweeps[seed], "repetition")
    assert repeated["greedy"] > 0.3 + max(repeated[name] for name in repeated if name != "greedy")
    for safer, wilder in (("T 0.5", "T 1"), ("p 0.5", "p 0.95")):
        assert repeated[safer] > max(0.003, 2 * repeated[wilder])
    assert max(repeated["T 1"], repeated["p 0.95"], repeated["human"]) < 0.015


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("seed", SEEDS)
def test_variety_is_paid_for_in_likelihood(sweeps, seed):
    surprise, alike, frequent = (
        values(sweeps[seed], measure) for measure in ("perplexity", "self_bleu", "zipf")
    )
    for order in (("greedy", "T 0.5", "T 1"), ("p 0.5", "p 0.95", "T 1"), ("k 40", "T 1")):
        for safer, wilder in itertools.pairwise(order):
            assert surprise[wilder] > 1.15 * surprise[safer]
    for safer in ("T 0.5", "p 0.5"):
        assert alike[safer] > 1.2 * alike["T 1"]
    for safer in ("T 0.5", "p 0.5", "k 40"):
        assert frequent[safer] > 1.1 * frequent["T 1"]
    assert alike["greedy"] == pytest.approx(1)  # one text, many times


@pytest.mark.slow
def test_the_benchmark_times_every_part_of_two_models(small, run, monkeypatch):
    monkeypatch.setattr("benchmarks.sampling.SWEPT", {"temperature": [0, 1], "top_p": [0.9]})
    splits = lab.presidential_speeches(since=1993, until=2000).split(valid=0.1, test=0.1, seed=0)
    with run.load() as tuned:
        seconds = measure({"before": small, "after": tuned}, splits, nsamples=3, length=12)
    assert len(seconds) == 5 and all(took > 0 for took in seconds.values())
