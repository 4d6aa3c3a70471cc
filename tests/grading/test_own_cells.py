"""What a student's own cells give an answer, as in the student's notebook: from above it, in order, and
nothing in the place of what the course binds.
"""

import builtins
import json
import time
from types import SimpleNamespace

import pytest

from gpt2lab.grading.answers.finding import find_answers
from gpt2lab.grading.answers.names import needed_by
from gpt2lab.grading.answers.own_definitions import find_statements, pick_used


def exercise(number, blank, hidden="", solution=""):
    anchor = f"# EXERCISE 03.{number} (difficulty 1, 5 min, 1 point)"
    return SimpleNamespace(
        label=f"03.{number}",
        grade_id=f"exercise-03-{number}",
        kind="code",
        blank=f"{anchor}\n{blank}",
        solution=f"{anchor}\n{solution}",
        hidden=hidden,
    )


STEP = exercise(2, "best_step = ...  # your answer", "history = [3, 1, 2]")
CHANCE = exercise(4, "chance = ...  # your answer", "import math\nlow = 0.5")
WHY = exercise(5, "advice = ...  # your answer", solution='advice = """\nStop.\n"""')
ALL = [STEP, CHANCE, WHY]
CHECKS = {each.label: f'# CHECK {each.label}\nlab.course.check("{each.label}", 1)' for each in ALL}
SET_UP = 'import gpt2lab as lab\n\nMODEL = "3M"'
GIVEN = [
    "history = run.history\nfor row in history:\n    print(row)",
    SET_UP,
    *CHECKS.values(),
    "A text of the course.",
]


def answer(of, source):
    return f"{of.blank.partition(chr(10))[0]}\n{source}"


