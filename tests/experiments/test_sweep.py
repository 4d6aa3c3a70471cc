"""Sweeps of sampling: each set is measured as by hand, nothing is written twice, and the figures say what
the table says.
"""

import csv
import io
import json
import math
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from PIL import Image

import gpt2lab as lab
from gpt2lab import plots
from gpt2lab.cli import main
from gpt2lab.errors import ArgumentError, ExperimentError, TextError
from gpt2lab.experiments.sweep import Writer, open_origin
from gpt2lab.measures import of_samples

HUMAN = (
    "We hold these truths to be self evident that all people are created equal and that they have rights. "
    * 40
)
MEASURES = [measure.column for measure in of_samples.MEASURES if measure.needs != "train"]


class Parrot:
    """Has what a sweep asks of a model: draws from fewer words the lower temperature, k and p; each word
    costs a nat for each letter.
    """

    window, hparams, origin, name = 64, {"n_vocab": 100}, None, "parrot"

    def __init__(self, weights="w"):
        self.weights, self.asked, self.interrupt_at = weights, [], None

    def checksum(self):
        return self.weights

    def encode(self, text):
        return [sum(map(ord, word)) for word in text.split(" ") if word]

    def generate(self, prefix, nsamples, length, temperature, top_k, top_p, seed, include_prefix):
        assert include_prefix is False
        self.asked.append((temperature, top_k, top_p))
        if len(self.asked) == self.interrupt_at:
            raise KeyboardInterrupt
        words = [
            f"w{number}" + "o" * (number % 4)
            for number in range(max(1, int(temperature * 15 * (top_k or 50) / 50 * (top_p or 1))))
        ]
        drawn = np.random.default_rng(seed).integers(0, 10**6, (nsamples, length)) % len(words)
        return [" " + " ".join(words[number] for number in row) for row in drawn]

    def token_losses(self, texts, stride=None):
        return [
            (self.encode(text), np.array([len(word) for word in text.split(" ") if word], np.float32))
            for text in texts
        ]


@pytest.fixture
def parrot():
    return Parrot()


@pytest.fixture
def table(parrot):
    return lab.sweep(parrot, nsamples=8, length=20, reference=HUMAN)


def test_one_call_is_the_experiment_each_parameter_alone_and_the_others_cutting_nothing(table, parrot):
    assert parrot.asked == [
        (0.5, 0, 0),
        (1, 0, 0),
        (1.5, 0, 0),
        (1, 25, 0),
        (1, 50, 0),
        (1, 75, 0),
        (1, 0, 0.5),
        (1, 0, 0.8),
        (1, 0, 0.95),
    ]
    assert list(table["parameter"]) == ["temperature"] * 3 + ["top_k"] * 3 + ["top_p"] * 3 + ["human"]
    assert list(table["value"][:-1]) == [0.5, 1, 1.5, 25, 50, 75, 0.5, 0.8, 0.95]


def test_what_is_given_is_varied_and_nothing_else(parrot):
    found = lab.sweep(parrot, top_k=[5, 0], nsamples=2, length=5)
    assert list(zip(found["parameter"], found["top_k"], found["temperature"], found["top_p"])) == [
        ("top_k", 5, 1, 0),
        ("top_k", 0, 1, 0),
    ]
    assert "copied" not in found and found.columns[-1] == "seconds"


def test_a_grid_is_every_combination(parrot):
    found = lab.sweep(
        parrot, temperature=[0.5, 1], top_p=np.array([0.5, 0.9]), nsamples=2, length=5, grid=True
    )
    assert parrot.asked == [(0.5, 0, 0.5), (0.5, 0, 0.9), (1, 0, 0.5), (1, 0, 0.9)]
    assert set(found["parameter"]) == {"grid"} and found["value"].isna().all()


def test_a_setting_that_two_parameters_share_is_written_once(parrot):
    found = lab.sweep(parrot, temperature=[1], top_k=[0], top_p=[0], nsamples=2, length=5)
    assert len(parrot.asked) == 1 and len(found) == 3 and found["dist_1"].nunique() == 1


