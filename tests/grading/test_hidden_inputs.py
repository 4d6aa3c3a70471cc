"""The hidden inputs on which answers are graded: the solution holds for them, a typical mistake does not,
and what was read off the screen neither.
"""

import functools
import math
import re
from importlib import import_module

import numpy as np
import pytest
from places import NOTEBOOKS
from trial import Trial

from gpt2lab.course import scenes
from gpt2lab.course.checks.checking import find_check, is_computed, is_typed
from gpt2lab.course.checks.verdicts import Verdict
from gpt2lab.grading.judging.assignment import read_assignment
from gpt2lab.grading.judging.key import Key

TABLES = {
    source.stem: import_module(f"exercises.notebook_{source.stem[:2]}")
    for source in sorted((NOTEBOOKS / "source").glob("*.py"))
}
ASSIGNMENTS = {name: read_assignment(NOTEBOOKS, name) for name in TABLES}
SEEDS = ("spring", "autumn")
_BOTH_WAYS = re.compile(r"\bis too (large|small)\b")


def _exercises(keep=lambda name, exercise: True):
    """(notebook, exercise) of all in code that the condition keeps."""
    return [
        _param(name, exercise.label)
        for name, assignment in ASSIGNMENTS.items()
        for exercise in assignment.exercises
        if exercise.kind == "code" and keep(name, exercise)
    ]


def _answers(table):
    return [
        _param(name, label, *(row if isinstance(row, tuple) else (row,)))
        for name, module in TABLES.items()
        for label, rows in getattr(module, table, {}).items()
        for row in rows
    ]


def _param(name, *values):
    """A notebook whose check asks a model takes seconds of TensorFlow."""
    marks = [pytest.mark.slow] if getattr(TABLES[name], "ASKS_A_MODEL", False) else []
    return pytest.param(
        name, *values, marks=marks, id=" ".join(str(value) for value in (*values, "") if value)[:90]
    )


@pytest.fixture(scope="module", autouse=True)
def _somewhere_else(tmp_path_factory):
    """Hidden inputs may leave files where they are made, and should be made for the bundled models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("grader"))
        patch.setenv("GPT2LAB_MODEL", "3M")
        patch.delenv("GPT2LAB_MODELS", raising=False)
        yield
        trial.cache_clear()


@functools.cache
def trial(name, seed=SEEDS[0]):
    """The instructor's side of a notebook; making it fails unless every solution is right on the hidden
    inputs.
    """
    return Trial(ASSIGNMENTS[name], Key(ASSIGNMENTS[name], seed))


def _computed(name, exercise):
    return is_computed(exercise.label)


@pytest.mark.parametrize("name, label", _exercises())
def test_the_solution_is_right_whatever_the_seed(name, label):
    for seed in SEEDS:
        verdict = trial(name, seed).judge(label, ASSIGNMENTS[name][label].solution)
        assert verdict.state == find_check(label).best


@pytest.mark.parametrize("name, label", _exercises())
def test_no_answer_is_none(name, label):
    assert trial(name).judge(label, ASSIGNMENTS[name][label].blank).state == "unanswered"
    without = trial(name).judge(label, "")  # the hidden inputs must not bind what the answer should
    assert not isinstance(without, Verdict) or without.state != "right", without


@pytest.mark.parametrize("name, label, source, words", _answers("SOURCES"))
def test_a_wrong_answer_is_wrong_for_its_reason(name, label, source, words):
    verdicts = [trial(name, seed).judge(label, source) for seed in SEEDS]
    for verdict in verdicts:
        assert isinstance(verdict, Verdict), verdict
        assert verdict.state in ("wrong", "unanswered") or find_check(label).in_words, verdict
        assert words in verdict.reason, verdict
        assert verdict.values == ()
    # The same for other inputs: nothing was computed from these, but for "too large" and "too small".
    first, second = (_BOTH_WAYS.sub("is wrong", verdict.reason) for verdict in verdicts)
    assert first == second


@pytest.mark.parametrize("name, label, source", _answers("ALSO_RIGHT"))
def test_an_honest_answer_in_other_words_is_right(name, label, source):
    for seed in SEEDS:
        verdict = trial(name, seed).judge(label, source)
        assert getattr(verdict, "state", "failed") == find_check(label).best, verdict


@pytest.mark.parametrize("name, label", _exercises())
def test_each_exercise_is_tried_with_wrong_answers(name, label):
    sources = getattr(TABLES[name], "SOURCES", {}).get(label, [])
    assert len(sources) >= 3 and len({words for _, words in sources}) >= 2


@pytest.mark.parametrize("name, label", _exercises(_computed))
def test_a_computed_answer_is_another_for_other_inputs(name, label):
    solution = ASSIGNMENTS[name][label].solution
    assert not is_typed(solution)
    assert trial(name, SEEDS[0]).payload(label, solution) != trial(name, SEEDS[1]).payload(label, solution)


@pytest.mark.parametrize("name, label", _exercises(_computed))
def test_what_was_typed_is_tried_on_a_computed_exercise(name, label):
    assert any(is_typed(source) for source, _ in TABLES[name].SOURCES[label])


def test_a_made_up_run_turns_where_it_should_and_its_last_step_stands_for_no_mean():
    for seed in range(30):
        history = scenes.run(np.random.default_rng(seed), turn=40, eval_every=8).history
        valid, losses = history["valid_loss"], history["loss"]
        assert history["step"][valid.idxmin()] == 40 and valid.idxmax() == 0
        assert losses.idxmin() < 100 and losses.iloc[-1] > losses.tail(10).mean() + 0.1
        assert history["epoch"].iloc[-1] == 100 * 1024 / 6000


def test_what_stands_in_for_a_module_leaves_it_alone():
    changed = scenes.instead(math, sqrt=lambda number: "another")
    assert changed.sqrt(4) == "another" and changed.exp is math.exp and math.sqrt(4) == 2


def test_an_object_is_made_when_it_is_used():
    made = []
    lazy = scenes.Lazy(lambda: made.append(1) or {"a": 3}, name="ready")
    assert lazy and lazy.name == "ready" and made == []
    assert lazy["a"] == 3 and len(lazy) == 1 and list(lazy.keys()) == ["a"] and made == [1]
