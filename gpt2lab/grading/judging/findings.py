"""What was found out about a submission: plain values, which go to a worker and back, and into
``report.json``.
"""

from dataclasses import asdict, dataclass, replace

STATES = ("right", "wrong", "unanswered", "missing", "failed", "stopped", "read", "by hand", "not graded")
# States in which the points are not known yet.
OPEN = ("by hand", "not graded")
LOST = ("wrong", "failed", "unanswered")  # by what the answer says, and not by what the grader may do
READ_BY_A_PERSON = "A person reads this one."


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise of one submission.

    Attributes
    ----------
    label : str
        For example ``"03.2"``.
    title : str
        What the exercise is called in the notebook.
    points : float
        What it is worth.
    earned : float
        What was given; 0 unless ``state`` is 'right' or 'read', or a part of what was asked for is right.
    state : str
        'right', 'wrong' or 'unanswered'; 'missing' if the answer cell was not found; 'failed' if the answer
        ended in an error; 'stopped' if it ran against a limit or ended the kernel; 'read' if a person gave
        its points; 'by hand' if a person has to read it; 'not graded' if the grader itself failed.
    reason : str
        Said to the student: why. Holds no hidden input, and nothing that the student's code wrote.
    note : str
        For the instructor alone; may quote what the student's code wrote.
    answer : str
        The source that was graded, as the student wrote it; untrusted text.
    comment : str
        What the instructor wrote to the student.
    passable : bool
        Whether it is an answer in words that its check does not refuse.
    """

    label: str
    title: str
    points: float
    earned: float = 0.0
    state: str = "not graded"
    reason: str = ""
    note: str = ""
    answer: str = ""
    comment: str = ""
    passable: bool = False

    def of_words(self, read_by):
        """As it counts if it is an answer in words: read by a person, with what the check says against it as
        a note; or, if ``read_by`` is 'check', right unless the check refuses it.
        """
        if read_by == "check":
            passes = self.state == "by hand" and self.passable
            return replace(self, state="right", earned=self.points) if passes else self
        if self.state not in ("wrong", "failed"):
            return self
        note = f"The check refuses it: {self.reason} {self.note}".strip()
        return replace(self, state="by hand", reason=READ_BY_A_PERSON, note=note)


@dataclass(frozen=True)
class SubmissionResult:
    """One submission, graded.

    Attributes
    ----------
    student : str
        From the name of the file or folder; untrusted text.
    file : str
        Where it was found, relative to the folder of submissions; untrusted text.
    notebook : str
        Name of the assignment, for example ``"03_watch_the_loss"``.
    exercises : tuple of ExerciseResult
        In the order of the notebook, each exercise that is worth points.
    submitted : str or None
        When, ISO 8601 with its offset from UTC, if that is known.
    late_days : int
        Days begun after it was due and the time of grace.
    penalty : float
        Points taken off for being late.
    notes : tuple of str
        For the instructor: what was damaged, repaired, cut off, suspicious.
    checksum : str
        SHA-256 of the file, by which an interrupted batch knows it again.
    seconds : float
        Spent on it.
    sandboxed : bool
        False if it ran with ``--trust``.
    absent : bool
        On the roster, and handed in nothing.
    """

    student: str
    file: str
    notebook: str
    exercises: tuple = ()
    submitted: str | None = None
    late_days: int = 0
    penalty: float = 0.0
    notes: tuple = ()
    checksum: str = ""
    seconds: float = 0.0
    sandboxed: bool = True
    absent: bool = False

    @property
    def earned(self):
        """Points after the penalty, never below 0."""
        return max(0.0, sum(exercise.earned for exercise in self.exercises) - self.penalty)

    @property
    def points(self):
        """The most that could be had."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def open_points(self):
        """What the exercises are worth whose points are not known yet."""
        return sum(exercise.points for exercise in self.exercises if exercise.state in OPEN)

    def to_dict(self):
        """As plain values, for JSON."""
        return asdict(self) | {"earned": self.earned, "points": self.points}

    @classmethod
    def from_dict(cls, values):
        """The result that `to_dict` made plain."""
        values = {key: value for key, value in values.items() if key not in ("earned", "points")}
        exercises = tuple(ExerciseResult(**exercise) for exercise in values.pop("exercises"))
        return cls(**values | {"exercises": exercises, "notes": tuple(values.get("notes", ()))})