def test_each_row_is_what_the_measures_say_of_its_samples(table):
    for row, samples in table.attrs["samples"].items():
        counted = [len(word) for text in samples for word in text.split(" ") if word]
        by_hand = {
            "dist_1": lab.distinct(samples),
            "dist_2": lab.distinct(samples, 2),
            "self_bleu": lab.self_bleu(samples),
            "repetition": lab.repetition(samples),
            "zipf": lab.zipf(samples),
            "perplexity": math.exp(sum(counted) / len(counted)),
        }
        assert table.loc[row, list(by_hand)].to_dict() == pytest.approx(by_hand), row
        assert table.loc[row, "words"] == np.mean([len(lab.words(text)) for text in samples])


def test_human_text_comes_last_in_pieces_as_long_as_samples(table):
    human = table.iloc[-1]
    pieces = table.attrs["samples"][len(table) - 1]
    assert (
        human["parameter"] == "human"
        and human["nsamples"] == 8
        and math.isnan(human["value"])
        and human["words"] == 20
    )
    assert len(pieces) == 8 and all(piece in HUMAN for piece in pieces)


def test_too_little_human_text_is_said(parrot):
    with pytest.warns(UserWarning, match="room for 1 pieces"):
        found = lab.sweep(parrot, top_k=[5], nsamples=4, length=20, reference="A text of twenty words " * 5)
    assert found.iloc[-1]["nsamples"] == 1 and math.isnan(found.iloc[-1]["self_bleu"])


def test_copies_of_the_training_text_are_counted(parrot):
    written = lab.sweep(parrot, top_k=[100], nsamples=3, length=20).attrs["samples"][0]
    found = lab.sweep(
        parrot, top_k=[100], nsamples=3, length=20, train=[*written[:2], HUMAN], reference=HUMAN
    )
    assert found.loc[0, "copied"] == pytest.approx(2 / 3) and found.loc[1, "copied"] == 1


def test_the_prefix_is_not_measured_with_what_follows_it(parrot):
    alone = lab.sweep(parrot, top_k=[25], nsamples=4, length=10)
    after = lab.sweep(parrot, top_k=[25], nsamples=4, length=10, prefix="My fellow citizens of all states")
    assert after[MEASURES].equals(alone[MEASURES]) and after.attrs == alone.attrs


def test_a_model_that_writes_nothing_has_no_measures(parrot):
    parrot.generate = lambda prefix, nsamples, *settings, **also: [""] * nsamples
    found = lab.sweep(parrot, top_k=[5], nsamples=3, length=20, reference=HUMAN)
    assert found.loc[0, MEASURES].isna().all() and found.loc[0, "words"] == 0


def test_an_interrupted_sweep_goes_on_where_it_stopped(parrot, tmp_path):
    asked = {"nsamples": 3, "length": 12, "folder": tmp_path / "sweep"}
    parrot.interrupt_at = 5
    with pytest.raises(KeyboardInterrupt):
        lab.sweep(parrot, **asked)
    found = lab.sweep(parrot, **asked)
    assert len(parrot.asked) == 5 + 5 and parrot.asked[4] == parrot.asked[5]
    again = lab.sweep(parrot, **asked)
    # The seconds too: nothing was done again
    assert len(parrot.asked) == 10 and again.equals(found) and again.attrs == found.attrs
    lab.sweep(parrot, **asked, reference=HUMAN, train=HUMAN)
    assert len(parrot.asked) == 10
    other = Parrot("other weights")
    lab.sweep(other, **asked)
    assert len(other.asked) == 9


def test_threads_give_the_same_table(parrot):
    with ThreadPoolExecutor(3) as executor:
        found = lab.sweep(parrot, nsamples=4, length=12, executor=executor)
    assert found.drop(columns="seconds").equals(
        lab.sweep(parrot, nsamples=4, length=12).drop(columns="seconds")
    )


