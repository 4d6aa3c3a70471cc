"""What a person adds stays: points and comments in a table that spreadsheets may have saved, through every
re-run, and pending is not nought.
"""

import csv
from dataclasses import replace

import pytest
from sample_class import sample_class

from gpt2lab.grading.instructors.by_hand import ByHand
from gpt2lab.grading.instructors.spreadsheets import SpreadsheetError, read_sheet
from gpt2lab.grading.judging.findings import ExerciseResult, SubmissionResult
from gpt2lab.grading.results.feedback import feedback_page
from gpt2lab.grading.results.gradebook import say_total, write_report
from gpt2lab.grading.results.summary import class_summary

EXERCISES = (
    ExerciseResult("03.4", "The probability of a loss", 2, 2.0, "right", answer="probability = 0.9"),
    ExerciseResult(
        "03.5", "advice for a friend", 3, 0.0, "by hand", "A person reads this one.", answer="Stop"
    ),
)
ADA, BO, OYVIND = (
    SubmissionResult(name, f"{name}.ipynb", "03_watch_the_loss", EXERCISES)
    for name in ("Ada", "bo", "Øyvind")
)
CLASS = [ADA, BO, OYVIND]
HEADER = "student,exercise,points,out of,comment\n"


def given(folder, results=CLASS):
    """The results with what stands in the table, which then gets what is pending; and a report."""
    by_hand = ByHand(folder, EXERCISES)
    results = by_hand.add_to(results)
    by_hand.add_pending(results)
    write_report(results, folder / "report.json", by_hand=by_hand.records())
    return {result.student: result for result in results}


def write(folder, text, encoding="utf-8-sig"):
    (folder / "by_hand.csv").write_bytes(text.encode(encoding))


def table(folder):
    return [row for _, row in read_sheet(folder / "by_hand.csv").rows]


def points(found, label="03.5"):
    return {
        name: next((each.state, each.earned) for each in result.exercises if each.label == label)
        for name, result in found.items()
    }


