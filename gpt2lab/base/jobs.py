"""Many jobs, one after the other or side by side: each result stored as it comes, and none computed twice."""

import hashlib
import json
import multiprocessing
import os
import re
import signal
import sys
import uuid
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from gpt2lab.base.arguments import folder_path, whole_number
from gpt2lab.base.machine import cores
from gpt2lab.base.progress import bar, silent
from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.base.version import __version__
from gpt2lab.errors import ArgumentError, ExperimentError

POLL = 1.0  # seconds after which a wait is begun anew: on Windows Ctrl-C does not end one that has no limit


class Runner(Protocol):
    """What runs jobs: an executor of `concurrent.futures`, or a Dask client."""

    def submit(self, function: Callable, /, *arguments: Any, **keywords: Any) -> Any: ...


def run_jobs(
    function: Callable[..., dict],
    jobs: Sequence[dict],
    folder: str | Path,
    executor: Runner | None = None,
    named: Sequence[str] = (),
    apart: Sequence[str] = ("model_dir",),
    desc: str = "Experiments",
) -> list[dict]:
    """Call a function with each of several settings, and keep what it returns.

    A result goes to a file of its own in ``folder`` as soon as it is there. The same call, made again after
    an interruption (Ctrl-C, a kill, a power cut), goes on with the jobs that have no file yet. A file serves
    the very same job only: the same function, settings, texts and version of gpt2lab.

    Parameters
    ----------
    function : callable
        Of the keywords of a job; returns a dict that JSON can hold. Another process has to find it by its
        name, so it is defined in a module. Results are stored under its dotted name; one that was moved or
        renamed has the name that it was stored under as its attribute ``stored_as``.
    jobs : list of dict
        The settings of each job: numbers, strings, None, lists and dicts of them, and `Corpus` objects. A job
        carries all that it needs, its texts too, since it may run on another machine.
    folder : str or Path
        Where results are kept. Only this process writes there: workers send results back and need no common
        disk.
    executor : concurrent.futures.Executor or dask.distributed.Client, optional
        What runs the jobs; None runs them one after the other in this process. See `processes` for several
        processes on this machine. The executor stays open.
    named : sequence of str, optional
        Settings that appear in the names of the files.
    apart : sequence of str, default ("model_dir",)
        Settings on which the result does not depend.
    desc : str, default "Experiments"
        What the progress bar says.

    Returns
    -------
    list of dict
        The results, in the order of the jobs.

    Raises
    ------
    ArgumentError
        If a job holds what cannot be stored, or the executor cannot work.
    ExperimentError
        If jobs fail: once all others have ended and are stored.
    StorageError
        If a result cannot be stored.
    KeyboardInterrupt
        On Ctrl-C. What has ended is stored, and what has not begun is called off. A job that runs in another
        process is left to itself (in a terminal it gets the Ctrl-C too and stops at once), so that closing
        the executor may take as long as that job does.
    """
    executor = check_executor(executor)
    folder = make_folder(folder_path("folder", folder))
    records = [describe_job(function, job, apart) for job in jobs]
    files = [folder / file_name(job, record, named) for job, record in zip(jobs, records)]
    results = {file: read_result(file, record) for file, record in zip(files, records)}
    missing = {file: job for file, job in zip(files, jobs) if results[file] is None}
    record_of = dict(zip(files, records))
    errors = {}
    with (
        bar(len(results), desc, "job", initial=len(results) - len(missing)) as progress,
        closing(run_each(function, missing, executor)) as arriving,
    ):
        for file, result, error in arriving:
            if error is None:
                try:
                    content = json.dumps(
                        {"job": record_of[file], "result": result}, indent=1, ensure_ascii=False
                    )
                except (TypeError, ValueError) as problem:
                    error = problem
            if error is not None:
                errors[file] = error
            else:
                write_bytes(file, (content + "\n").encode())
                # The same, to the last type, as when it is read back.
                results[file] = json.loads(content)["result"]
            progress.update()
    if errors:
        raise failure(errors, len(results), folder) from next(iter(errors.values()))
    return [results[file] for file in files]


def processes(count: int = 2) -> ProcessPoolExecutor:
    """Several processes on this machine, as an executor for `run_jobs`, `corpus_sizes` and all else that
    takes one.

    Parameters
    ----------
    count : int, default 2
        Jobs at a time. They share the cores evenly, and each needs the memory of a fine-tuning (`estimate`).

    Returns
    -------
    concurrent.futures.ProcessPoolExecutor
        Whose processes are started afresh ("spawn"): a copy of a process in which TensorFlow runs ("fork",
        the default on Linux up to Python 3.13) hangs.

    Examples
    --------
    >>> with lab.experiments.processes(2) as executor:  # doctest: +SKIP
    ...     table = lab.experiments.corpus_sizes(executor=executor)

    In a script, as opposed to a notebook, put these lines below ``if __name__ == "__main__":``, since each
    process reads the script.
    """
    count = whole_number("count", count, 1)
    threads = max(1, cores() // count)
    return ProcessPoolExecutor(
        count, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(threads,)
    )


_between_jobs = None  # in a process of `processes`: what Ctrl-C does while no job runs


def _begin(threads):
    global _between_jobs
    # TensorFlow reads it when it starts; by default each process would use all cores, and they would wait for
    # one another.
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(threads)
    # Ctrl-C in a terminal reaches all processes. One that waits for a job, or hands in a result, would leave
    # the pool half a message.
    _between_jobs = signal.SIG_IGN
    signal.signal(signal.SIGINT, _between_jobs)


@contextmanager
def _interruptible():
    """Let Ctrl-C end the job of this process."""
    if _between_jobs is None:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _between_jobs)


