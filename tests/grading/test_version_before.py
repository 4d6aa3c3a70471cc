"""What the version before left in an instructor's folders goes on being of use: results that are stored, and
hidden cells that name files of the package as they were called then.
"""

import re
import shutil
from pathlib import Path

import pytest
from places import NOTEBOOKS

from benchmarks.grading import submission
from gpt2lab.course.building.notebooks import compose
from gpt2lab.course.scenes import experiments, texts
from gpt2lab.grading.answers.finding import FoundAnswers
from gpt2lab.grading.batch import grade
from gpt2lab.grading.judging import jobs
from gpt2lab.grading.judging.assignment import Assignment, Exercise, read_assignment
from gpt2lab.grading.settings import Settings

STORED = Path(__file__).parent / "written_by_0_1_0"  # by that version, when the rooms of the package were new
USED_TO_BE = {"scenes_of_experiments": experiments, "scenes_of_texts": texts}


def test_a_result_that_the_version_before_stored_is_found_and_nothing_is_run(tmp_path, monkeypatch):
    shutil.copytree(STORED, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr("gpt2lab.base.jobs.__version__", "0.1.0")
    monkeypatch.setattr(jobs, "Key", None)
    exercise = Exercise(
        "90.1",
        "one more",
        "exercise-90.1",
        "code",
        1.0,
        "answer = ...",
        "answer = number + 1  # as the instructor does it",
        hidden="number = int(rng.integers(10**7, 10**8))",
        answer="answer",
        context=("number",),
        names=("answer",),
    )
    assignment = Assignment("90_made_up", "", (exercise,))
    settings = Settings(seed="a-secret-of-the-course")
    job = jobs.job_of(assignment, FoundAnswers({"90.1": "answer = 1 + number"}), settings, trust=False)
    done = jobs.run_all({"ada": job}, ["ada"], tmp_path, 1, None, assignment.name)
    assert [(each["state"], each["earned"]) for each in done["ada"]["exercises"]] == [("right", 1.0)]


@pytest.mark.sandbox
@pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed")
@pytest.mark.timeout(900)
def test_a_private_folder_of_the_version_before_grades_as_it_did(tmp_path):
    source = tmp_path / "instructor" / "source" / "08_sampling.py"
    source.parent.mkdir(parents=True)
    source.write_text(with_old_names((NOTEBOOKS / "source" / source.name).read_text("utf-8")), "utf-8")
    assignment = read_assignment(tmp_path / "instructor", "08")
    solved = {exercise.grade_id: exercise.solution for exercise in assignment.exercises}
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.ipynb").write_text(submission(compose(source, student=True), solved), "utf-8")
    ada = grade("08", tmp_path / "class", tmp_path / "grades", tmp_path / "instructor").results[0]
    assert {exercise.label: exercise.state for exercise in ada.exercises if exercise.state != "right"} == {
        "08.6": "by hand"
    }, ada


def with_old_names(source):
    """A source whose hidden cells take scenes from the files that there were before `scenes` was a room."""
    for old, room in USED_TO_BE.items():
        names = "|".join(name for name in vars(room) if not name.startswith("_"))
        source, count = re.subn(rf"\bscenes\.({names})\(", rf"{old}.\1(", source)
        assert count
    old = ", ".join(USED_TO_BE)
    return source.replace(
        "from gpt2lab.course import scenes\n", f"from gpt2lab.course import scenes, {old}\n"
    )