def test_what_waits_for_a_person_is_listed_and_what_is_filled_in_counts(tmp_path):
    given(tmp_path)
    rows = table(tmp_path)
    assert [row["student"] for row in rows] == ["Ada", "bo", "Øyvind"]
    assert rows[0] == {
        "student": "Ada",
        "exercise": "03.5 advice for a friend",
        "points": "",
        "out of": "3",
        "answer": "Stop",
        "found": "",
        "comment": "",
    }
    with open(tmp_path / "by_hand.csv", encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    lines[1][2:] = ["2.5", "3", "Say which loss you mean."]
    write(tmp_path, "\n".join(",".join(line) for line in lines) + "\n")
    found = given(tmp_path)
    assert points(found) == {"Ada": ("read", 2.5), "bo": ("by hand", 0), "Øyvind": ("by hand", 0)}
    assert len(table(tmp_path)) == 3
    page = feedback_page(found["Ada"])
    assert "Say which loss you mean." in page and "2.5 of 3 points" in page and "so far" not in page


def test_pending_is_not_nought_in_totals():
    assert say_total(ADA) == "2 + 3 to be read"
    trouble = replace(EXERCISES[0], state="not graded", earned=0.0)
    assert say_total(replace(ADA, exercises=(trouble, EXERCISES[1]))) == "0 + 3 to be read + 2 not graded"
    read = replace(EXERCISES[1], state="read", earned=1.5)
    assert say_total(replace(ADA, exercises=(EXERCISES[0], read))) == 3.5
    summary = class_summary(CLASS)
    assert list(summary.totals["per_cent"]) == [100, 100, 100]
    assert "9 points not given yet" in summary.describe_points()
    assert "<strong>2 of 5 points</strong> so far" in feedback_page(ADA)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("first", ["", "sep"])
def test_what_a_spreadsheet_makes_of_it_is_understood_and_kept(tmp_path, separator, encoding, first):
    text = f"sep={separator}\r\n" if first else ""
    rows = (
        ["Student", "exercise ", "Points", "OUT OF", "Comment", "my own"],
        ["øyvind", "3.5", '"1,5"', "3", '"so, so; very\nlong"', "x"],
        [],
    )
    text += "\r\n".join(separator.join(row) for row in rows)
    write(tmp_path, text, encoding)
    before = (tmp_path / "by_hand.csv").read_bytes()
    found = given(tmp_path)
    assert points(found)["Øyvind"] == ("read", 1.5)
    assert found["Øyvind"].exercises[1].comment == "so, so; very\nlong"
    after = (tmp_path / "by_hand.csv").read_bytes()
    assert after.startswith(before)
    assert [row["student"] for row in table(tmp_path)] == ["øyvind", "Ada", "bo"]
    given(tmp_path)
    assert (tmp_path / "by_hand.csv").read_bytes() == after


def test_points_for_any_exercise_and_a_comment_alone(tmp_path):
    write(tmp_path, HEADER + "Ada,03.4,1,,Half of it was your neighbour's.\nbo,03.4,,,Well done.\n")
    found = given(tmp_path)
    assert points(found, "03.4") == {"Ada": ("read", 1), "bo": ("right", 2), "Øyvind": ("right", 2)}
    assert "Well done." in feedback_page(found["bo"])
    assert "the check called it right" in found["Ada"].exercises[0].note


def test_why_an_answer_is_wrong_stays_beside_a_part_of_its_points(tmp_path):
    wrong = replace(EXERCISES[0], state="wrong", earned=0.0, reason="That is the training loss.")
    ada = replace(ADA, exercises=(wrong,))
    write(tmp_path, HEADER + "Ada,03.4,1,,\nbo,03.4,2,,\n")
    found = given(tmp_path, [ada, replace(ada, student="bo")])
    assert "That is the training loss." in feedback_page(found["Ada"])
    assert "That is the training loss." not in feedback_page(found["bo"])


def test_a_line_that_fits_nobody_is_kept_and_named(tmp_path):
    text = HEADER + "Zed,03.5,2,,good\nAda,03.9,1,,\nAda,04.1,,,\n"
    write(tmp_path, text)
    with pytest.warns(UserWarning, match=r"line 2 \(Zed, 03\.5; Ada, 03\.9\)\. They are kept"):
        given(tmp_path)
    assert (tmp_path / "by_hand.csv").read_text(encoding="utf-8-sig").startswith(text)


def test_a_line_of_an_answer_that_is_no_longer_pending_does_nothing(tmp_path):
    given(tmp_path)
    right = replace(EXERCISES[1], state="right", earned=3.0)
    found = given(tmp_path, [replace(ADA, exercises=(EXERCISES[0], right)), BO, OYVIND])
    assert points(found)["Ada"] == ("right", 3)


def test_points_stay_when_an_answer_changes_and_that_is_said_until_the_line_is_changed(tmp_path):
    given(tmp_path)
    write(tmp_path, HEADER + "Ada,03.5,2,3,good\n")
    new = replace(ADA, exercises=(EXERCISES[0], replace(EXERCISES[1], answer="Never stop")))
    # Handed in again before what was read is graded: it was the first answer that lay there.
    for _ in range(3):
        found = given(tmp_path, [new])
        assert points(found) == {"Ada": ("read", 2)} and "answer has changed" in found["Ada"].notes[0]
    write(tmp_path, HEADER + "Ada,03.5,1,3,not so good\n")
    found = given(tmp_path, [new])
    assert points(found) == {"Ada": ("read", 1)} and not found["Ada"].notes
    spaced = replace(new, exercises=(EXERCISES[0], replace(EXERCISES[1], answer="Never\n\n stop ")))
    assert not given(tmp_path, [spaced])["Ada"].notes


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Ada,03.5,four,,", "line 2: the points 'four' are no number"),
        ("Ada,03.5,-1,,", "line 2: the points '-1' are no number"),
        ("Ada,03.5,4,,", "line 2: 4 points, but 03.5 is worth 3"),
        ("Ada,03.5,1,,\nada,3.5,2,,", "lines 2 and 3 are both on 03.5 of Ada"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(tmp_path, row, said):
    write(tmp_path, HEADER + row + "\n")
    with pytest.raises(SpreadsheetError, match=said):
        given(tmp_path)


def test_a_nought_that_a_spreadsheet_dropped_is_no_guess(tmp_path):
    write(tmp_path, HEADER + "Ada,3.1,1,,\n")
    exercises = [replace(EXERCISES[0], label=label) for label in ("03.1", "03.10")]
    with pytest.raises(SpreadsheetError, match="may be 03.1 or 03.10"):
        ByHand(tmp_path, exercises)
    write(tmp_path, HEADER + "Ada,03.10 the tenth,1,,\n")
    (found,) = ByHand(tmp_path, exercises).add_to([replace(ADA, exercises=tuple(exercises))])
    assert [each.state for each in found.exercises] == ["right", "read"]


def test_what_is_no_table_is_refused_in_a_sentence(tmp_path):
    write(tmp_path, "name,mark\nAda,2\n")
    with pytest.raises(SpreadsheetError, match="has no column student, exercise, points and comment"):
        given(tmp_path)
    (tmp_path / "by_hand.csv").write_bytes(b"PK\x03\x04...")
    with pytest.raises(SpreadsheetError, match="is a workbook; save the table as CSV"):
        given(tmp_path)


def test_names_that_are_numbers_or_formulas_find_their_student(tmp_path):
    names = ("007", "=1+1", "@ada", "Ada  Lovelace")
    results = [replace(ADA, student=name) for name in names]
    given(tmp_path, results)
    rows = table(tmp_path)
    assert {row["student"] for row in rows} == {"007", "'=1+1", "'@ada", "Ada Lovelace"}
    written = "".join(
        f"{row['student'].removeprefix('00')},3.5,1,,\n"
        for row in rows  # as a spreadsheet saves them
    )
    write(tmp_path, HEADER + written)
    assert set(points(given(tmp_path, results)).values()) == {("read", 1)}


def test_two_students_who_differ_in_case_keep_their_own_lines(tmp_path):
    results = [replace(ADA, student=name) for name in ("ada", "Ada")]
    write(tmp_path, HEADER + "Ada,03.5,1,,\nada,03.5,2,,\n")
    assert points(given(tmp_path, results)) == {"Ada": ("read", 1), "ada": ("read", 2)}
    write(tmp_path, HEADER + "ADA,03.5,1,,\n")
    with pytest.warns(UserWarning, match="ADA, 03.5"):
        given(tmp_path, results)


def test_a_class_of_thirty_gets_its_two_pending_lines(tmp_path):
    results = sample_class()
    by_hand = ByHand(tmp_path, results[0].exercises)
    by_hand.add_pending(by_hand.add_to(results))
    assert [row["student"] for row in table(tmp_path)] == ["Noor", "Olga"]
