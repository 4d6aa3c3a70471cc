"""Grids: nothing is computed twice or lost, and who runs a job makes no difference to its result."""

import json
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from types import SimpleNamespace

import grid_jobs
import pandas as pd
import pytest
from places import SUPPORT
from training_process import server

import gpt2lab as lab
from gpt2lab import plots
from gpt2lab.errors import ArgumentError, ExperimentError, TextError
from gpt2lab.experiments import corpus_sizes, over_seeds, processes, run_jobs, scaling_laws
from gpt2lab.experiments.laws import HOFFMANN, KAPLAN, MUENNIGHOFF, tokens_asked

NUMBERS = [5, 3, 8, 1]
needs_kill = pytest.mark.skipif(sys.platform == "win32", reason="needs the signals of POSIX")


def jobs(**also):
    return [{"number": number, **also} for number in NUMBERS]


def calls(log):
    return [int(line) for line in log.read_text().split()] if log.is_file() else []


def wait_until(condition, alive, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert alive() and time.monotonic() < end
        time.sleep(0.02)


# The grid


@pytest.mark.parametrize("workers", [None, 1, 3])
def test_results_come_in_the_order_of_the_jobs_whoever_ends_first(tmp_path, workers):
    asked = [{"number": number, "wait": 0.02 * number} for number in NUMBERS]
    if workers is None:
        found = run_jobs(grid_jobs.double, asked, tmp_path)
    else:
        with ThreadPoolExecutor(workers) as executor:
            found = run_jobs(grid_jobs.double, asked, tmp_path, executor)
    assert [result["double"] for result in found] == [10, 6, 16, 2]


def test_each_result_is_stored_before_the_next_job_begins(tmp_path):
    found = run_jobs(grid_jobs.count, jobs(folder=str(tmp_path)), tmp_path)
    assert [result["stored"] for result in found] == [0, 1, 2, 3]


def test_files_say_what_they_hold_and_a_second_call_runs_nothing(tmp_path):
    log = tmp_path / "log"
    first = run_jobs(grid_jobs.double, jobs(log=str(log)), tmp_path / "results", named=["number"])
    names = sorted(path.name for path in (tmp_path / "results").iterdir())
    assert [name.rpartition("-")[0] for name in names] == ["number-1", "number-3", "number-5", "number-8"]
    assert run_jobs(grid_jobs.double, jobs(log=str(log)), tmp_path / "results", named=["number"]) == first
    assert calls(log) == NUMBERS


@pytest.mark.parametrize("threads", [None, 1])
def test_after_an_interruption_the_same_call_goes_on_where_it_stopped(tmp_path, threads):
    log, bad = tmp_path / "log", tmp_path / "bad"
    bad.write_text("8")
    asked = jobs(log=str(log), bad=str(bad), kind="interrupt")
    with ThreadPoolExecutor(threads or 1) as pool:
        executor = None if threads is None else pool
        with pytest.raises(KeyboardInterrupt):
            run_jobs(grid_jobs.fail, asked, tmp_path / "results", executor)
        time.sleep(0.1)
        assert set(calls(log)) - {1} == {5, 3, 8} and len(list((tmp_path / "results").iterdir())) <= 3
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "results").iterdir()}
        bad.unlink()
        log.unlink()
        found = run_jobs(grid_jobs.fail, asked, tmp_path / "results", executor)
    assert [result["number"] for result in found] == NUMBERS
    assert len(calls(log)) == 4 - len(before) and 8 in calls(log)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_what_was_not_begun_is_called_off_when_interrupted(tmp_path):
    log, bad = tmp_path / "log", tmp_path / "bad"
    bad.write_text("0")
    asked = [
        {"number": number, "log": str(log), "bad": str(bad), "kind": "interrupt", "wait": 0.05}
        for number in range(60)
    ]
    with ThreadPoolExecutor(1) as executor, pytest.raises(KeyboardInterrupt):
        run_jobs(grid_jobs.fail, asked, tmp_path / "results", executor)
    assert len(calls(log)) < 60


