"""What a student sees before handing in: the grader's own steps on the student's own notebook, on values that
are public.
"""

import json
import os
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from gpt2lab.base.arguments import file_path, folder_path
from gpt2lab.base.fresh_process import run_in_fresh_process
from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.errors import ArgumentError
from gpt2lab.grading.batch import find_answers_of, labels_in_words, result_of
from gpt2lab.grading.intake.submissions import find_submissions
from gpt2lab.grading.judging.assignment import read_assignment
from gpt2lab.grading.judging.findings import SubmissionResult
from gpt2lab.grading.judging.jobs import grade_submission, job_of
from gpt2lab.grading.results.feedback import feedback_page
from gpt2lab.grading.results.terminal import describe_feedback
from gpt2lab.grading.sandbox import bubblewrap
from gpt2lab.grading.settings import Settings, read_settings

SEED = "public values, other than those of any course"
_PACKAGE = Path(__file__).parents[1]
_REMARK = (
    "This is a trial on your own machine: nothing was handed in. The grading does the same with other values,"
    " which only your instructor knows."
)
_UNCONTAINED = " There is no sandbox here, so your answers ran as your notebook does."


@dataclass(frozen=True, repr=False)
class Tried:
    """What the grader makes of a notebook; printed, it says so in the words of the feedback page.

    Attributes
    ----------
    result : SubmissionResult
    words : str
        As text.
    page : str
        The feedback page, as HTML.
    """

    result: SubmissionResult
    words: str
    page: str

    @property
    def arrived(self):
        """Whether every answer was found and could be run."""
        return not any(each.state in ("missing", "not graded") for each in self.result.exercises)

    def __repr__(self):
        return self.words


def try_out(path=None, course=None, page=None):
    """See what the grader will see, before a notebook is handed in.

    The answers are taken out of the notebook, run and judged as they will be at grading, but on public
    values. Where bubblewrap is installed they run in its sandbox, else as the notebook itself does.

    Parameters
    ----------
    path : str or Path, optional
        The notebook, saved. In Colab it may be left out: then it is the one that is open.
    course : str or Path, optional
        The folder with the course's ``source``; by default looked for beside the notebook, in the folder
        above it, and in the repository that the package is used from; else that of the installed package.
    page : str or Path, optional
        HTML file that the feedback page is written to.

    Returns
    -------
    Tried

    Raises
    ------
    ArgumentError
        If there is no such notebook, or the course's folder is not found; outside Colab without a path.
    SourceError, AssignmentError, SettingsError, SubmissionsError, StorageError
        If the course's folder or the notebook cannot be used, or the page cannot be written.
    """
    path = file_path(path) if path is not None else _open_in_colab()
    if os.name == "nt":
        raise ArgumentError(
            "A notebook cannot be tried on Windows itself; try it in WSL, in Colab, on Linux or on a Mac."
        )
    if not path.is_file():
        raise ArgumentError(f"{path} is no file; give the notebook that you want to hand in, saved.")
    course = folder_path("course", course).absolute() if course is not None else _find_course(path.absolute())
    page = page and file_path(page)
    # A process of its own: the course's scenes would be made in the notebook that calls this.
    tried = run_in_fresh_process(_try_out, path=path.absolute(), course=course)
    if page:
        make_folder(page.parent)
        write_bytes(page, tried.page.encode())
    return tried


def _find_course(path):
    # No farther up: what is found is run.
    around = [folder / name for folder in path.parents[:2] for name in ("", "notebooks")]
    own = (_PACKAGE.parent / "notebooks", _PACKAGE / "data" / "course")
    for folder in [*around, Path("notebooks").absolute(), *own]:
        if (folder / "source").is_dir() and any((folder / "source").glob("[0-9][0-9]_*.py")):
            return folder
    raise ArgumentError(
        "To try a notebook the sources of the course are needed, which are not here; give their folder with"
        " course (--course)."
    )


def _open_in_colab():
    """The notebook that is open in Colab, which has no file there, as one."""
    if "google.colab" not in sys.modules:
        raise ArgumentError("Which notebook? Give the path of its file, saved.")
    from google.colab import _message

    answer = _message.blocking_request("get_ipynb", timeout_sec=60)
    if not answer or "ipynb" not in answer:
        raise ArgumentError(
            "Colab did not hand over the notebook; save it (File, Download) and give the path of the file."
        )
    path = Path(tempfile.mkdtemp()) / "notebook.ipynb"
    path.write_text(json.dumps(answer["ipynb"]), encoding="utf-8")
    return path


def _try_out(path, course):
    """What the new process does."""
    os.chdir(tempfile.mkdtemp())  # runs that the scenes make go there; removed with the process
    toml = course / "course.toml"
    settings = read_settings(toml) if toml.is_file() else Settings()
    settings = replace(settings, seed=SEED, due={}, extensions={})
    assignment = read_assignment(course, _number_of(path, course), settings.points)
    try:
        bubblewrap.check()
        trust = False
    except bubblewrap.SandboxError:
        trust = True
    others = [each.stem for each in (course / "source").glob("*.py") if each.stem != assignment.name]
    submissions = find_submissions(path, assignment.name, other_notebooks=others)
    if len(submissions) > 1:
        raise ArgumentError(f"{path.name} holds {len(submissions)} notebooks; give the one to hand in.")
    submission = replace(submissions[0], student=path.name)
    found = find_answers_of(submission, assignment)
    done = grade_submission(**job_of(assignment, found, settings, trust)) if found.sources else None
    result = result_of(submission, assignment, found, done, settings, trust=False)
    notes = tuple(note for note in result.notes if "does not say whose it is" not in note)
    result = replace(result, notes=notes, sandboxed=not trust)
    written = labels_in_words(assignment)
    remark = _REMARK + (_UNCONTAINED if trust else "")
    return Tried(
        result, describe_feedback(result, remark), feedback_page(result, written=written, remark=remark)
    )


def _number_of(path, course):
    """Which notebook it is: by its name, else by the exercises in it."""
    numbers = {each.stem[:2] for each in (course / "source").glob("*.py")}
    named = re.search(r"(?<!\d)(\d\d)(?!\d)", path.stem)
    labels = re.findall(rb"EXERCISE\s{1,9}(\d\d)\.\d", path.read_bytes())
    counted = Counter(number for label in labels if (number := label.decode()) in numbers)
    if counted:
        return counted.most_common(1)[0][0]
    if named and named[1] in numbers:
        return named[1]
    raise ArgumentError(
        f"{path} holds no exercise of this course; give the notebook that you want to hand in."
    )
