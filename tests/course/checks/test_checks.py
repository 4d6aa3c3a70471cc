"""The checks of the exercises: a right answer goes deeper, a wrong one gets its reason, no answer stops a
notebook.
"""

import re
from importlib import import_module

import pandas as pd
import pytest
from exercises.notebook_01 import block, gpt2
from places import SOURCES

from gpt2lab.course.building.source import read_source
from gpt2lab.course.checks.checking import find_check, is_blank, is_typed, judge
from gpt2lab.pretrained.catalog import find_card

_MODULES = [import_module(f"exercises.notebook_{source.stem[:2]}") for source in SOURCES]
EXERCISES = {label: row for module in _MODULES for label, row in module.EXERCISES.items()}
ALIKE = {label: answers for module in _MODULES for label, answers in module.ALIKE.items()}


def named(value):
    """A value as the name of a test, without the address of a function, by which two processes could not
    tell that it is the same test.
    """
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


@pytest.mark.parametrize("label", EXERCISES)
def test_a_right_answer_is_right_and_deepened(label):
    context, answer, _ = EXERCISES[label]
    verdict = judge(label, answer, *context)
    assert verdict.state == find_check(label).best
    assert len(verdict.reason.split()) > 8 and verdict.reason.endswith((".", "?"))


@pytest.mark.parametrize(
    "label, answer, word", [(label, *pair) for label, row in EXERCISES.items() for pair in row[2]], ids=named
)
def test_a_wrong_answer_gets_its_reason(label, answer, word):
    verdict = judge(label, answer, *EXERCISES[label][0])
    # A check can only search prose for words, so it leaves what it misses to be read.
    states = ("wrong", "to be read") if find_check(label).in_words else ("wrong",)
    assert verdict.state in states and word in verdict.reason, verdict


class Prickly:
    """Fails whatever is asked of it."""

    def _fail(self, *_):
        raise RuntimeError("prickly")

    __eq__ = __bool__ = __len__ = __float__ = __repr__ = __str__ = __iter__ = __getitem__ = _fail
    __hash__ = None


MISSING = [..., None, "", " ... ", [], (...,)]
MISSING_FUNCTIONS = [lambda *_: None, lambda *_: ...]
FUNCTIONS = ("01.5", "01.6", "02.6", "06.4", "08.7")  # the exercises that ask for one


@pytest.mark.parametrize(
    "label, answer",
    [
        (label, answer)
        for label in EXERCISES
        for answer in (*MISSING, *(MISSING_FUNCTIONS if label in FUNCTIONS else ()))
    ],
    ids=named,
)
def test_a_missing_answer_is_said_to_be_missing(capsys, label, answer):
    from gpt2lab.course import check

    check(label, answer, *EXERCISES[label][0])
    out = capsys.readouterr().out
    assert "yet" in out and "Right" not in out and "Not quite" not in out


@pytest.mark.parametrize(
    "answer",
    [
        Prickly(),
        pd.DataFrame({"a": [1]}),
        object(),
        int,
        10**400,
        b"b",
        {"a": 1},
        float("inf"),
        -1,
        lambda *_: exit(),
    ],
    ids=type,
)
@pytest.mark.parametrize("label", EXERCISES)
def test_no_answer_stops_the_notebook(capsys, label, answer):
    from gpt2lab.course import check

    check(label, answer, *EXERCISES[label][0])
    assert f"{label}  Not quite. " in capsys.readouterr().out


def test_a_right_answer_prints_the_same_whatever_it_was(capsys):
    from gpt2lab.course import check

    for label, answers in ALIKE.items():
        printed = []
        for answer in answers:
            check(label, answer, *EXERCISES[label][0])
            printed.append(capsys.readouterr().out)
        opening = "  To be read" if find_check(label).in_words else "  Right."
        assert printed[0] == printed[1] and opening in printed[0]


def test_functions_are_shown_with_their_values(capsys):
    from gpt2lab.course import check

    check("01.5", block, widths=[1, 768])
    assert capsys.readouterr().out.splitlines()[:2] == [
        "block_parameters(1) = 25",
        "block_parameters(768) = 7,087,872",
    ]
    check("01.6", gpt2, sizes=["124M"])
    assert f"= {find_card('124M').parameters:,}  (124M)" in capsys.readouterr().out


def test_an_unknown_exercise_is_said_to_be_unknown():
    assert "no exercise" in judge("99.1", 3).reason and "no exercise" in judge(None, 3).reason


def test_blanks_are_told_from_answers():
    assert is_blank(...) and is_blank({"a": ...}) and is_blank("...")
    assert not any(is_blank(answer) for answer in (0, 0.0, False, "a", [0], Prickly(), pd.DataFrame()))


def test_a_typed_value_is_told_from_an_expression():
    assert is_typed("# EXERCISE 03.2\nimport math\nbest_step = 30") and is_typed("a = -1.5\nb = (2, 'c')")
    assert is_typed("loss = -math.log(1 / 4096)") and is_typed("a = 2\nb = a + 1\nprint(b)")
    for expression in (
        "best_step = history.loss.min()",
        "b = a + 1",
        "epochs = 100 * 1024 / tokens",
        "def f(d):\n    return 3",
        "a =",
        "",
        "4",
    ):
        assert not is_typed(expression)


def test_who_typed_a_computed_value_is_told_that_others_will_be_tried(tmp_path):
    from nbclient import NotebookClient
    from nbformat import v4

    answers = "# EXERCISE 08.1\nat_half = 0.75", "# EXERCISE 08.1\nat_half = p[0] ** 2 / (p ** 2).sum()"
    check = 'lab.course.check("08.1", at_half, p)'
    setup = "import gpt2lab as lab\nimport pandas as pd\np = pd.Series([3 ** 0.5, 1]) / (1 + 3 ** 0.5)"
    notebook = v4.new_notebook(
        cells=[v4.new_code_cell(text) for text in (setup, answers[0], check, answers[1], check)]
    )
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    typed, computed = (notebook.cells[at].outputs[0].text for at in (2, 4))
    assert "Right" in typed and "You typed a value" in typed
    assert "Right" in computed and "typed" not in computed


def test_every_exercise_of_the_notebooks_has_a_check_and_a_test():
    exercises = {
        cell.exercise
        for source in SOURCES
        for cell in read_source(source)
        if cell.exercise and cell.kind == "code"
    }
    assert all(map(find_check, exercises))
    assert exercises == set(EXERCISES)