@needs_kill
def test_ctrl_c_in_a_terminal_ends_all_processes_at_once_and_without_a_word(tmp_path):
    log = tmp_path / "log"
    code = (
        f"import sys; sys.path.insert(0, {str(SUPPORT)!r}); import grid_jobs;"
        " grid_jobs.side_by_side(*sys.argv[1:])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "results", log],
        start_new_session=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until(lambda: len(calls(log)) == 2, lambda: process.poll() is None)
        os.killpg(process.pid, signal.SIGINT)
        # a job takes 300 seconds, and a third one is in the pool's queue
        said, _ = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert said == "interrupted\n" and len(calls(log)) == 2


@pytest.mark.parametrize("workers", [None, 2])
def test_a_job_that_fails_loses_no_other_one(tmp_path, workers):
    log, bad = tmp_path / "log", tmp_path / "bad"
    bad.write_text("3 8")
    asked = jobs(log=str(log), bad=str(bad))
    with ThreadPoolExecutor(2) as pool:
        executor = pool if workers else None
        with pytest.raises(
            ExperimentError,
            match=(
                r"number-[38]\S* and 1 more of 4 jobs failed \(ValueError: [38] is bad\); the other 2 .* only"
                r" what is missing"
            ),
        ):
            run_jobs(grid_jobs.fail, asked, tmp_path / "results", executor, named=["number"])
        assert len(list((tmp_path / "results").iterdir())) == 2
        bad.unlink()
        log.unlink()
        assert len(run_jobs(grid_jobs.fail, asked, tmp_path / "results", executor, named=["number"])) == 4
    assert sorted(calls(log)) == [3, 8]


def test_a_process_that_dies_costs_no_stored_result(tmp_path):
    log, bad = tmp_path / "log", tmp_path / "bad"
    bad.write_text("8")
    asked = jobs(log=str(log), bad=str(bad), kind="exit")
    with processes(1) as executor, pytest.raises(ExperimentError, match="2 are stored"):
        run_jobs(grid_jobs.fail, asked, tmp_path / "results", executor)
    bad.unlink()
    with pytest.raises(ExperimentError, match="0 are stored"):  # that pool takes no more jobs
        run_jobs(grid_jobs.fail, asked, tmp_path / "others", executor)
    assert [result["number"] for result in run_jobs(grid_jobs.fail, asked, tmp_path / "results")] == NUMBERS


def test_a_result_serves_the_very_same_job_only(tmp_path, monkeypatch):
    text, other = (lab.Corpus.from_texts([words, "more"]) for words in ("a text", "a test"))
    split = lab.Corpus.from_texts(["a", " textmore"])
    run_jobs(grid_jobs.length, [{"text": text}], tmp_path)
    for job in ({"text": other}, {"text": split}, {"text": text, "number": 1}):
        before = len(list(tmp_path.iterdir()))
        run_jobs(grid_jobs.length, [job], tmp_path)
        assert len(list(tmp_path.iterdir())) == before + 1, job
    run_jobs(grid_jobs.length, [{"text": text}], tmp_path)
    run_jobs(grid_jobs.double, [{"number": 1, "log": None}], tmp_path)
    run_jobs(grid_jobs.double, [{"number": 1, "log": str(tmp_path.parent / "log")}], tmp_path, apart=("log",))
    assert len(list(tmp_path.iterdir())) == 6
    monkeypatch.setattr("gpt2lab.base.jobs.__version__", "99.0")
    run_jobs(grid_jobs.length, [{"text": text}], tmp_path)
    assert len(list(tmp_path.iterdir())) == 7


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"result": {"number": 5, "double": 0}}', '{"job": {}, "result": 7}', "\xff"]
)
def test_a_damaged_result_is_named_and_its_job_run_again(tmp_path, damage, recwarn):
    found = run_jobs(grid_jobs.double, jobs(), tmp_path, named=["number"])
    file = next(tmp_path.glob("number-5-*.json"))
    file.write_bytes(damage.encode("latin-1"))
    assert run_jobs(grid_jobs.double, jobs(), tmp_path, named=["number"]) == found
    assert json.loads(file.read_text())["result"]["double"] == 10
    said = [str(warning.message) for warning in recwarn]
    # one of another job is none
    assert (file.name in said[0] and "run again" in said[0]) if '"job"' not in damage else not said


