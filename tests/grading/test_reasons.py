"""What is said of an answer where its value does not tell why it is not right."""

import sys
from types import SimpleNamespace

import pytest

from gpt2lab.course.checks import verdicts
from gpt2lab.course.checks.verdicts import half_right, right
from gpt2lab.grading.answers.finding import FoundAnswers
from gpt2lab.grading.answers.newer_python import is_newer_python
from gpt2lab.grading.intake.submissions import Submission
from gpt2lab.grading.judging import running
from gpt2lab.grading.judging.findings import ExerciseResult
from gpt2lab.grading.judging.reasons import TYPED, reason_for, why_missing, why_newer, why_no_value
from gpt2lab.grading.results.feedback import what_next

FUNCTION = SimpleNamespace(label="01.5", blank="def block_parameters(d):\n    ...  # your answer")
NUMBER = SimpleNamespace(label="01.2", blank="characters_per_token = ...  # your answer")
LETTER = SimpleNamespace(label="01.3", blank="what_the_seed_changes = ...  # your answer")


@pytest.mark.parametrize(
    "exercise, state, answer, words",
    [
        (NUMBER, "wrong", "characters_per_token = 4.6", TYPED),
        (NUMBER, "wrong", "characters_per_token = len(paragraph)", "said"),
        (NUMBER, "wrong", "x = " + "(" * 5_000, "said"),
        (NUMBER, "right", "characters_per_token = 4.6", "said"),
        (LETTER, "wrong", "what_the_seed_changes = 'a'", "said"),
        (
            FUNCTION,
            "unanswered",
            "def block_parameters(d):\n    print(12 * d)",
            "Your function returns nothing: it needs a return.",
        ),
        (FUNCTION, "unanswered", FUNCTION.blank, "said"),
        (
            NUMBER,
            "unanswered",
            "print(3)\n" + NUMBER.blank,
            "There is still no value in the place of the three dots.",
        ),
    ],
)
def test_a_reason_is_that_of_the_source_where_it_tells_more(exercise, state, answer, words):
    result = ExerciseResult(exercise.label, "", 1, state=state, reason="said", answer=answer)
    assert reason_for(result, exercise) == words


@pytest.mark.parametrize(
    "handed, found, words",
    [
        (None, FoundAnswers(), "No notebook of this assignment"),
        (object(), FoundAnswers(notes=("The file is empty.",)), "holds none of the answers"),
        (
            object(),
            FoundAnswers({"01.2": "x"}, notes=("It was cut off. What is whole in it was read.",)),
            "file is damaged",
        ),
        (object(), FoundAnswers({"01.2": "x"}), ""),
    ],
)
def test_what_is_missing_is_missing_for_a_reason(handed, found, words):
    assert words in why_missing(Submission("ada", handed=handed), found) and (
        words or not why_missing(Submission("ada", handed=handed), found)
    )


@pytest.mark.parametrize(
    "exact, answer, said",
    [
        (4.267, 4.3, None),
        (4.267, 4, "rounded too far"),
        (0.4286, 0.43, None),
        (0.4286, 0.4, "rounded too far"),
        (5.5, 0, "too small"),
        (4.267, 4.4, "too large"),
    ],
)
def test_two_digits_are_enough_whatever_the_number(exact, answer, said):
    found = verdicts.wrong_number(answer, exact, otherwise="Divide.")
    assert found is None if said is None else said in found


def test_two_digits_are_not_enough_where_more_are_asked_for():
    assert "rounded" in verdicts.wrong_number(4.27, 4.2671, tolerance=1e-4)


def test_a_function_that_uses_what_is_not_there_is_told_so_at_grading():
    def fails(_):
        raise NameError("name 'helper' is not defined")

    with verdicts.hidden_inputs():
        assert "Only answer cells are run" in verdicts.call(fails, 3)[1].reason
    assert "helper" in verdicts.call(fails, 3)[1].reason


NUMBERED = "k = int(hidden)\n" + "\n".join(f"if k == {number}: raise ValueError" for number in range(60))
DIVIDED = "\n".join(f"1 / (k - {number})" for number in range(60))
NAMED = "[lambda: name_0" + "".join(f", lambda: name_{number}" for number in range(1, 60)) + "][k]()"


