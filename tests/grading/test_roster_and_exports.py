"""The list of a class as platforms export it, by which absentees have a row, and the tables that platforms
import.
"""

import csv
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from places import NOTEBOOKS

from benchmarks.grading import submission
from gpt2lab.cli import main
from gpt2lab.course.building.notebooks import compose
from gpt2lab.errors import ArgumentError
from gpt2lab.grading import batch
from gpt2lab.grading.answers.finding import FoundAnswers
from gpt2lab.grading.instructors.exports import write_exports
from gpt2lab.grading.instructors.roster import Roster, read_roster
from gpt2lab.grading.instructors.spreadsheets import SpreadsheetError
from gpt2lab.grading.judging.assignment import read_assignment
from gpt2lab.grading.judging.findings import ExerciseResult, SubmissionResult
from gpt2lab.grading.judging.jobs import job_of

MOODLE_PARTICIPANTS = """\ufeff"First name","Last name","ID number","Email address",Groups
Ada,Lovelace,00815,ada@example.org,
Zoë,"Ångström Smith",4711,zoe.a@example.org,
"""
MOODLE_WORKSHEET = """Identifier,"Full name","Email address",Grade,"Maximum Grade","Last modified (grade)"
"Participant 12345","Ada Lovelace",ada@example.org,,5.00,-
"Participant 12346","Zoë Ångström Smith",zoe.a@example.org,,5.00,-
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,"03 Watch the loss (998)","04 Corpus size (999)"
    Points Possible,,,,,5,4
"Lovelace, Ada",101,s-0815,ada,A,,
"Ångström Smith, Zoë",102,s-4711,zoe,B,,
"""
NBGRADER = """id,first_name,last_name,email,lms_user_id
ada,Ada,Lovelace,ada@example.org,7
zas,Zoë,Ångström Smith,zoe.a@example.org,8
"""
PLATFORMS = {
    "participants": MOODLE_PARTICIPANTS,
    "worksheet": MOODLE_WORKSHEET,
    "canvas": CANVAS,
    "nbgrader": NBGRADER,
}
EXERCISES = (
    ExerciseResult("03.2", "When did it begin?", 2, 1.5, "read", comment="Which of the two?"),
    ExerciseResult("03.5", "Advise a friend", 3, 3.0, "right"),
)
NOBODY = Roster()
ADA = SubmissionResult(
    "Ada Lovelace", "x/ada.ipynb", "03_watch_the_loss", EXERCISES, "2027-02-26T14:05:00+01:00", 1, 0.5
)
PENDING = replace(ADA, student="Zoë", exercises=(EXERCISES[0], replace(EXERCISES[1], state="by hand")))


def roster_of(folder, text):
    (folder / "roster.csv").write_text(text, encoding="utf-8")
    return read_roster(folder / "roster.csv")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_lists_of_platforms_are_read_as_they_are(tmp_path, platform):
    roster = roster_of(tmp_path, PLATFORMS[platform])
    assert [person.name for person in roster.people] == ["Ada Lovelace", "Zoë Ångström Smith"]
    for name in ("Ada Lovelace", "lovelaceada", "ada lovelace", "Lovelace, Ada", "ADA_LOVELACE"):
        assert roster.find(name) is roster.people[0], name
    for name in ("ångströmsmithzoë", "Zoë Ångström Smith", "Zoe\u0308 Ångström Smith"):
        assert roster.find(name) is roster.people[1], name
    assert roster.find("Bo") is None


@pytest.mark.parametrize(
    ("platform", "student", "file"),
    [
        ("participants", "815", ""),
        ("participants", "ada@example.org", ""),
        ("worksheet", "A. Lovelace", "A. Lovelace_12345_assignsubmission_file/03_watch_the_loss.ipynb"),
        ("canvas", "l", "l_LATE_101_5555_03_watch_the_loss.ipynb"),
        ("canvas", "Ada (s0815)", ""),
        ("nbgrader", "ada", "ada/03_watch_the_loss/03_watch_the_loss.ipynb"),
    ],
)
def test_a_student_is_found_by_number_address_and_login(tmp_path, platform, student, file):
    roster = roster_of(tmp_path, PLATFORMS[platform])
    assert roster.find(student, file) is roster.people[0]


def test_two_of_one_name_are_told_apart_by_their_numbers_and_never_guessed(tmp_path):
    roster = roster_of(tmp_path, "student;ID number\nAda;1\nada;2\n")
    assert [person.name for person in roster.people] == ["Ada", "ada (2)"]
    assert roster.find("Ada") is None and roster.find("ada (2)") is roster.people[1]
    with pytest.raises(SpreadsheetError, match="twice"):
        roster_of(tmp_path, "student\nAda\nAda\nada\n")


@pytest.mark.parametrize(
    ("text", "said"), [("mark\n3\n", "no column of names"), ("student\n", "names nobody")]
)
def test_a_list_of_nobody_is_refused(tmp_path, text, said):
    with pytest.raises(SpreadsheetError, match=said):
        roster_of(tmp_path, text)