def test_a_model_that_is_on_no_disk_cannot_go_to_other_processes(parrot):
    with (
        lab.experiments.processes(1) as executor,
        pytest.raises(ArgumentError, match="not opened from disk.*executor=None"),
    ):
        lab.sweep(parrot, nsamples=4, length=12, executor=executor)
    assert parrot.asked == []


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"temperature": []}, "temperature is empty"),
        ({"temperature": 0.7}, r"put it into a list, temperature=\[0.7\]"),
        ({"temperature": [-1]}, "temperature=-1 is out of range"),
        ({"temperature": [1, 1.0]}, "twice"),
        ({"temperature": ["hot"]}, "temperature='hot'"),
        ({"top_k": [1.5]}, "top_k=1.5 is not a whole number"),
        ({"top_k": [101]}, "the size of the vocabulary"),
        ({"top_p": [95]}, "from 0 to 1"),
        ({"nsamples": 1}, "self-BLEU compares"),
        ({"nsamples": 0}, "nsamples=0"),
        ({"length": 0}, "length=0"),
        ({"length": 64}, "length=64 is above 63"),
        ({"prefix": "a " * 60}, "length=20 is above 4"),
        ({"prefix": "a " * 64}, "prefix fills the window"),
        ({"prefix": 4}, "prefix=4 is no text"),
        ({"seed": -1}, "seed=-1"),
        ({"grid": "yes"}, "grid='yes'"),
        ({"executor": 4}, "executor is of type int"),
        ({"reference": 4}, "reference is of type int"),
        ({"train": []}, "train is empty"),
    ],
)
def test_a_bad_value_is_refused_before_anything_is_written(parrot, tmp_path, wrong, words):
    with pytest.raises(ArgumentError, match=words):
        lab.sweep(parrot, **{"length": 20, "folder": tmp_path / "sweep"} | wrong)
    assert parrot.asked == [] and not (tmp_path / "sweep").exists()


def test_a_text_without_words_is_refused(parrot):
    with pytest.raises(TextError, match="reference has no words"):
        lab.sweep(parrot, reference=" \n", length=20)


# Figures


def numbers_of(figure):
    return {float(text.replace(",", "")) for text in re.findall(r"\d[\d,]*(?:\.\d+)?", figure.caption)}


def test_the_figure_says_where_each_measure_goes_and_who_is_nearest_to_people(table):
    figure = plots.sweep(table)
    assert len(figure.axes) == len(MEASURES) * 3 and [axes.get_xlabel() for axes in figure.axes[-3:]] == [
        "temperature",
        "top_k",
        "top_p",
    ]
    first, last = table.loc[0, "dist_1"], table.loc[2, "dist_1"]
    assert f"From temperature 0.5 to 1.5: dist-1 from {first:.2g} to {last:.2g}" in figure.caption
    nearest = (table["self_bleu"][:-1] - table["self_bleu"].iloc[-1]).abs().idxmin()
    label = {"temperature": "T", "top_k": "k", "top_p": "p"}[
        table.loc[nearest, "parameter"]
    ] + f" {table.loc[nearest, 'value']:g} ("
    assert "self-BLEU" in figure.caption.split("of the settings tried")[1].split(label)[1].split(")")[0]
    lines = figure.axes[0].get_lines()
    assert list(lines[0].get_ydata()) == list(table["dist_1"][:3]) and set(lines[1].get_ydata()) == {
        table["dist_1"].iloc[-1]
    }


def test_the_figure_draws_the_measures_asked_for(table):
    figure = plots.sweep(table, measures=["self_bleu", "dist_1"])
    assert [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()] == [
        "self-BLEU",
        "dist-1",
    ] and "Zipf" not in figure.caption
    for wrong, words in (
        ([], "empty"),
        (["zipf", "zipf"], "twice"),
        (["copied"], "'copied'.*some of dist_1"),
        ("bleu", "'bleu'"),
    ):
        with pytest.raises(ArgumentError, match=words):
            plots.sweep(table, measures=wrong)


