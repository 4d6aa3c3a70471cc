"""Jobs: nothing is computed twice or lost, and who runs a job makes no difference to its result."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from types import SimpleNamespace

import grid_jobs
import pytest
from places import SUPPORT

import gpt2lab as lab
from gpt2lab.base.jobs import processes, run_jobs
from gpt2lab.errors import ArgumentError, ExperimentError

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


def test_a_function_that_was_renamed_finds_what_it_stored_before(tmp_path, monkeypatch):
    (result,) = run_jobs(grid_jobs.double, [{"number": 4}], tmp_path)
    with pytest.raises(ExperimentError):  # another function is run, which wants other settings
        run_jobs(grid_jobs.count, [{"number": 4}], tmp_path)
    monkeypatch.setattr(grid_jobs.count, "stored_as", "grid_jobs.double", raising=False)
    assert run_jobs(grid_jobs.count, [{"number": 4}], tmp_path) == [result]


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