def find(*cells):
    """What is found in a notebook; a cell in Markdown is a text in a tuple."""
    made = [
        {"cell_type": "markdown", "metadata": {}, "source": cell[0]}
        if isinstance(cell, tuple)
        else {"cell_type": "code", "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
        for cell in (GIVEN[0], *cells)
    ]
    content = json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return find_answers(content.encode(), ALL, GIVEN)


def value(of, name, *cells, **scene):
    """What a name is after the answer that was found has run where the scene's names are bound."""
    namespace = {**scene}
    exec(find(*cells).sources[of.label], namespace)
    return namespace[name]


@pytest.mark.parametrize(
    "own, used",
    [
        ("from math import *", "floor(2.5)"),
        ("from math import floor as down", "down(2.5)"),
        ("import math as m, os.path", "m.floor(2.5)"),
        (
            "try:\n    import ujson as math2\nexcept ImportError:\n    import math as math2",
            "math2.floor(2.5)",
        ),
        ("from functools import partial\ntwo = partial(max, 2)", "two(1)"),
        ("FACTOR = 2\ndef times(x):\n    return FACTOR * x", "times(1)"),
        ("FACTOR = 1\nFACTOR += 1", "FACTOR"),
        ("a, *b = 1, 2", "b[0]"),
        ("TABLE = {}\nfor key in 'ab':\n    TABLE[key] = len(TABLE) + 1", "TABLE['b']"),
        ("words = ['a']\nwords.append('b')\nprint(words)", "len(words)"),
        ("@staticmethod\ndef same(x):\n    return x", "same(2)"),
        ("class Two:\n    value = 2", "Two.value"),
        ("lam = lambda x: (\n    x)", "lam(2)"),
        ("a = 1; b = a + 1", "b"),
        ("if True:\n    two = 2\nelse:\n    two = 3", "two"),
        ("two = 2\n%matplotlib inline", "two"),
        ("two = 2\n\nthree = = 3", "two"),
        ("%%writefile helpers.py\ndef two():\n    return 2", "__import__('helpers').two() if two else 0"),
        ("n = 1", "(lambda x: x + n)(1)"),
        ("n = 1", "[x + n for x in (1,)][0]"),
        ("n = 2", "int(f'{n}')"),
    ],
)
def test_what_an_answer_uses_of_a_cell_above_goes_along(own, used):
    if own.startswith("%%"):
        used = "two()"
        source = answer(STEP, f"from helpers import two\nbest_step = {used}")
    else:
        source = answer(STEP, f"best_step = {used}")
    assert value(STEP, "best_step", own, source) == 2


def test_only_what_is_used_goes_along():
    source = answer(STEP, "best_step = 1  # of files and data\nwords = 'files, data'")
    assert find("from google.colab import drive, files", "import seaborn as data", source).sources == {
        "03.2": source
    }
    written = answer(WHY, 'advice = """I would drive it lower, with other data."""')
    assert find("from google.colab import drive", "import seaborn as data", written).sources == {
        "03.5": written
    }


def test_what_the_student_binds_anew_is_a_second_way_to_read_the_answer():
    """Where the mark would be lost otherwise; see `gpt2lab.grading.judging.jobs`."""
    found = find("history = [9]", answer(STEP, "best_step = history[0]"))
    assert found.sources["03.2"] == answer(STEP, "best_step = history[0]")
    assert found.in_their_world == {"03.2": f"history = [9]\n{found.sources['03.2']}"}
    assert "another cell" not in " ".join(found.notes)
    # Of earlier answers, too: the student's own, in place of the solution.
    found = find(answer(STEP, "best_step = 7"), answer(CHANCE, "chance = best_step"))
    assert found.in_their_world["03.4"].startswith("best_step = 7\n")
    assert find("mine = 1", answer(STEP, "best_step = history[0] + mine")).in_their_world == {}


def test_the_course_s_own_loops_leave_their_names():
    loop = "row = 5\nfor row in [2]:\n    history = 'spoilt'"
    made = [
        {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for source in (loop, answer(STEP, "best_step = [row, history]"))
    ]
    content = json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    found = find_answers(content, ALL, [SET_UP, loop])
    assert not any("of the student's" in note for note in found.notes)
    namespace = {"history": [3, 1, 2]}
    exec(found.sources["03.2"], namespace)
    assert namespace["best_step"] == [2, [3, 1, 2]] and namespace["history"] == [3, 1, 2]


def test_what_the_course_or_the_scene_binds_is_not_replaced():
    source = answer(STEP, "best_step = history[0]")
    assert find("history = [9]", source).sources["03.2"] == source
    source = answer(CHANCE, "chance = low")
    assert find("low = lambda x: x", source).sources["03.4"] == source
    source = answer(CHANCE, "chance = MODEL")
    assert find(SET_UP, "MODEL = 'other'", source).sources["03.4"] == source
    # Nor by all that a module has.
    scene = {"history": "of the scene", "e": 3}
    assert (
        value(STEP, "best_step", "from math import *", answer(STEP, "best_step = e, floor(1.5)"), **scene)[0]
        == 3
    )


def test_a_name_that_the_scene_binds_only_later_is_the_student_s():
    assert value(STEP, "best_step", "low = 7", answer(STEP, "best_step = low")) == 7


def test_a_name_of_the_course_that_no_scene_binds_may_be_the_student_s():
    assert value(STEP, "best_step", "row = 7", answer(STEP, "best_step = row")) == 7


def test_a_cell_below_changes_nothing_above():
    cells = ("def f():\n    return 1", answer(STEP, "best_step = f()"), "def f():\n    return 2")
    assert value(STEP, "best_step", *cells) == 1
    assert value(CHANCE, "chance", *cells, answer(CHANCE, "chance = f()")) == 2


def test_a_definition_below_serves_if_there_is_none_above():
    cells = (answer(STEP, "best_step = f()"), "def f():\n    return g()\ndef g():\n    return 4", "f = 3")
    assert value(STEP, "best_step", *cells) == 4


def test_each_statement_sees_what_stood_above_it():
    own = ("n = 1", "first = n", "n = 2", "def later():\n    return n", "n = 3")
    assert value(STEP, "best_step", *own, answer(STEP, "best_step = first, later(), n")) == (1, 3, 3)


def test_predictions_answers_and_check_cells_are_the_student_s_own_too():
    prediction = '# EXERCISE 03.1 (difficulty 1, 1 min, 0 points)\nprediction = "b"\ndef f(x):\n    return x'
    assert value(STEP, "best_step", prediction, answer(STEP, "best_step = f(prediction)")) == "b"
    earlier = answer(STEP, "import math as m\ndef e(x):\n    return m.exp(x)\nbest_step = 1")
    assert value(CHANCE, "chance", earlier, answer(CHANCE, "chance = e(0)")) == 1
    check = f"def g():\n    return 5\n{CHECKS['03.2'].partition(chr(10))[2]}"
    assert value(CHANCE, "chance", check, answer(CHANCE, "chance = g()")) == 5


def test_what_the_solution_imports_too_is_not_repeated():
    own = STEP.solution
    STEP.solution += "import json"
    try:
        source = answer(CHANCE, "chance = json.loads('1')")
        assert find(answer(STEP, "import json\nbest_step = 1"), source).sources["03.4"] == source
    finally:
        STEP.solution = own


class TestTheCellThatCounts:
    def test_the_copy_above_the_check_and_not_one_for_playing(self):
        first, second = answer(STEP, "best_step = 1"), answer(STEP, "best_step = 2")
        found = find(first, CHECKS["03.2"], second)
        assert found.sources["03.2"] == first and "the one above its check" in " ".join(found.notes)
        assert find(first, second, CHECKS["03.2"]).sources["03.2"] == second
        assert find(first, CHECKS["03.2"], second, CHECKS["03.2"]).sources["03.2"] == second
        assert find(STEP.blank, CHECKS["03.2"], second).sources["03.2"] == second
        assert find(first, second).sources["03.2"] == second

    def test_what_a_cell_above_the_check_makes_of_the_answer(self):
        cells = (answer(STEP, "best_step = 1.6"), "best_step = int(best_step)", CHECKS["03.2"])
        assert value(STEP, "best_step", *cells, "best_step = 9") == 1
        assert value(STEP, "best_step", *cells[:1], CHECKS["03.2"], cells[1]) == 1.6

    def test_what_the_check_cell_gives_it(self):
        name, call = CHECKS["03.2"].split("\n")
        assert value(STEP, "best_step", STEP.blank, f"{name}\nn = 3\nbest_step = n\n{call}") == 3

    def test_a_step_towards_it_in_a_cell_above(self):
        assert value(STEP, "best_step", "best_step = 1.6", answer(STEP, "best_step = int(best_step)")) == 1

    def test_a_cell_above_if_this_one_gives_nothing(self):
        assert value(STEP, "best_step", "best_step = 4", answer(STEP, "print(history)"), history=1) == 4
        assert value(STEP, "best_step", "best_step = 4", answer(STEP, "# above")) == 4


class TestAnswersInWords:
    WORDS = 'It has learned "by heart".\nStop \\ earlier.'

    def test_in_the_place_of_the_cell(self):
        cell = (answer(WHY, self.WORDS),)
        assert value(WHY, "advice", cell, CHECKS["03.5"]).strip() == self.WORDS

    def test_below_the_cell(self):
        for check in ((CHECKS["03.5"],), ()):
            assert value(WHY, "advice", WHY.blank, (self.WORDS,), *check).strip() == self.WORDS
        assert find(WHY.blank, (GIVEN[-1],), CHECKS["03.5"], (self.WORDS,)).sources["03.5"] == WHY.blank

    def test_not_if_the_cell_holds_an_answer(self):
        source = answer(WHY, 'advice = "Stop."')
        assert find(source, (self.WORDS,), CHECKS["03.5"]).sources["03.5"] == source


def test_blank_answers_get_nothing():
    assert find("import best_step", "best_step = 4", STEP.blank).sources == {"03.2": STEP.blank}


@pytest.mark.parametrize(
    "source, needed",
    [
        ("x = x + y", {"x", "y"}),
        ("y = 1\nx = y", set()),
        ("def f(a, *b, c=d):\n    g = a\n    return g + h", {"d", "h"}),
        ("[a for a in b if c]", {"b", "c"}),
        ("for i in n:\n    i", {"n"}),
        ("for a in b:\n    c = a + d\n    d = c\nelse:\n    e", {"b", "d", "e"}),
        ("for a in a:\n    a", {"a"}),
        ("while (a := b):\n    a", {"b"}),
        ("if a:\n    def f():\n        return g + h\n    g = 1", {"a", "h"}),
        ("match a:\n    case [b, *c] if d:\n        b, c, e", {"a", "d", "e"}),
        ("with a as b:\n    b", {"a"}),
        ("class A(B):\n    c = 1\n    d = c\n    def e(self):\n        return f", {"B", "f"}),
        ("total += 1", {"total"}),
        ("table['a'] = 1", {"table"}),
        ("table.query('step > @first')", {"table", "first"}),
        ("f'{a} b'  # c", {"a"}),
        ("try:\n    a\nexcept E as e:\n    e", {"a", "E"}),
        ("not ( python", set()),
    ],
)
def test_names_that_are_needed(source, needed):
    assert needed_by(source)[0] - set(dir(builtins)) == needed


@pytest.mark.parametrize(
    "source", ["x = " + "-" * 19_000 + "1", "x = a" + "()" * 9_000, "x = x + x\n" * 1_900]
)
def test_hostile_cells_take_seconds(source):
    began = time.process_time()
    statements = find_statements((place, source, False) for place in range(40))
    pick_used("y = x", statements, 100)
    assert time.process_time() - began < 60