def test_the_figure_draws_measures_of_the_readers_own(table):
    own = table.assign(letters=[len("".join(texts)) for texts in table.attrs["samples"].values()])
    figure = plots.sweep(own, measures=["letters"])
    assert [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()] == ["letters"]
    assert "letters from" in figure.caption and "(letters)" in figure.caption
    assert len(plots.sweep(own).axes) == len(plots.sweep(table).axes)
    for wrong in ("value", "parameter", "nothing"):
        with pytest.raises(ArgumentError, match=f"'{wrong}'"):
            plots.sweep(own.assign(nothing=np.nan), measures=[wrong])


def test_no_cut_stands_last_and_is_called_all(parrot):
    figure = plots.sweep(lab.sweep(parrot, top_k=[0, 20, 5], nsamples=3, length=20))
    assert [label.get_text() for label in figure.axes[-1].get_xticklabels()] == ["5", "20", "all"]
    assert "From top_k 5 to all" in figure.caption and "uman" not in figure.caption


def test_the_plane_marks_every_setting_and_people(table):
    figure = plots.quality_diversity(table)
    assert {text.get_text() for text in figure.axes[0].texts} == {
        "T 0.5",
        "T 1",
        "T 1.5",
        "k 25",
        "k 50",
        "k 75",
        "p 0.5",
        "p 0.8",
        "p 0.95",
        "human: nearer is better",
    }
    human = table.iloc[-1]
    assert any(
        set(zip(*line.get_data())) == {(human["perplexity"], human["self_bleu"])}
        for line in figure.axes[0].get_lines()
    )
    assert "Human text (diamond)" in figure.caption and round(human["perplexity"]) in {
        round(number) for number in numbers_of(figure)
    }


def test_combinations_have_a_plane_and_no_axis(parrot):
    found = lab.sweep(parrot, temperature=[0.5, 1], top_k=[20, 40], nsamples=3, length=20, grid=True)
    assert "T 0.5, k 20" in {text.get_text() for text in plots.quality_diversity(found).axes[0].texts}
    with pytest.raises(ArgumentError, match="quality_diversity"):
        plots.sweep(found)


@pytest.mark.parametrize("draw", [plots.sweep, plots.quality_diversity])
def test_a_figure_can_be_drawn_of_a_table_read_back_and_of_gaps_in_it_but_of_no_other(draw, table):
    back = pd.read_csv(io.StringIO(table.to_csv(index=False)))
    assert draw(back).caption == draw(table).caption
    back.loc[0, MEASURES] = math.nan
    assert Image.open(io.BytesIO(draw(back).png())).width > 500
    for wrong in (back[back["parameter"] == "human"], back[["value"]], 4):
        with pytest.raises(ArgumentError, match="lab.sweep"):
            draw(wrong)


# Real models

REAL = {"temperature": [0.5, 1.5], "top_k": [5, 50], "nsamples": 6, "length": 20, "seed": 3}


def test_results_that_were_kept_when_there_were_fewer_measures_are_completed(parrot, tmp_path):
    asked = {"top_k": [5], "nsamples": 3, "length": 12, "folder": tmp_path}
    found = lab.sweep(parrot, **asked)
    (kept,) = tmp_path.glob("*.json")
    record = json.loads(kept.read_text())
    del record["result"]["perplexity"]
    kept.write_text(json.dumps(record))
    again = lab.sweep(parrot, **asked)
    assert again.equals(found) and len(parrot.asked) == 1


