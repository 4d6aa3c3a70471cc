"""Grids: nothing is computed twice or lost, and who runs a job makes no difference to its result."""

import os
import signal
import sys
import time

import grid_jobs
import pandas as pd
import pytest
from training_process import server

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.experiments import corpus_sizes, over_seeds, processes, scaling_laws
from gpt2lab.experiments.laws import HOFFMANN, KAPLAN, MUENNIGHOFF, tokens_asked

needs_kill = pytest.mark.skipif(sys.platform == "win32", reason="needs the signals of POSIX")


def wait_until(condition, alive, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert alive() and time.monotonic() < end
        time.sleep(0.02)


# The laws and the summary


def test_the_laws_are_what_their_authors_wrote():
    asked = tokens_asked(3e9, 1e9)
    assert asked[KAPLAN] == pytest.approx(5e3 * 10 ** (9 * 0.74)) == pytest.approx(2.2854e10, rel=1e-4)
    assert (asked[HOFFMANN], asked[MUENNIGHOFF]) == (6e10, 1.5e10)


def test_the_laws_count_parameters_as_their_authors_do():
    table = scaling_laws()
    assert list(table.index) == list(lab.models().index)
    assert table.loc["124M", "parameters"] == 124_439_808
    assert table.loc["124M", "without_embeddings"] == 124_439_808 - (50257 + 1024) * 768 == 85_056_000
    assert table.loc["124M", HOFFMANN] == 20 * 124_439_808
    with pytest.raises(ArgumentError, match="did you mean"):
        scaling_laws(["124"])


def test_seeds_are_summarised_by_mean_lowest_and_highest():
    table = pd.DataFrame(
        {
            "model_name": ["1M"] * 3,
            "characters": [10, 10, 20],
            "seed": [0, 1, 0],
            "test_loss": [2.0, 4.0, 1.0],
        }
    )
    found = over_seeds(table, ["test_loss"])
    assert found.to_dict("list") == {
        "model_name": ["1M", "1M"],
        "characters": [10, 20],
        "seeds": [2, 1],
        "test_loss": [3.0, 1.0],
        "test_loss_low": [2.0, 1.0],
        "test_loss_high": [4.0, 1.0],
    }
    with pytest.raises(ArgumentError, match="no column 'copied'"):
        over_seeds(table, ["copied"])


# What a grid of fine-tunings refuses


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"model_names": "1M"}, "put it into a list"),
        ({"model_names": ["1M", "2B"]}, "did you mean|is unknown"),
        ({"model_names": ["124M", "117M"]}, "twice"),
        ({"model_names": []}, "empty"),
        ({"characters": [5_000, 5_000]}, "twice"),
        ({"characters": [0]}, "below 1"),
        ({"characters": [10**8]}, "give 59,"),
        ({"seeds": [-1]}, "seeds=-1"),
        ({"steps": 0}, "steps=0"),
        ({"learning_rate": -1}, "learning_rate"),
        ({"optimizer": "adamm"}, "optimizer"),
        ({"run_name": "mine"}, "'run_name' is unknown"),
        ({"patience": 3}, "'patience' is unknown"),
        ({"nsamples": 0}, "nsamples"),
        ({"length": 1024}, "length=1024 is above 1,023"),
        ({"test_characters": 0}, "test_characters"),
        ({"splits": "speeches.txt"}, "splits is of type str"),
        ({"splits": "no test"}, "no test text"),
    ],
)
def test_a_bad_value_is_refused_before_anything_is_computed(splits, models, tmp_path, wrong, words):
    if wrong.get("splits") == "no test":
        wrong = {"splits": splits.train.split(test=0)}
    asked = {
        "model_names": ["1M"],
        "characters": [5_000],
        "splits": splits,
        "model_dir": models,
        "folder": tmp_path / "results",
    }
    with pytest.raises(ArgumentError, match=words):
        corpus_sizes(**asked | wrong)
    assert not (tmp_path / "results").exists()


def test_a_length_below_a_window_is_refused_before_anything_is_computed(splits, models, tmp_path):
    with pytest.raises(TextError, match="too short: 900 characters|too short: 89"):
        corpus_sizes(["1M"], [900, 9_000], splits=splits, model_dir=models, folder=tmp_path / "results")
    assert not (tmp_path / "results").exists()


# Real fine-tunings


@pytest.fixture(scope="module")
def splits(speeches, held_out):
    return lab.Splits(speeches, held_out, lab.presidential_speeches(since=1963, until=1963).first(6_000))


@pytest.fixture(scope="module")
def asked(splits, models):
    return {
        "model_names": ["1M"],
        "characters": [5_000, 10_000, 25_000],
        "seeds": [0, 1],
        "steps": 2,
        "learning_rate": 5e-4,  # for so few steps
        "splits": splits,
        "test_characters": 3_000,
        "nsamples": 2,
        "length": 60,
        "model_dir": models,
    }


def start(asked, temporary):
    """The grid in a process of its own, and the end of the pipe on which it says how it ended."""
    context = server()
    temporary.mkdir()
    said, theirs = context.Pipe(duplex=False)
    process = context.Process(target=grid_jobs.grid, args=(asked, temporary, theirs))
    process.start()
    theirs.close()
    return process, said