def exported(kind, folder, results, roster=NOBODY, due=None):
    (path,) = write_exports([kind], results, folder, roster, lambda student: due)
    assert path == folder / f"{kind}.csv" and not path.read_bytes().startswith(b"\xef\xbb\xbf")
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return [dict(zip(header, row)) for row in rows]


def test_moodle_gets_its_worksheet_from_the_names_in_its_archive(tmp_path):
    file = "Ada Lovelace_12345_assignsubmission_file/03_watch_the_loss.ipynb"
    (row,) = exported("moodle", tmp_path, [replace(ADA, file=file)])
    assert row == {
        "Identifier": "Participant 12345",
        "Full name": "Ada Lovelace",
        "Email address": "",
        "ID number": "",
        "Username": "",
        "Grade": "4",
        "Maximum Grade": "5",
        "Last modified (grade)": "",
        "Feedback comments": "03.2: Which of the two?",
    }


def test_moodle_gets_addresses_and_numbers_from_the_list_of_the_class(tmp_path):
    (row,) = exported("moodle", tmp_path, [ADA], roster_of(tmp_path, MOODLE_PARTICIPANTS))
    assert (row["Email address"], row["ID number"], row["Grade"]) == ("ada@example.org", "00815", "4")
    (row,) = exported("moodle", tmp_path, [ADA], roster_of(tmp_path, MOODLE_WORKSHEET))
    assert row["Identifier"] == "Participant 12345"


def test_canvas_gets_its_own_columns_back(tmp_path):
    possible, row = exported("canvas", tmp_path, [ADA], roster_of(tmp_path, CANVAS))
    assert possible["Student"] == "    Points Possible" and possible["03 Watch the loss (998)"] == "5"
    assert row == {
        "Student": "Lovelace, Ada",
        "ID": "101",
        "SIS User ID": "s-0815",
        "SIS Login ID": "ada",
        "Section": "A",
        "03 Watch the loss (998)": "4",
    }
    _, row = exported(
        "canvas", tmp_path, [replace(ADA, student="lovelaceada", file="lovelaceada_101_55_03.ipynb")]
    )
    assert (row["Student"], row["ID"], row["03 Watch the loss"]) == ("lovelaceada", "101", "4")


def test_the_table_for_nbgrader_has_the_columns_of_its_own_export(tmp_path):
    due = datetime(2027, 2, 25, 12, tzinfo=UTC)
    (row,) = exported("nbgrader", tmp_path, [ADA], roster_of(tmp_path, NBGRADER), due)
    assert row == {
        "assignment": "03_watch_the_loss",
        "duedate": "2027-02-25 12:00:00+00:00",
        "timestamp": "2027-02-26 14:05:00+01:00",
        "student_id": "ada",
        "last_name": "Lovelace",
        "first_name": "Ada",
        "email": "ada@example.org",
        "raw_score": "4.5",
        "late_submission_penalty": "0.5",
        "score": "4",
        "max_score": "5",
    }


@pytest.mark.parametrize("kind", ["moodle", "canvas", "nbgrader"])
def test_what_is_not_known_yet_is_not_exported(tmp_path, kind):
    absent = replace(ADA, student="Bo", file="", absent=True, exercises=(replace(EXERCISES[1], earned=0.0),))
    soon = datetime.now(UTC) + timedelta(days=1)
    with pytest.warns(UserWarning, match="Not exported, as points are not known yet: Zoë; give them in"):
        rows = exported(kind, tmp_path, [ADA, PENDING, absent], due=soon)
    assert "Bo" not in str(rows) and "Zoë" not in str(rows)
    assert "Bo" in str(exported(kind, tmp_path, [ADA, absent]))


def test_names_that_would_be_formulas_are_harmless_in_exports(tmp_path):
    (row,) = exported("moodle", tmp_path, [replace(ADA, student="=1+1")])
    assert row["Full name"] == "'=1+1"


@pytest.fixture
def a_class(tmp_path, monkeypatch):
    """A function that grades a class whose answers in words are read by a person, with any options; nothing
    is run: all else is right.
    """
    (tmp_path / "in").mkdir()
    course = tmp_path / "instructor"
    shutil.copytree(NOTEBOOKS / "source", course / "source")
    (course / "course.toml").write_text('[grading]\nseed = "x"\nwritten = "by hand"\n')
    (course / "roster.csv").write_text(MOODLE_PARTICIPANTS, encoding="utf-8")
    assignment = read_assignment(course, "03")
    blank = compose(course / "source" / "03_watch_the_loss.py", student=True)
    solved = {exercise.grade_id: exercise.solution for exercise in assignment.exercises}

    def run_all(jobs, chosen, *_):
        right = [
            vars(
                ExerciseResult(each.label, each.title, 1, 0.0, "by hand", passable=True)
                if each.written
                else ExerciseResult(each.label, each.title, 1, 1.0, "right")
            )
            for each in assignment.exercises
        ]
        return {
            each: {
                "exercises": [one | {"answer": jobs[each]["answers"][one["label"]]} for one in right],
                "seconds": 1.0,
            }
            for each in jobs
        }

    assert job_of(assignment, FoundAnswers(), batch.Settings(), False)["answers"] == {}
    monkeypatch.setattr(batch, "run_all", run_all)
    monkeypatch.setattr(batch.bubblewrap, "check", lambda: None)

    def grade(*options, advice=solved["exercise-03-5"]):
        answers = solved | {"exercise-03-5": advice}
        folder = tmp_path / "in" / "Ada Lovelace_12345_assignsubmission_file"
        folder.mkdir(exist_ok=True)
        (folder / "03_watch_the_loss.ipynb").write_text(submission(blank, answers), encoding="utf-8")
        other = tmp_path / "in" / "Bo Bo_12399_assignsubmission_file"
        other.mkdir(exist_ok=True)
        (other / "03_watch_the_loss.ipynb").write_text(submission(blank, solved), encoding="utf-8")
        paths = ["--out", tmp_path / "grades", "--course", course]
        return CliRunner().invoke(main, ["grade", "03", *map(str, [tmp_path / "in", *paths, *options])])

    return grade


