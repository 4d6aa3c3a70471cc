"""Grade a class of a hundred: 85 honest submissions, 5 damaged, 10 hostile; how long it takes, and whether
every mark is as it should be.

``python -m benchmarks.grading [NN] [--students 100] [--workers 2]``
"""

import argparse
import json
import os
import platform
import random
import tempfile
import time
from pathlib import Path

from gpt2lab.course.building.notebooks import compose
from gpt2lab.grading.batch import grade
from gpt2lab.grading.judging.assignment import find_source, read_assignment

COURSE = Path(__file__).parent.parent / "notebooks"
HOSTILE = (
    "import os\nos._exit(0)",
    "while True:\n    pass",
    "hold = [bytearray(200_000_000) for _ in range(200)]",
    "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
    "print('x' * 50_000_000)",
    "for _ in range(10**7):\n    print('y' * 1000)",
    "import os, signal\nos.kill(-1, signal.SIGKILL)",
    "import ctypes\nctypes.string_at(0)",
    "from IPython import get_ipython\nget_ipython().display_pub.publish = lambda *_, **__: None",
    "import socket\nsocket.create_connection(('127.0.0.1', 22), timeout=5)",
)
DAMAGED = (
    ("cut off", lambda text: text[: len(text) // 2]),
    (
        "merge conflict",
        lambda text: text.replace(
            '"cells": [', '<<<<<<< HEAD\n"cells": [\n=======\n"cells": [\n>>>>>>> theirs', 1
        ),
    ),
    ("empty", lambda text: ""),
    ("no notebook", lambda text: '{"a": 1}'),
    ("another encoding", lambda text: "\0" + text),
)


def submission(notebook, answers):
    """A student's notebook with these answers: dict of grade_id to source."""
    made = json.loads(json.dumps(notebook))
    for cell in made["cells"]:
        if cell["id"] in answers:
            cell["source"] = answers[cell["id"]]
    return json.dumps(made, indent=1)


def a_class(number, students, folder, seed=0):
    """Write the submissions of a class; return what each student has to get: label to points, or None where
    damage decides.
    """
    assignment = read_assignment(COURSE, number)
    notebook = compose(find_source(COURSE, number), student=True)
    rng = random.Random(seed)
    expected = {}
    for student in range(students):
        answered = {exercise.label: rng.random() < 0.7 for exercise in assignment.exercises}
        answers = {
            exercise.grade_id: exercise.solution + f"\n# {student}"
            for exercise in assignment.exercises
            if answered[exercise.label]
        }
        name = f"student-{student:03d}"
        kind = "honest"
        if student < len(HOSTILE):
            kind = "hostile"
            attacked = assignment.exercises[student % len(assignment.exercises)]
            answers[attacked.grade_id], answered[attacked.label] = (
                f"# EXERCISE {attacked.label}\n{HOSTILE[student]}",
                False,
            )
        text = submission(notebook, answers)
        if len(HOSTILE) <= student < len(HOSTILE) + len(DAMAGED):
            kind = "damaged"
            text = DAMAGED[student - len(HOSTILE)][1](text)
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
        expected[name] = (
            kind,
            {exercise.label: exercise.points * answered[exercise.label] for exercise in assignment.exercises},
        )
    return expected


def wrong_marks(graded, expected):
    """The marks that are not what they should be, each as a line; damaged submissions must have a note, and
    never too many points.
    """
    lines = []
    for result in graded.results:
        kind, points = expected[result.student]
        if kind == "damaged" and not result.notes:
            lines.append(f"{result.student}: damaged, without a note")
        for exercise in result.exercises:
            due = points[exercise.label] if exercise.state != "by hand" else 0  # until a person has read it
            if exercise.earned > due or (kind != "damaged" and exercise.earned != due):
                lines.append(
                    f"{result.student} ({kind}) {exercise.label}: {exercise.earned:g} instead of {due:g}"
                    f" ({exercise.state}: {exercise.note})"
                )
    return lines


def main():
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", nargs="?", default="03")
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "submissions").mkdir()
        expected = a_class(asked.notebook, asked.students, folder / "submissions")
        began = time.monotonic()
        before = os.times()
        graded = grade(
            asked.notebook, folder / "submissions", folder / "grades", COURSE, workers=asked.workers
        )
        seconds = time.monotonic() - began
        after = os.times()
    wrong = wrong_marks(graded, expected)
    spent = (after.user + after.system + after.children_user + after.children_system) - (
        before.user + before.system + before.children_user + before.children_system
    )
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[1]:.1f}; notebook"
        f" {asked.notebook}, {asked.workers} at a time"
    )
    print(
        f"{asked.students} submissions in {seconds:.0f} s, {seconds / asked.students:.1f} s each; {spent:.0f}"
        " s of processor time"
    )
    print("\n".join(wrong) if wrong else "Every mark is as it should be.")
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
