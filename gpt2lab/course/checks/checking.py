"""Answer an answer: not given yet, right and what follows from it, or wrong and why. A check never raises and
scores nothing.
"""

import ast
import builtins
import textwrap
from importlib import import_module
from pathlib import Path

from gpt2lab.course.checks.verdicts import CHECKS, Verdict, short_error, unanswered, wrong
from gpt2lab.course.predictions import note
from gpt2lab.course.shown import WIDTH

TYPED = (
    "You typed a value. To be graded, your cell is run with other values: write it as an expression of the"
    " variables, so that it would be right for them too."
)
OPENINGS = {
    "right": "Right. ",
    "wrong": "Not quite. ",
    "to be read": "To be read: a check finds words, not whether they are true. ",
    "unanswered": "",
}
_WITHOUT_INPUTS = {*dir(builtins), "math", "np", "numpy", "pd"}


def check(label: str, answer: object = ..., *context: object, **named: object) -> None:
    """Print whether an answer is right, and why not.

    Parameters
    ----------
    label : str
        The exercise, for example ``"01.2"``.
    answer : object
        What the answer cell made.
    *context, **named
        What the check needs besides, such as the model or the text; the cell passes it.
    """
    verdict = judge(label, answer, *context, **named)
    for value in verdict.values:
        print(value)
    opening = "Half of it is right. " if verdict.share else OPENINGS[verdict.state]
    print(textwrap.fill(f"{label}  {opening}{verdict.reason}", WIDTH))
    if verdict.state == "right" and is_computed(label) and is_typed(_answer_cell(label)):
        print(textwrap.fill(TYPED, WIDTH))
    if verdict.chosen and (question := find_check(label).prediction):
        note(label, question, *verdict.chosen)


def judge(label: str, answer: object = ..., *context: object, **named: object) -> Verdict:
    """The `Verdict` on an answer; see `check`."""
    found = find_check(label)
    if found is None:
        return wrong(f"There is no exercise {label!r}; the first word of the check cell was changed.")
    if is_blank(answer):
        return unanswered()
    try:
        return found.judge(answer, *context, **named)
    except Exception as error:
        # An answer may be anything, an object that fails when it is compared too: the student is told, the
        # notebook goes on.
        return wrong(
            f"The check could not use your answer, a {type(answer).__name__} ({short_error(error)}). Look at"
            " what it should be."
        )


def find_check(label):
    """The `Check` of an exercise, for example ``"01.2"``; None if there is none."""
    module = f"notebook_{str(label)[:2]}"
    if label not in CHECKS and (Path(__file__).parent / f"{module}.py").is_file():
        import_module(f"gpt2lab.course.checks.{module}")
    return CHECKS.get(label)


def best_state(label):
    """The state of an answer to an exercise that nothing can be said against; also if it has no check."""
    found = find_check(label)
    return found.best if found else "right"


def find_questions():
    """The predictions of the notebooks, in their order: {exercise: the question in a few words}."""
    for path in sorted(Path(__file__).parent.glob("notebook_*.py")):
        import_module(f"gpt2lab.course.checks.{path.stem}")
    return {label: CHECKS[label].prediction for label in sorted(CHECKS) if CHECKS[label].prediction}


def is_computed(label):
    """Whether the answer of an exercise is to be an expression of what the notebook holds."""
    found = find_check(label)
    return found is not None and found.computed


def is_blank(answer):
    """Whether an answer was not given: ``...``, None, an empty text or collection, or one that still holds a
    ``...``.
    """
    if answer is None or answer is ...:
        return True
    if isinstance(answer, str):
        return not answer.strip(" .\n\t")
    if isinstance(answer, (list, tuple, dict, set)):
        return not answer or any(
            part is ... for part in (answer.values() if isinstance(answer, dict) else answer)
        )
    return False


def is_typed(source):
    """Whether a cell looks at nothing that other cells bound: ``best = 30`` and ``loss = math.log(4096)`` do
    not.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    nodes = list(ast.walk(tree))
    imported = {
        (name.asname or name.name).partition(".")[0]
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in node.names
    }
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    looked_up = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    return (
        bool(bound)
        and not looked_up - bound - imported - _WITHOUT_INPUTS
        and not any(isinstance(node, (ast.FunctionDef, ast.Lambda)) for node in nodes)
    )


def _answer_cell(label):
    """What was last run of the cell that answers an exercise; empty outside of a notebook."""
    from IPython import get_ipython

    shell = get_ipython()
    inputs = shell.user_ns.get("In", []) if shell else []
    return next((text for text in reversed(inputs) if f"EXERCISE {label}" in text.partition("\n")[0]), "")