def test_a_result_that_cannot_be_stored_is_an_error_of_its_job(tmp_path):
    with pytest.raises(ExperimentError, match="not JSON serializable"):
        run_jobs(grid_jobs.unstorable, jobs(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("job", [{"number": print}, {"number": {1, 2}}], ids=repr)
def test_a_job_that_cannot_be_told_from_others_is_refused(tmp_path, job):
    with pytest.raises(ArgumentError, match="cannot be stored"):
        run_jobs(grid_jobs.double, [job], tmp_path)


@pytest.mark.parametrize("executor", [4, "processes", SimpleNamespace(map=map)], ids=repr)
def test_an_executor_that_is_none_is_refused(tmp_path, executor):
    with pytest.raises(ArgumentError, match="lab.experiments.processes"):
        run_jobs(grid_jobs.double, jobs(), tmp_path, executor)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system knows no fork")
def test_a_pool_that_would_copy_a_process_with_tensorflow_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace())
    with (
        ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as executor,
        pytest.raises(ArgumentError, match="hangs; give .*spawn"),
    ):
        run_jobs(grid_jobs.double, jobs(), tmp_path, executor)


def test_processes_share_the_cores_and_show_no_bars_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr("gpt2lab.base.jobs.cores", lambda: 6)
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    with processes(2) as executor:
        found = run_jobs(grid_jobs.surroundings, jobs(), tmp_path, executor)
    assert {result["threads"] for result in found} == {"3"} and os.getpid() not in {
        result["pid"] for result in found
    }
    monkeypatch.setattr("gpt2lab.base.progress._in_jupyter", lambda: True)
    monkeypatch.delenv("GPT2LAB_PROGRESS", raising=False)
    assert {result["bars"] for result in run_jobs(grid_jobs.surroundings, jobs(), tmp_path / "here")} == {
        False
    }
    assert lab.progress.is_shown()


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
        "characters": [5_000, 10_000, 25_000, 50_000],
        "seeds": [0, 1, 2],
        "steps": 2,
        "splits": splits,
        "test_characters": 3_000,
        "nsamples": 2,
        "length": 24,
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
    """What was there when a grid of 12 was killed halfway, what is there at the end, and the table."""
    folder = tmp_path_factory.mktemp("killed") / "results"
    process, _ = start({**asked, "folder": folder}, folder.with_name("temporary"))
    wait_until(lambda: len(list(folder.glob("1M-characters-*.json"))) >= 6, process.is_alive)
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
def test_a_grid_of_12_killed_halfway_goes_on_and_repeats_none(killed_and_continued):
    halfway, moment, end, table = killed_and_continued
    assert 1 + 6 <= len(halfway) < 1 + 12 and len(end) == 1 + 12  # the pretrained model is one job more
    assert {name: end[name] for name in halfway} == halfway
    assert all(written > moment for name, (written, _) in end.items() if name not in halfway)
    assert table[["characters", "seed"]].values.tolist() == [
        [size, seed] for size in (5_000, 10_000, 25_000, 50_000) for seed in (0, 1, 2)
    ]


@pytest.mark.slow
@needs_kill
def test_a_row_holds_what_the_models_and_the_text_say(
    killed_and_continued, asked, splits, small, models, tmp_path
):
    table = killed_and_continued[3]
    assert table.notna().all(axis=None) and (table["parameters"] == small.parameters).all()
    row = table.iloc[4]  # 10,000 characters, seed 1
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
        learning_rate=1e-3,
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
        samples = lm.generate(nsamples=2, length=24, seed=1)
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
    # where the workers stand, who are given neither texts nor results by way of the disk
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
def test_a_failed_job_is_tried_anew_by_a_dask_cluster(tmp_path):
    distributed = pytest.importorskip("distributed")
    log, bad = tmp_path / "log", tmp_path / "bad"
    bad.write_text("3")
    asked = jobs(log=str(log), bad=str(bad))
    with distributed.Client(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as client:
        for _ in range(2):
            with pytest.raises(ExperimentError, match="3 is bad") as kept:
                run_jobs(grid_jobs.fail, asked, tmp_path / "results", client)
        bad.unlink()
        assert len(run_jobs(grid_jobs.fail, asked, tmp_path / "results", client)) == 4, kept
    assert calls(log).count(3) == 3 and len(calls(log)) == 6


@pytest.mark.slow
@needs_kill
def test_ctrl_c_in_a_fine_tuning_ends_the_grid_at_once_and_stores_no_half_of_it(asked, tmp_path):
    folder, temporary = tmp_path / "results", tmp_path / "temporary"
    process, said = start({**asked, "steps": 5_000, "folder": folder}, temporary)
    wait_until(lambda: list(temporary.glob("gpt2lab-*/run/run.json")), process.is_alive)
    time.sleep(1)  # some steps
    os.kill(process.pid, signal.SIGINT)
    began = time.monotonic()
    assert said.poll(60) and said.recv() == "interrupted"
    process.join(60)
    assert time.monotonic() - began < 20 and process.exitcode == 0
    assert list(temporary.iterdir()) == []
    assert [path.name for path in folder.iterdir() if "characters" in path.name] == []


# Figures


@pytest.fixture
def table():
    rows = []
    for name, parameters, before in (("1M", 1_052_160, 4.0), ("3M", 3_209_088, 3.8)):
        for size, tokens, test, train in (
            (5_000, 1_350, 4.5, 1.5),
            (80_000, 21_600, 3.9, 3.3),
            (400_000, 108_000, 3.6, 3.5),
        ):
            for seed in (0, 1):
                rows.append(
                    {
                        "model_name": name,
                        "parameters": parameters,
                        "characters": size,
                        "seed": seed,
                        "tokens": tokens,
                        "epochs": 40_960 / tokens,
                        "train_loss": train + 0.1 * seed,
                        "test_loss": test + 0.1 * seed,
                        "test_loss_before": before,
                        "copied": 5_000 / size,
                        "copied_human": 0.01,
                    }
                )
    return pd.DataFrame(rows)


def test_the_figure_of_a_grid_says_from_which_length_on_fine_tuning_helped(table):
    caption = plots.corpus_sizes(table).caption
    assert (
        "1M: the loss on the test text is 4.00 nats per token before fine-tuning; it ends below that from"
        " 80,000 characters on" in caption
    )
    assert (
        "3M: the loss on the test text is 3.80 nats per token before fine-tuning; it ends below that from"
        " 400,000 characters on" in caption
    )
    assert (
        "from 4.55 to 3.65" in caption
        and "from 1.55 to 3.55" in caption
        and "100 % with 1M" in caption
        and "means over 2 seeds" in caption
    )
    never = plots.corpus_sizes(table[table["characters"] == 5_000]).caption
    assert "the longest text it does not end below" in never


def test_the_figure_of_the_laws_marks_what_fine_tuning_did(table):
    figure = plots.scaling_laws(table)
    filled, hollow = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert sorted(filled.get_ydata()) == [21_600, 108_000, 108_000] and sorted(hollow.get_ydata()) == [
        1_350,
        1_350,
        21_600,
    ]
    assert "3 of 6 fine-tunings lowered the loss" in figure.caption
    kaplan = figure.axes[0].lines[0]
    assert dict(zip(kaplan.get_xdata(), kaplan.get_ydata()))[124_439_808] == pytest.approx(
        5e3 * 85_056_000**0.74
    )


def test_samples_too_short_to_copy_are_said_to_be_so(table):
    table["copied"] = math.nan
    assert "too short" in plots.corpus_sizes(table).caption


@pytest.mark.parametrize("figure", [plots.corpus_sizes, plots.scaling_laws])
def test_figures_of_one_point_or_many_draw_without_warning_and_name_their_units(figure, table, recwarn):
    for shown in (table, table.head(1)):
        drawn = figure(shown)
        assert drawn.caption.endswith(".") and len(drawn.png()) > 10_000
        assert all("(" in axes.get_xlabel() and "(" in axes.get_ylabel() for axes in drawn.axes)
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize("figure", [plots.corpus_sizes, plots.scaling_laws])
@pytest.mark.parametrize(
    "wrong", [None, pd.DataFrame({"step": [1]}), pd.DataFrame()], ids=["nothing", "another", "empty"]
)
def test_another_table_is_refused(figure, wrong):
    with pytest.raises(ArgumentError, match="corpus_sizes"):
        figure(wrong)


def test_more_models_than_can_be_told_apart_are_refused(table):
    many = pd.concat([table.assign(model_name=name) for name in ("1M", "3M", "124M", "355M", "774M")])
    with pytest.raises(ArgumentError, match="5 models"):
        plots.corpus_sizes(many)
