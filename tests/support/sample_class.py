"""A class of thirty as a course has them, graded; and the texts by which somebody might try to get at who
reads the grades.
"""

import random
from dataclasses import replace

from gpt2lab.grading.judging.findings import ExerciseResult, SubmissionResult

NASTY = (
    "\x1b[2J\x1b[31mowned\x1b]0;title\x07",
    "<script>document.title = 'taken over'</script>",
    "</pre><img src=x onerror=\"document.title = 'taken over'\">",
    "</span></section></main><h1>A</h1>",
    "{{7*7}}${7*7}#{7*7}",
    "%s%n{0}{student}",
    "x" * 1_000_000,
    "\u202egnp.exe\u2066 x\u2069",
    "a\0b\x85c\u2028d",
    "half \ud800 of \udfff a character",
    '=HYPERLINK("http://example.org/?"&A1,"Click")',
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    '"=1+1"',
    "'=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "“=1+1”",
    "x;=1+1",
    'x;"=1+1',
    "x,=1+1",
    "x\t=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "=cmd|'/C calc'!A0\"",
    "=1+1\x00",
    "-->",
    "]]>",
    "&lt;b&gt;",
    "Z" + "\u0301" * 500,
    "javascript:alert(1)",
    'x" onmouseover="alert(1)',
    "<!--",
    "<style>*{display:none}</style>",
    "\\",
    "`",
    "",
)
WRITTEN = frozenset({"03.5"})
EXERCISES = (
    (
        "03.2",
        "The best step",
        1,
        "best = by_heart.history.loss.idxmin()",
        "That is where the training loss was lowest. Look at the validation loss.",
    ),
    (
        "03.3",
        "The gap",
        1,
        "gap = valid.iloc[-1] - train.iloc[-1]",
        "{} is too large. Take the last validation loss, less the mean of the last LAST training losses.",
    ),
    (
        "03.4",
        "The probability of a loss",
        2,
        "probability = 1 - 0.1",
        "Close, but 1 minus the loss is only what the exponential looks like near 0. Use math.exp.",
    ),
    (
        "03.5",
        "Advice for a friend",
        2,
        (
            'advice = """\nThe loss is near nought so the model is good and you should train it for longer on'
            ' it.\n"""'
        ),
        "You say nothing of text that the model has not read. What would its loss there be?",
    ),
    (
        "03.6",
        "A rule that stops",
        4,
        "def stop(losses, patience):\n    # when it rises\n    return losses[-1] > losses[-2]",
        "stop([3, 4, 2], 2) should be False: the loss fell again.",
    ),
)
RIGHT = {
    "03.2": "best = by_heart.history.dropna().valid_loss.idxmin()  # lowest validation loss",
    "03.3": "gap = valid.iloc[-1] - losses.tail(LAST).mean()",
    "03.4": "probability = math.exp(-0.1)",
    "03.5": (
        'advice = """\nYour model knows the diary by heart. Keep some pages back as validation text, number'
        ' {},\nand stop where their loss is lowest.\n"""'
    ),
    "03.6": (
        "def stop(losses, patience):\n    best = min(range(len(losses)), key=losses.__getitem__)\n    return"
        " len(losses) - 1 - best >= patience  # {}"
    ),
}
NAMES = (
    "Ada Lovelace",
    "Alan Turing",
    "Anahí Pérez",
    "Bảo Nguyễn",
    "Chinedu Okafor",
    "Dilnoza Karimova",
    "Edsger",
    "Emmy Noether",
    "Fatima Zahra",
    "Grace Hopper",
    "Hedy Lamarr",
    "Ingrid Ås",
    "Jo",
    "Karen Spärck Jones",
    "Li Na 李娜",
    "Maryam Mirzakhani",
    "Mohammed al-Khwarizmi",
    "Noor",
    "Olga",
    "Øyvind",
    "Priya Raman",
    "Quentin",
    "Rózsa Péter",
    "Sofia",
    "Srinivasa Ramanujan",
    "Tilde ~ Hansen",
    "Uwe",
    "שרה",
    "Wangari",
    "Zoë",
)
SKILL = {"03.2": 0.85, "03.3": 0.55, "03.4": 0.75, "03.5": 0.7, "03.6": 0.35}
# Two pairs of students with the same unusual answer, laid out otherwise.
SHARED = {
    name: (label, {"state": state, "earned": 0.0, "reason": reason, "answer": answer})
    for name, label, state, reason, answer in (
        (
            "Jo",
            "03.6",
            "wrong",
            "stop([3, 4, 2], 2) should be False: the loss fell again.",
            (
                "def stop(losses, patience):\n    worse = [b - a for a, b in zip(losses, losses[1:])]\n   "
                " return sum(w > 0 for w in worse) >= patience"
            ),
        ),
        (
            "Uwe",
            "03.6",
            "wrong",
            "stop([3, 4, 2], 2) should be False: the loss fell again.",
            (
                "def stop(losses,patience):  # my own idea\n\n  worse=[b-a for a,b in"
                " zip(losses,losses[1:])]\n  return sum(w>0 for w in worse)>=patience\n"
            ),
        ),
        (
            "Noor",
            "03.5",
            "by hand",
            "A person reads this answer.",
            (
                'advice = """\nStop when the loss of the pages that you have kept apart is lowest, since a'
                ' loss near\nnought on pages it has seen is like an exam with known questions.\n"""'
            ),
        ),
        (
            "Olga",
            "03.5",
            "by hand",
            "A person reads this answer.",
            (
                'advice = """Stop when the loss of the pages that you have kept apart is lowest, since a loss'
                ' near nought\non pages it has seen is like an exam with known questions."""'
            ),
        ),
    )
}
OTHERWISE = (
    ("unanswered", "There is no answer yet."),
    ("failed", "Your answer ended in an error, a NameError: a name is used that is not there."),
    ("stopped", "Your answer ran for more than 120 seconds and was stopped."),
    ("missing", "The cell of this exercise was not found in your notebook."),
)


