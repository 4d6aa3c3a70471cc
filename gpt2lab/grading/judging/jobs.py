"""Submissions as jobs: what a worker needs for one, what becomes of all of them, and each result stored as
it comes.
"""

import functools
import hashlib
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, replace

from gpt2lab.base.jobs import describe_job, file_name, read_result, run_each
from gpt2lab.base.progress import bar
from gpt2lab.base.storage import write_bytes
from gpt2lab.grading.judging.assignment import Assignment, Exercise
from gpt2lab.grading.judging.findings import LOST
from gpt2lab.grading.judging.key import Key
from gpt2lab.grading.judging.reasons import may_end_otherwise
from gpt2lab.grading.judging.running import grade_answers


def job_of(assignment, found, settings, trust):
    """What a worker needs for one submission, of which some answers were found, and what its result depends
    on: not on what an exercise is worth, nor on the words around it.
    """
    assignment = replace(
        assignment,
        exercises=tuple(replace(exercise, points=1.0) for exercise in assignment.exercises),
        given=(),
    )
    return {
        "assignment": asdict(assignment),
        "answers": found.sources,
        "limits": asdict(settings.limits),
        "trusted": bool(trust),
        "seed": settings.seed,
        "seed_checksum": hashlib.sha256(settings.seed.encode()).hexdigest()[:16],
    } | ({"in_their_world": found.in_their_world} if found.in_their_world else {})


def grade_submission(assignment, answers, limits, trusted, seed, seed_checksum, in_their_world=None):
    """Run one submission; the arguments are those of `job_of`. Returns a dict that JSON can hold."""
    began = time.monotonic()
    assignment, key = _prepare(json.dumps(assignment), seed)
    exercises = grade_answers(assignment, key, answers, limits, trusted)
    lost = {each.label for each in exercises if each.state in LOST} & set(in_their_world or ())
    if lost:  # before a mark is lost, with the names as the student's own cells have them
        others = answers | {label: in_their_world[label] for label in lost}
        again = grade_answers(assignment, key, others, limits, trusted)
        exercises = [
            second if second.label in lost and second.state not in LOST else first
            for first, second in zip(exercises, again, strict=True)
        ]
    return {
        "exercises": [asdict(exercise) for exercise in exercises],
        "seconds": round(time.monotonic() - began, 2),
    }


# What was graded before the function was called so is found again in grades/parts.
grade_submission.stored_as = "gpt2lab.grading.jobs.graded"


_preparing = threading.Lock()


def _prepare(assignment, seed):
    with _preparing:  # several threads would each load the models of the key
        return _prepare_once(assignment, seed)


@functools.lru_cache(maxsize=2)
def _prepare_once(assignment, seed):
    made = json.loads(assignment)
    exercises = tuple(
        Exercise(**{name: _tuples(value) for name, value in exercise.items()})
        for exercise in made["exercises"]
    )
    assignment = Assignment(made["name"], made["setup"], exercises, tuple(made["given"]))
    return assignment, Key(assignment, seed)


def _tuples(value):
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def run_all(jobs, chosen, folder, workers, executor, name):
    """What became of each submission: results stored by earlier calls, and those of the chosen ones that
    were missing.
    """
    records = {
        submission: describe_job(grade_submission, job, apart=("seed",)) for submission, job in jobs.items()
    }
    files = {
        submission: folder / file_name({"notebook": name}, record, ("notebook",))
        for submission, record in records.items()
    }
    done = {submission: read_result(files[submission], records[submission]) for submission in jobs}
    missing = {
        files[submission]: jobs[submission]
        for submission in chosen
        if submission in jobs and done[submission] is None
    }
    # Equal answers are run once.
    at = {file: [submission for submission in jobs if files[submission] == file] for file in missing}
    waiting = sum(len([submission for submission in at[file] if submission in chosen]) for file in missing)
    with (
        bar(len(chosen), f"Grading {name[:2]}", "submission", initial=len(chosen) - waiting) as progress,
        _pool(executor, workers) as pool,
    ):
        _check_key(jobs, missing)
        with closing(run_each(grade_submission, missing, pool)) as arriving:
            for file, result, error in arriving:
                if error is not None:
                    result = {"trouble": f"{type(error).__name__}: {error}"}
                elif not any(map(may_end_otherwise, result["exercises"])):
                    write_bytes(
                        file,
                        (
                            json.dumps({"job": records[at[file][0]], "result": result}, indent=1) + "\n"
                        ).encode(),
                    )
                done |= dict.fromkeys(at[file], result)
                progress.update(len([submission for submission in at[file] if submission in chosen]))
    return {submission: result for submission, result in done.items() if result is not None}


def _check_key(jobs, missing):
    """Refuse before anybody is graded if the instructor's own solutions fail."""
    if missing:
        job = next(iter(missing.values()))
        _prepare(json.dumps(job["assignment"]), job["seed"])


@contextmanager
def _pool(executor, workers):
    if executor is not None:
        yield executor
        return
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
