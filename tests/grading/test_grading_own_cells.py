"""Honest notebooks as students write them, graded in the sandbox: what passes there passes here."""

import json
import shutil
import sys

import pytest
from places import NOTEBOOKS

from gpt2lab.course.building.notebooks import compose
from gpt2lab.grading.batch import grade

SOURCE = NOTEBOOKS / "source" / "03_watch_the_loss.py"
pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed"),
    pytest.mark.timeout(900),
]
STEP = "best_step = history.loc[history['valid_loss'].idxmin(), 'step']"
GAP = "gap = history['valid_loss'].dropna().iloc[-1] - history['loss'].tail(LAST).mean()"
CHANCE = "probability = math.exp(-low)"
WORDS = (
    "It has learned the diary by heart. Held-out text as validation text would have shown that the validation"
    " loss rises. Stop where it is lowest, or use more text."
)
NOTEBOOK_03 = {
    "a run by its name": {"03.2": "best_step = lab.Run.open('by_heart').best_step"},
    "large figures": {
        "03.2": "import matplotlib.pyplot as plt\nimport numpy as np\nfor _ in range(3):\n"
        f"    plt.figure(figsize=(10, 6), dpi=300)\n    plt.imshow(np.random.rand(900, 900))\n"
        f"    plt.show()\n{STEP}"
    },
    "a kernel that ends": {
        "03.2": f"import numpy as np\ndef e(x):\n    return np.exp(x)\n{STEP}",
        "03.3": "import os\nos._exit(1)",
        "03.4": "probability = e(-low)",
    },
    "scratch and helpers": {
        "03.1": "prediction = 'b'\ndef chance(x):\n    return exp(-x)",
        "above 03.2": "from math import *\nhistory = by_heart.history  # again",
        "03.4": "probability = chance(low)",
        "at the end": "def history(run):\n    return run.history\nlow = lambda x: x\ngap = 'wide'",
    },
    "a name of the course's used anew": {
        "above 03.2": "short = by_heart.history.dropna(subset=['valid_loss'])",
        "03.2": "best_step = short.loc[short['valid_loss'].idxmin(), 'step']",
    },
    "a newer Python": {"03.2": 'print(f"{history["step"].iloc[-1]}")\n' + STEP},
    "words in Markdown": {"03.5": (WORDS,)},
}
HONEST = {"03.2": STEP, "03.3": GAP, "03.4": CHANCE, "03.5": f'advice = """{WORDS}"""'}


def notebook(answers):
    """Notebook 03 with these answers; a text in Markdown is in a tuple."""
    made = compose(SOURCE, student=True)
    cells = []
    for cell in made.cells:
        label = cell.id.removeprefix("exercise-").replace("-", ".")
        answer = answers.get(label)
        anchor = cell.source.partition("\n")[0]
        if f"above {label}" in answers:
            cells.append(dict(cell, id="own", source=answers[f"above {label}"]))
        if isinstance(answer, tuple):
            own = {"cell_type": "markdown", "id": "words", "metadata": {}, "source": answer[0]}
            cells += [dict(cell), own]
        else:
            cells.append(dict(cell, source=f"{anchor}\n{answer}") if answer else dict(cell))
    if "at the end" in answers:
        cells.append(dict(cells[-1], id="end", source=answers["at the end"]))
        cells[-1] |= {"cell_type": "code", "outputs": [], "execution_count": None}
    return json.dumps(dict(made, cells=cells))


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """By notebook and exercise what became of the answer."""
    folder = tmp_path_factory.mktemp("class")
    for name, answers in NOTEBOOK_03.items():
        (folder / f"{name}.ipynb").write_text(notebook(HONEST | answers), encoding="utf-8")
    graded = grade("03", folder, tmp_path_factory.mktemp("out") / "grades", NOTEBOOKS)
    return {
        result.student: {exercise.label: exercise.state for exercise in result.exercises}
        for result in graded.results
    }


@pytest.mark.parametrize("name", NOTEBOOK_03)
def test_what_passes_in_the_notebook_passes_here(states, name):
    expected = dict.fromkeys(HONEST, "right") | {"03.5": "by hand"}
    if name == "a kernel that ends":
        expected["03.3"] = "stopped"
    if name == "a newer Python" and sys.version_info < (3, 12):
        expected["03.2"] = "by hand"
    assert states[name] == expected