@pytest.mark.parametrize(
    "source, other_ends",
    [
        (NUMBERED, [{"type": "ValueError", "line": line} for line in range(2, 62)]),
        (DIVIDED, [{"type": "ZeroDivisionError", "line": line} for line in range(1, 61)]),
        (
            NAMED,
            [
                {"type": "NameError", "line": 1, "message": f"name 'name_{number}' is not defined"}
                for number in range(60)
            ],
        ),
        (
            "raise [ValueError, TypeError, KeyError][k]",
            [{"type": kind, "line": 1} for kind in ("ValueError", "TypeError", "KeyError")],
        ),
        (
            "x = 1\ny = 2",
            [{"type": kind, "line": 2} for kind in ("Hidden7", "BlockingIOError", "FloatingPointError")],
        ),
    ],
    ids=["raise", "lines", "names", "kinds", "kinds of its own"],
)
def test_where_an_answer_ended_tells_nothing_of_a_hidden_value(source, other_ends):
    said = {why_no_value(NUMBER, source, error, None) for error in other_ends}
    assert len(said) == 1 and "ends with an error" in said.pop()


def test_an_honest_error_is_told_by_its_kind_and_line():
    source = "shown = paragraph\ncharacters_per_token = len(paragraph) / len(shown.tokens)"
    said = why_no_value(NUMBER, source, {"type": "AttributeError", "line": 2, "message": "secret"}, None)
    assert said == "Your cell ends with an AttributeError in line 2."
    invalid = why_no_value(NUMBER, "x = 1\ny = (2", {"type": "SyntaxError", "line": 2}, None)
    assert "no valid Python in line 2, 'y = (2'" in invalid
    lost = {"type": "NameError", "line": 1, "message": "name 'helper' is not defined"}
    assert "uses helper" in why_no_value(NUMBER, "characters_per_token = helper(2)", lost, None)


@pytest.mark.parametrize(
    "source, newer",
    [
        ('print(f"{history["step"].iloc[-1]}")\nx = 1', (3, 12)),
        ('x = f"{a["b"]:>{w["c"]}.2f} {d!r} {e != f} {g=} {{"', (3, 12)),
        ('x = f"{", ".join(f"{a["b"]}" for a in c)}"', (3, 12)),
        ("type Number = float", (3, 12)),
        ("def f[T: (int, list[str])](x: T) -> T:\n    return x", (3, 12)),
        ("try:\n    a\nexcept A, B:\n    b", (3, 14)),
        ('x = t"{a}"', (3, 14)),
    ],
)
def test_a_newer_python_than_the_grader_s_is_told_from_none(source, newer):
    assert is_newer_python(source) == (sys.version_info < newer)
    reason = why_newer(source)
    assert not reason or f"{sys.version_info.major}.{sys.version_info.minor}" in reason


@pytest.mark.parametrize(
    "source",
    ["x = (", 'f"{a', 'print "a"', 'f"{a["b]}"', 'f"{}"', "def f(x) return x", "x = = 1", "x = 'abc", "x = 1"]
    + ['f"{' * 5_000, 'f"' * 9_000, "type " + "a[" * 6_000, "except " + "a," * 9_000 + "("],
)
def test_what_is_python_nowhere_is_no_newer_python(source):
    assert not is_newer_python(source) and why_newer(source) == ""


@pytest.mark.parametrize(
    "answer, state",
    [
        ("# EXERCISE 03.2\nbest_step = 30", "wrong"),
        ("mine = 30\n# EXERCISE 03.2\nbest_step = mine", "wrong"),
        ("# EXERCISE 03.2\nbest_step = history.step[3]", "right"),
    ],
)
def test_a_value_that_was_typed_does_not_count_if_chance_makes_it_right(answer, state):
    passed = [{"outcome": "passed", "when": "call", "xfail": False}]
    judging = SimpleNamespace(
        cells={("probe", "03.2"): passed}, verdicts={"03.2": right("Well done.")}, trouble=""
    )
    exercise = SimpleNamespace(label="03.2", title="", points=1.0, kind="code", blank="best_step = ...")
    result = running._result(exercise, answer, judging)
    assert (result.state, result.earned) == (state, float(state == "right"))
    assert ("You typed a value" in result.reason) == (state == "wrong")


@pytest.mark.parametrize("typed", [False, True])
def test_half_of_the_points_where_one_of_two_things_is_right_unless_both_were_typed(typed):
    failed = [{"outcome": "failed", "when": "call", "xfail": False}]
    judging = SimpleNamespace(
        cells={("probe", "08.2"): failed}, verdicts={"08.2": half_right("After OPEN that is too small.")}
    )
    exercise = SimpleNamespace(label="08.2", title="", points=1.0, kind="code", blank="survive_sure = ...")
    answer = f"survive_sure, survive_open = {2 if typed else 'count(p)'}, 3"
    result = running._result(exercise, answer, judging)
    assert (result.state, result.earned) == ("wrong", 0.0 if typed else 0.5)
    assert what_next(result)[1] == ("Not quite" if typed else "Partly right")