def gradebook(tmp_path):
    with open(tmp_path / "grades" / "gradebook.csv", encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_a_week_of_a_term(a_class, tmp_path):
    done = a_class("--dry-run")
    assert "handed in nothing" in done.output and "2 submissions; nothing was run" in done.output
    # Graded: the pending ones are listed, and the absent one has a row.
    done = a_class("--export", "moodle")
    assert done.exit_code == 0, done.output
    assert "Not on the roster, or not to be told apart there: Bo Bo" in done.output
    assert "On the roster, and handed in nothing: Zoë Ångström Smith." in done.output
    assert "Not exported, as points are not known yet: Ada Lovelace, Bo Bo" in done.output
    assert "2 answers for you to read" in done.output
    rows = gradebook(tmp_path)
    assert [row["total"] for row in rows.values()] == ["3 + 2 to be read", "3 + 2 to be read", "0"]
    assert not (tmp_path / "grades" / "feedback" / "Zoë_Ångström_Smith.html").exists()
    # Read by hand, in a spreadsheet with semicolons.
    path = tmp_path / "grades" / "by_hand.csv"
    text = path.read_text(encoding="utf-8-sig").replace(",", ";").splitlines()
    text[1] = text[1].replace(";;2;", ";1,5;2;Say which loss.")
    text[2] = text[2].replace(";;2;", ";2;2;")
    path.write_bytes("\r\n".join(text).encode("cp1252"))
    # Ada hands in once more: her points stay, and that is said.
    done = a_class(
        "--export", "moodle", "--export", "canvas", advice='advice = """\nStop early, always.\n"""'
    )
    assert done.exit_code == 0, done.output
    rows = gradebook(tmp_path)
    assert [row["total"] for row in rows.values()] == ["4.5", "5", "0"]
    assert "03.5: the answer has changed" in rows["Ada Lovelace"]["notes"]
    page = (tmp_path / "grades" / "feedback" / "Ada_Lovelace.html").read_text(encoding="utf-8")
    assert "Say which loss." in page and "1.5 of 2 points" in page
    with open(tmp_path / "grades" / "moodle.csv", encoding="utf-8", newline="") as file:
        exported = {row["Full name"]: row for row in csv.DictReader(file)}
    assert (
        exported["Ada Lovelace"]["Grade"] == "4.5" and exported["Bo Bo"]["Identifier"] == "Participant 12399"
    )
    assert exported["Ada Lovelace"]["Feedback comments"] == "03.5: Say which loss."
    assert (tmp_path / "grades" / "canvas.csv").exists()
    # Bo Bo, who is on no list, may be whoever seems absent.
    assert "Zoë Ångström Smith" not in exported
    with open(tmp_path / "instructor" / "roster.csv", "a", encoding="utf-8") as file:
        file.write("Bo,Bo,4712,bo@example.org,\n")
    done = a_class("--export", "moodle")
    assert "Not on the roster" not in done.output
    assert f"For moodle: {tmp_path / 'grades' / 'moodle.csv'}.\n" in done.output
    with open(tmp_path / "grades" / "moodle.csv", encoding="utf-8", newline="") as file:
        exported = {row["Full name"]: row["Grade"] for row in csv.DictReader(file)}
    assert exported == {"Ada Lovelace": "4.5", "Bo Bo": "5", "Zoë Ångström Smith": "0"}
    report = json.loads((tmp_path / "grades" / "report.json").read_text())
    assert [result["absent"] for result in report["results"]] == [False, False, True]
    assert a_class("--roster", tmp_path / "none.csv").exit_code == 2


def test_an_unknown_platform_is_refused(tmp_path):
    (tmp_path / "ada.ipynb").write_text("{}")
    with pytest.raises(ArgumentError, match="'sakai' is unknown; give 'moodle', 'canvas', 'nbgrader'"):
        batch.grade("03", tmp_path, tmp_path / "out", NOTEBOOKS, dry_run=True, export=["sakai"])