@pytest.fixture(scope="module")
def killed_and_continued(asked, tmp_path_factory):
    """What was there when a grid of 6 was killed halfway, what is there at the end, and the table."""
    folder = tmp_path_factory.mktemp("killed") / "results"
    process, _ = start({**asked, "folder": folder}, folder.with_name("temporary"))
    wait_until(lambda: len(list(folder.glob("1M-characters-*.json"))) >= 3, process.is_alive)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    halfway, moment = contents(folder), time.time_ns()
    table = corpus_sizes(**asked, folder=folder)
    return halfway, moment, contents(folder), table


def contents(folder):
    return {path.name: (path.stat().st_mtime_ns, path.read_text()) for path in folder.glob("*.json")}


@pytest.mark.slow
@needs_kill
def test_a_grid_of_6_killed_halfway_goes_on_and_repeats_none(killed_and_continued):
    halfway, moment, end, table = killed_and_continued
    assert 1 + 3 <= len(halfway) < 1 + 6 and len(end) == 1 + 6  # the pretrained model is one job more
    assert {name: end[name] for name in halfway} == halfway
    assert all(written > moment for name, (written, _) in end.items() if name not in halfway)
    assert table[["characters", "seed"]].values.tolist() == [
        [size, seed] for size in (5_000, 10_000, 25_000) for seed in (0, 1)
    ]


@pytest.mark.slow
@needs_kill
def test_a_row_holds_what_the_models_and_the_text_say(
    killed_and_continued, asked, splits, small, models, tmp_path
):
    table = killed_and_continued[3]
    assert table.notna().all(axis=None) and (table["parameters"] == small.parameters).all()
    row = table.iloc[3]  # 10,000 characters, seed 1
    text, test = splits.train.first(10_000), splits.test.first(3_000)
    run = lab.finetune(
        text,
        "1M",
        2,
        splits.valid,
        eval_every=1,
        seed=1,
        model_dir=models,
        checkpoint_dir=tmp_path,
        learning_rate=5e-4,
        accumulate_gradients=1,
    )
    tokens = run.configuration["text"]["tokens"]
    assert row["tokens"] == tokens and row["epochs"] == pytest.approx(2 * 1024 / tokens)
    assert (
        row["tokens_per_parameter"] == tokens / small.parameters
        and row["characters_per_parameter"] == 10_000 / small.parameters
    )
    with run.load() as lm:
        after = lab.perplexity(lm, test)
        samples = lm.generate(nsamples=2, length=60, seed=1)
    before = lab.perplexity(small, test)
    expected = {
        "train_loss": run.history["loss"].mean(),
        "valid_loss": run.history["valid_loss"].iloc[-1],
        "best_valid_loss": run.history["valid_loss"].min(),
        "test_loss": after.nats_per_token,
        "test_bits_per_byte": after.bits_per_byte,
        "test_loss_before": before.nats_per_token,
        "test_bits_per_byte_before": before.bits_per_byte,
        "copied": lab.copied(samples, text)["share_8"].mean(),
        "copied_human": lab.copied(lab.human_samples(test, samples), text)["share_8"].mean(),
    }
    assert row[list(expected)].to_dict() == pytest.approx(expected, rel=1e-5)
    assert row["best_step"] == run.best_step and row["verdict"] == run.diagnosis().verdict


def same(found, expected):
    """Whether two tables agree but for the time; rounding may differ with the number of threads."""
    pd.testing.assert_frame_equal(
        found.drop(columns="seconds"), expected.drop(columns="seconds").reset_index(drop=True), rtol=1e-4
    )


@pytest.fixture
def one_seed(asked, killed_and_continued):
    table, characters = killed_and_continued[3], [5_000, 25_000]
    return {**asked, "seeds": [0], "characters": characters}, table[
        (table["seed"] == 0) & table["characters"].isin(characters)
    ]


@pytest.mark.slow
@needs_kill
def test_other_processes_give_the_same_table(one_seed, tmp_path):
    asked, expected = one_seed
    with processes(2) as executor:
        same(corpus_sizes(**asked, folder=tmp_path, executor=executor), expected)
    assert len(list(tmp_path.iterdir())) == 1 + 2


@pytest.mark.slow
@needs_kill
def test_a_dask_cluster_gives_the_same_table(one_seed, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    asked, expected = one_seed
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    # Where the workers stand, who are given neither texts nor results by way of the disk
    monkeypatch.chdir(elsewhere)
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            local_directory=tmp_path / "dask",
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        same(corpus_sizes(**asked, folder=tmp_path / "results", executor=client.get_executor()), expected)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.slow
@needs_kill
def test_ctrl_c_in_a_fine_tuning_ends_the_grid_at_once_and_stores_no_half_of_it(asked, tmp_path):
    folder, temporary = tmp_path / "results", tmp_path / "temporary"
    process, said = start({**asked, "steps": 5_000, "folder": folder}, temporary)
    wait_until(lambda: list(temporary.glob("gpt2lab-*/run/run.json")), process.is_alive)
    time.sleep(1)  # some steps
    os.kill(process.pid, signal.SIGINT)
    assert said.poll(60) and said.recv() == "interrupted"
    process.join(60)
    assert process.exitcode == 0
    assert list(temporary.iterdir()) == []
    assert [path.name for path in folder.iterdir() if "characters" in path.name] == []
