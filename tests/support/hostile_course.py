"""A made-up assignment, cheap to run: each attack stands in an exercise of its own, and after each comes an
honest answer.
"""

from dataclasses import dataclass, field
from pathlib import Path

import gpt2lab
from gpt2lab.course.checks import verdicts
from gpt2lab.grading.judging.assignment import Assignment, Exercise
from gpt2lab.grading.judging.key import Key
from gpt2lab.grading.judging.running import grade_answers

PACKAGE = Path(gpt2lab.__file__).parent
# Each is tried one by one from inside of the sandbox, also what is put there later.
SOURCES = sorted(
    path for room in ("course", "grading") for path in (PACKAGE / room).rglob("*") if path.is_file()
)
SEED = "a-secret-of-the-course"
LIMITS = {
    "seconds_a_cell": 30,
    "seconds_a_notebook": 600,
    "memory_MB": 1000,
    "processes": 120,
    "output_kB": 500,
    "disk_MB": 100,
}
NEEDED = {"__init__.py", "checking.py", "verdicts.py"}  # of the room of the checks
HONEST = "answer = number + 1"


def is_open(path):
    """Whether a file of the course or the grader may be read from inside: scenes are, hidden inputs are drawn
    with a seed that is not there.
    """
    parts = path.relative_to(PACKAGE).parts
    hidden = "grading" in parts or "__pycache__" in parts
    return not hidden and ("checks" not in parts or path.name in NEEDED)


@dataclass
class Graded:
    """What became of the attacks and of the honest answers after them, by the name of the attack; ``seen``
    holds what the check was given.
    """

    attacks: dict = field(default_factory=dict)
    honest: dict = field(default_factory=dict)
    seen: dict = field(default_factory=dict)


def grade_attacks(attacks, trusted=False, **limits):
    """Grade one submission with these attacks: dict of name to source."""
    graded, exercises, answers = Graded(), [], {}
    for at, (name, source) in enumerate(attacks.items()):
        for kind, given in (("1", source), ("2", HONEST)):
            # From 100 on, since a check is registered by its label: those of the notebooks stay what they
            # are.
            exercises.append(_exercise(f"{at + 100}.{kind}", graded.seen if kind == "1" else {}, name))
            answers[exercises[-1].label] = given
    assignment = Assignment("90_attacks", "", tuple(exercises))
    results = grade_answers(assignment, Key(assignment, SEED), answers, LIMITS | limits, trusted)
    for name, attack, honest in zip(attacks, results[::2], results[1::2]):
        graded.attacks[name], graded.honest[name] = attack, honest
    return graded


def _exercise(label, seen, name):
    def check(answer, number):
        seen[name] = answer
        wrong = verdicts.wrong_number(answer, number + 1, tolerance=1e-12, otherwise="Add one.")
        return verdicts.wrong(wrong) if wrong else verdicts.right("So it is.")

    verdicts.exercise(label)(check)
    return Exercise(
        label,
        name,
        f"exercise-{label}",
        "code",
        1.0,
        "answer = ...",
        f"{HONEST}  # as the instructor does it",
        hidden="number = int(rng.integers(10**7, 10**8))",
        answer="answer",
        context=("number",),
        names=("answer",),
    )