@pytest.mark.slow
def test_a_real_sweep_equals_measures_by_hand_and_is_the_same_again(small, speeches, held_out, tmp_path):
    found = lab.sweep(
        small, **REAL, prefix="The people ", train=speeches, reference=held_out, folder=tmp_path
    )
    for row, (temperature, top_k) in enumerate([(0.5, 0), (1.5, 0), (1, 5), (1, 50)]):
        samples = small.generate("The people ", 6, 20, temperature, top_k, seed=3, include_prefix=False)
        assert found.attrs["samples"][row] == samples
        nats = [
            token["nats"]
            for text in samples
            for _, token in small.score("The people " + text).iterrows()
            if token["end"] > len("The people ")
        ]
        by_hand = {
            "dist_1": lab.distinct(samples),
            "dist_2": lab.distinct(samples, 2),
            "self_bleu": lab.self_bleu(samples),
            "repetition": lab.repetition(samples),
            "zipf": lab.zipf(samples),
            "perplexity": math.exp(np.mean(nats)),
        }
        assert found.loc[row, list(by_hand)].to_dict() == pytest.approx(by_hand, rel=1e-4)
        assert found.loc[row, "copied"] == lab.copied(samples, speeches)["share_8"].mean()
    assert found.loc[4, "perplexity"] == pytest.approx(
        lab.perplexity(small, found.attrs["samples"][4]).perplexity, rel=1e-4
    )
    files = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(files) == 4 and lab.sweep(
        small, **REAL, prefix="The people ", train=speeches, reference=held_out, folder=tmp_path
    ).equals(found)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == files
    again = lab.sweep(small, **REAL, prefix="The people ", train=speeches, reference=held_out)
    assert again.drop(columns="seconds").equals(found.drop(columns="seconds"))


@pytest.mark.slow
def test_another_process_opens_the_same_model_itself(small, tmp_path):
    with lab.experiments.processes(1) as executor:
        apart = lab.sweep(small, [0.5], nsamples=2, length=8, executor=executor, folder=tmp_path)
    here = lab.sweep(small, [0.5], nsamples=2, length=8)
    assert apart.attrs == here.attrs and apart["perplexity"].tolist() == pytest.approx(
        here["perplexity"].tolist(), rel=1e-5
    )
    # What was stored by another process serves this one.
    assert lab.sweep(small, [0.5], nsamples=2, length=8, folder=tmp_path).equals(apart)


@pytest.mark.slow
def test_weights_that_changed_on_disk_are_not_taken_for_those_of_the_sweep(small, run):
    assert small.checksum() == small.checksum()
    with run.load() as tuned:
        assert tuned.checksum() != small.checksum()
        with pytest.raises(ExperimentError, match="no longer those"):
            open_origin(**Writer(tuned).origin, weights=small.checksum())
    with pytest.raises(ArgumentError, match="closed"):
        lab.sweep(tuned, [0.5])


@pytest.mark.slow
def test_the_command_prints_the_table_and_writes_it(models, held_out, tmp_path):
    (tmp_path / "held_out.txt").write_text("\n".join(document.text for document in held_out))
    asked = [
        "sweep",
        "--model-name",
        "1M",
        "--model-dir",
        models,
        "--top-k",
        "5,0",
        "--nsamples",
        "2",
        "--length",
        "8",
        "--reference",
        tmp_path / "held_out.txt",
        "--output",
        tmp_path / "sweep.csv",
    ]
    result = CliRunner().invoke(main, list(map(str, asked)))
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(open(tmp_path / "sweep.csv")))
    assert [(row["parameter"], row["top_k"]) for row in rows] == [
        ("top_k", "5"),
        ("top_k", "0"),
        ("human", ""),
    ]
    assert len(result.output.splitlines()) == 4 and f"{float(rows[0]['perplexity']):.4g}" in result.output


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--temperature", "hot"], "temperature='hot' is no list of numbers"),
        (["--top-k", "5,"], "top_k='5,' is no list of numbers"),
        (["--reference", "nowhere.txt"], "nowhere.txt"),
    ],
)
def test_a_mistake_in_the_command_is_one_sentence(arguments, words):
    result = CliRunner().invoke(main, ["sweep", "--model-name", "1M", *arguments])
    assert result.exit_code == 2 and result.output.startswith("Error: ") and words in result.output
