"""The notebook that is run: the instructor's cells, with the student's answers in their places and nothing
else of the student's.
"""

import json
from pathlib import Path

from gpt2lab.grading.judging.key import scene
from gpt2lab.grading.sandbox import probe

_PROBE = Path(probe.__file__).read_text(encoding="utf-8")
# Nobody looks at the figures of an answer, and large ones would count as what it printed.
_NO_FIGURES = '__import__("os").environ["MPLBACKEND"] = "agg"\n'
# As in the notebook, a run that a name holds can also be opened by its own name.
RUNS_BY_NAME = """
def _runs_by_name():
    import contextlib, pathlib
    from gpt2lab import Run
    for run in [each for each in globals().values() if isinstance(each, Run)]:
        with contextlib.suppress(OSError):
            place = pathlib.Path("checkpoint", run.name)
            place.parent.mkdir(exist_ok=True)
            if place.is_symlink():
                place.unlink()
            place.symlink_to(run.folder.resolve())

_runs_by_name()
del _runs_by_name
"""


def rebuild(assignment, answers, seed, calls):
    """Compose the notebook that nbval runs for one submission.

    Parameters
    ----------
    assignment : Assignment
    answers : dict of str to str
        The source of the student's answer by label; an exercise whose answer was not found has none.
    seed : int or str
        The course's secret.
    calls : dict of str to list of tuple
        With which arguments the function of an exercise is called.

    Returns
    -------
    str
        The notebook as JSON. The metadata ``gpt2lab`` of each cell has its ``role`` ('set-up', 'hidden',
        'answer' or 'probe'), its exercise's ``label``, and what to run ``again`` after the kernel was lost.
    """
    setup = _NO_FIGURES + assignment.setup
    cells = [_cell("set-up", "", setup, again=setup)]
    for exercise in assignment.exercises:
        if exercise.kind != "code":
            continue
        label = exercise.label
        hidden = scene(exercise, seed)
        if "scenes.run(" in hidden:
            hidden += RUNS_BY_NAME
        cells.append(_cell("hidden", label, hidden, again=hidden))
        cells.append(_cell("answer", label, answers.get(label, ""), again=exercise.solution))
        cells.append(_cell("probe", label, _probe(exercise, calls.get(label)), again=""))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def _probe(exercise, calls):
    return (
        f"_scope = {{'get_ipython': get_ipython}}\nexec({_PROBE!r}, _scope)\n_scope['show'](lambda:"
        f" ({exercise.answer}), {calls!r})"
    )


def _cell(role, label, source, again):
    metadata = {
        "gpt2lab": {"role": role, "label": label, "again": again},
        "tags": ["nbval-check-output" if role == "probe" else "nbval-ignore-output"],
    }
    # The output of cells that were run is compared by nbval; with what, is asked of the grader.
    return {
        "cell_type": "code",
        "id": f"{role}{label.replace('.', '-')}",
        "metadata": metadata,
        "execution_count": 1,
        "outputs": [],
        "source": source,
    }