def check_executor(executor):
    """The executor, if jobs can be given to it.

    Raises
    ------
    ArgumentError
        If it is none, or would copy a process in which TensorFlow runs.
    """
    if executor is not None and hasattr(executor, "get_executor"):
        return executor.get_executor()  # a Dask client
    if executor is not None and not (hasattr(executor, "submit") and hasattr(executor, "shutdown")):
        raise ArgumentError(
            f"executor is of type {type(executor).__name__}; give one of concurrent.futures, for example"
            " lab.experiments.processes(2), or None."
        )
    context = getattr(executor, "_mp_context", None)
    started = getattr(executor, "_processes", None)
    if (
        context is not None
        and not started
        and context.get_start_method() == "fork"
        and "tensorflow" in sys.modules
    ):
        raise ArgumentError(
            "executor would copy this process (start method 'fork'), and a copy of a process in which"
            " TensorFlow runs hangs; give lab.experiments.processes(2), or ProcessPoolExecutor(2,"
            " mp_context=multiprocessing.get_context('spawn'))."
        )
    return executor


def describe_job(function, job, apart=()):
    """What a result depends on, as JSON holds it: the function, the version, the settings, and checksums of
    the texts.
    """
    settings = {name: value for name, value in job.items() if name not in apart}
    key = getattr(function, "stored_as", f"{function.__module__}.{function.__qualname__}")
    try:
        return json.loads(
            json.dumps({"function": key, "gpt2lab": __version__, **settings}, default=_record_of)
        )
    except ValueError as error:
        raise ArgumentError(
            f"A job holds what cannot be stored ({error}); give plain settings and texts."
        ) from error


def _record_of(value):
    """What is recorded of an object instead of it: what its ``__job_record__()`` says, as that of a Corpus
    does.
    """
    if not hasattr(value, "__job_record__"):
        raise ArgumentError(
            f"A job holds a {type(value).__name__}, which cannot be stored; give numbers, strings, lists,"
            " dicts or a Corpus."
        )
    return value.__job_record__()


def file_name(job, record, named):
    """Readable words and a short checksum of everything: ``1M-characters-20000-seed-0-1f0c9a77e2.json``."""
    words = [job[name] if isinstance(job[name], str) else f"{name}-{job[name]}" for name in named]
    digest = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:10]
    return re.sub(r"[^\w.-]+", "_", "-".join([*words, digest])) + ".json"


def read_result(file, record):
    """The result that a file holds for that very job, or None; a damaged file is named and counts as none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return found["result"] if found["job"] == record else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        warnings.warn(f"{file} is damaged ({type(error).__name__}); its job is run again.", stacklevel=4)
        return None


def run_each(function, jobs, executor=None):
    """Run jobs and give what becomes of them as they end.

    Yields
    ------
    tuple of (Path, dict or None, Exception or None)
        The key of the job, and its result or its error. Interruptions are raised.
    """
    if executor is None:
        for file, job in jobs.items():
            result = error = None
            try:
                result = _run_silently(function, job)
            except Exception as problem:
                error = problem
            yield file, result, error
        return
    waiting = {}
    call = uuid.uuid4().hex
    try:
        for file, job in jobs.items():
            waiting[_submit(executor, function, job, call)] = file
        while waiting:
            for future in wait(waiting, POLL, FIRST_COMPLETED).done:
                file = waiting.pop(future)
                error = None if future.cancelled() else future.exception()
                if error is not None and not isinstance(error, Exception):
                    raise error  # Ctrl-C reached the other process first
                if future.cancelled():
                    error = ExperimentError("The executor called it off.")
                yield file, None if error else future.result(), error
    finally:
        for future in waiting:
            future.cancel()


def _submit(executor, function, job, call):
    try:
        # Dask would take the same job of a later call for this one, and give the error of this one again, if
        # the call were not named.
        return executor.submit(_run_silently, function, job, call)
    except RuntimeError as error:  # a pool that broke or was closed takes no more
        future = Future()
        future.set_exception(error)
        return future


_called_off = set()  # the calls of which a job was interrupted in this process


def _run_silently(function, job, call=None):
    if call in _called_off:
        # A pool hands out one job more than it works on, which nobody can cancel any more.
        raise KeyboardInterrupt
    try:
        # The bar of the grid is the one to look at, and processes that share a terminal would write over one
        # another's.
        with silent(), _interruptible():
            return function(**job)
    except KeyboardInterrupt:
        if call is not None:
            _called_off.add(call)
        raise


def failure(errors, total, folder):
    """The error that names the jobs that failed, and says what to do."""
    file, error = next(iter(errors.items()))
    others = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    return ExperimentError(
        f"{file.stem}{others} of {total} jobs failed ({type(error).__name__}: {error}); the other"
        f" {total - len(errors)} are stored in {folder}, and the same call runs only what is missing."
    )