def sample_class(students=NAMES, seed=3):
    """Results of a class: list of SubmissionResult."""
    chance = random.Random(seed)
    results = [_submission(number, name, chance) for number, name in enumerate(students)]
    return [
        _changed(result, *SHARED[result.student]) if result.student in SHARED else result
        for result in results
    ]


def _changed(result, label, values):
    return replace(
        result,
        exercises=tuple(
            replace(exercise, **values) if exercise.label == label else exercise
            for exercise in result.exercises
        ),
    )


def _submission(number, name, chance):
    exercises = tuple(_exercise(*exercise, chance, number) for exercise in EXERCISES)
    late = chance.choice((0, 0, 0, 0, 0, 1, 2))
    return SubmissionResult(
        name,
        f"{name}/03_watch_the_loss.ipynb",
        "03_watch_the_loss",
        exercises,
        f"2026-12-0{1 + late}T1{number % 10}:05:00+01:00",
        late,
        1.0 * late,
        (
            ("The notebook had lost its metadata; the answers were found by their comments.",)
            if chance.random() < 0.15
            else ()
        ),
        f"{number:064x}",
        2.5,
        True,
    )


def _exercise(label, title, points, mistake, reason, chance, number):
    draw = chance.random()
    if draw < SKILL[label]:
        return ExerciseResult(
            label,
            title,
            points,
            points,
            "right",
            "From there on the model got worse at text that it had not read.",
            answer=f"# EXERCISE {label} (difficulty 2, 5 min, {points} points)\n"
            + RIGHT[label].replace("{}", str(number)),
        )
    if draw < 0.9:
        own = f"  # {number}" if label != "03.5" else ""
        return ExerciseResult(
            label,
            title,
            points,
            0,
            "wrong",
            reason.format(f"{1 + chance.random():.3f}"),
            "the kernel printed: 4711",
            mistake + own,
        )
    state, words = chance.choice(OTHERWISE)
    answer = {"unanswered": "answer = ...", "missing": ""}.get(
        state, "while True:\n    losses = sorted(lossess)"
    )
    return ExerciseResult(
        label,
        title,
        points,
        0,
        state,
        words,
        "NameError: name 'lossess' is not defined, secret-input-42",
        answer,
    )


def nasty_class():
    """A class in which every text that comes from a submission is one of `NASTY`."""
    return [
        SubmissionResult(
            text,
            text,
            "03_watch_the_loss",
            tuple(
                ExerciseResult(label, title, points, 0, "wrong", text, text, text)
                for label, title, points, *_ in EXERCISES
            ),
            "2026-12-01T10:00:00+01:00",
            1,
            0.5,
            (text, text),
            text[:64],
        )
        for text in NASTY
    ]
