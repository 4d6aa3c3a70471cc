"""Guesses are written down before a result is known, survive, and are counted afterwards."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from places import SOURCES

import gpt2lab as lab
from gpt2lab.course.building.source import read_source
from gpt2lab.course.checks.checking import find_check
from gpt2lab.course.scoreboard import NOT_YET
from gpt2lab.errors import ArgumentError

QUESTION = "temperature from 0.5 to 1.5"
predict, outcome, predictions = lab.course.predict, lab.course.outcome, lab.course.predictions


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return tmp_path


def said(capsys):
    return capsys.readouterr().out.splitlines()


def guessed():
    """The rows of what was guessed, without those of the notebooks in which nothing was."""
    table = predictions()
    return table[table["outcome"] != NOT_YET].reset_index(drop=True)


def row(name):
    """(guess, outcome, right) of one named guess."""
    table = predictions().set_index("question")
    return tuple(table.loc[f"{QUESTION}: {name}", ["guess", "outcome", "right"]])


def test_a_guess_is_kept_and_told_how_it_did(capsys):
    predict(QUESTION, dist1="up", self_bleu="up")
    assert said(capsys) == ["dist1: you guess up.", "self_bleu: you guess up."]
    outcome(QUESTION, dist1=(0.2, 0.5), self_bleu=(0.6, 0.3))
    assert said(capsys) == [
        "dist1: up, as you foresaw.",
        "self_bleu: down; you had guessed up. What did you overlook?",
    ]
    assert (row("dist1"), row("self_bleu")) == (("up", "up", True), ("up", "down", False))


@pytest.mark.parametrize(
    "guess, result, right",
    [
        ("same", (1.0, 1.005), True),
        ("up", (1.0, 1.005), False),
        ("down", "DOWN", True),
        ("Down", (-1, -2), True),
        ("same", (0, 0), True),
        (40, 43.9, True),
        (40, 44.1, False),
        ((40, 1), 40.9, True),
        ((40, 1), 41.1, False),
        (-5, -5.4, True),
        (0, 0, True),
        ("top_k", "top_k", True),
        ("Top  k", "top k", True),
        ("top_k", "temperature", False),
    ],
)
def test_what_a_guess_may_be_and_when_it_is_right(guess, result, right):
    predict(QUESTION, it=guess)
    outcome(QUESTION, it=result)
    assert row("it")[2] is right


def test_a_guess_can_be_changed_until_the_result_is_known(capsys):
    predict(QUESTION, dist1="down")
    predict(QUESTION, dist1="up")
    outcome(QUESTION, dist1="up")
    said(capsys)
    predict(QUESTION, dist1="down")
    assert said(capsys) == ["dist1: the result is known already, so your guess stays up."]
    outcome(QUESTION, dist1=(3, 2))
    assert (
        said(capsys)[0]
        == "dist1: down; you had guessed up. What did you overlook? The first time it was up, and that is"
        " what counts."
    )
    assert row("dist1") == ("up", "up", True)


def test_a_result_that_was_not_guessed_is_said_and_not_counted(capsys):
    outcome(QUESTION, dist1="up")
    predict(QUESTION, dist1="up")
    assert "You had not guessed" in said(capsys)[0]
    assert guessed().empty and "No guess has been written down" in said(capsys)[0]


def test_no_guess_yet_is_no_error(capsys):
    predict(QUESTION, dist1=...)
    outcome(QUESTION, dist1=...)
    assert said(capsys) == [
        "No guess yet for dist1: put one in the place of the ...",
        "No result yet for dist1.",
    ]
    assert not Path("predictions.json").exists()


def test_guesses_survive_a_restart(folder):
    predict(QUESTION, dist1="up", perplexity=(40, 5))
    code = f"import gpt2lab as lab; lab.course.outcome({QUESTION!r}, dist1='up', perplexity=50)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder)
    assert done.stdout.splitlines() == [
        "dist1: up, as you foresaw.",
        "perplexity: 50; you had guessed 40 ± 5. What did you overlook?",
    ], done.stderr


def test_several_processes_lose_no_guess(folder):
    code = (
        "import gpt2lab as lab, sys\n"
        "for number in range(5): lab.course.predict(sys.argv[1], **{f'n{number}': 'up'})"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, f"question {who}"], cwd=folder, stdout=subprocess.DEVNULL
        )
        for who in range(3)
    ]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert len(guessed()) == 15
    assert [path.name for path in folder.iterdir()] == ["predictions.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff\xfe",
        b"{}",
        b'[{"question": 5}]',
        b'[{"notebook": "", "question": "a", "name": "b", "guess": {}}]',
    ],
)
def test_a_damaged_file_is_moved_aside_and_said(folder, content, capsys):
    (folder / "predictions.json").write_bytes(content)
    predict(QUESTION, dist1="up")
    assert "was damaged; it is kept as predictions.damaged.json" in said(capsys)[0]
    assert (folder / "predictions.damaged.json").read_bytes() == content
    assert row("dist1")[0] == "up"


def test_what_cannot_be_written_stops_nothing(folder, capsys):
    (folder / "predictions.json").mkdir()
    predict(QUESTION, dist1="up")
    found = said(capsys)
    assert found[0] == "dist1: you guess up." and found[1].startswith(
        "Your predictions are not kept: predictions.json could not be written"
    )
    lab.course.check("01.1", "c", guesses_of(0.05))
    assert "not kept" not in "".join(said(capsys))
    assert [path.name for path in folder.iterdir()] == ["predictions.json"]


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: predict("", dist1="up"), "no question"),
        (lambda: predict(5, dist1="up"), "no question"),
        (lambda: predict(QUESTION), "Nothing is named"),
        (lambda: predict(QUESTION, dist1=""), "dist1='' is no guess"),
        (lambda: predict(QUESTION, dist1=True), "is no guess"),
        (lambda: predict(QUESTION, dist1=(40, -1)), "is no guess"),
        (lambda: predict(QUESTION, dist1=float("nan")), "is no guess"),
        (lambda: outcome(QUESTION, dist1=(1, 2, 3)), "is no result"),
        (lambda: outcome(QUESTION, dist1=(1, float("inf"))), "is no result"),
    ],
)
def test_what_is_no_guess_is_refused_with_a_reason(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()


def test_a_number_is_not_compared_with_a_word():
    predict(QUESTION, dist1="up", perplexity=40)
    for results in ({"dist1": 0.5}, {"perplexity": "up"}, {"perplexity": (3, 4)}):
        with pytest.raises(ArgumentError, match="cannot be compared with your guess"):
            outcome(QUESTION, **results)
    assert set(guessed()["outcome"]) == {None}


def test_the_tally_counts_names_the_surprises_and_what_chance_would_get(capsys):
    for number, result in enumerate(["up", "up", "up", "down", "down"]):
        predict(f"question {number}", it="up")
        outcome(f"question {number}", it=result)
    predict("another", it=(4, 1))
    said(capsys)
    table = guessed()
    assert said(capsys) == [
        "You foresaw 3 of 5 results; choosing blindly would have got about 1.7. What came out otherwise than"
        " you thought is in: no notebook (2). That is where you learned most. 1 guess waits for its result."
        " 10 notebooks have no guess in this folder yet."
    ]
    assert list(table.columns) == ["notebook", "question", "guess", "outcome", "right"] and len(table) == 6
    assert table.iloc[-1].to_list() == ["", "another: it", "4 ± 1", None, None]


def test_a_guess_knows_its_notebook(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "course/08_sampling.ipynb")
    predict("a", it="up")
    monkeypatch.setenv("JPY_SESSION_NAME", "my_texts.ipynb")
    predict("b", it="up")
    assert list(guessed()["notebook"]) == ["08", "my_texts"]


# --- the predictions of the notebooks


def guesses_of(probability):
    import pandas as pd

    return pd.DataFrame({"probability": [probability]})


def test_checking_a_prediction_notes_it_and_prints_what_it_always_did(capsys):
    lab.course.check("01.1", ..., guesses_of(0.05))
    lab.course.check("01.1", "x", guesses_of(0.05))
    assert not Path("predictions.json").exists()
    said(capsys)
    lab.course.check("01.1", "(A)", guesses_of(0.05))
    assert [line[:18] for line in said(capsys)[:1]] == ["01.1  Not quite. T"]
    lab.course.check("01.1", "c", guesses_of(0.05))  # the second try, now that the result is known
    table = guessed()
    assert table.to_numpy().tolist() == [["01", "the probability of the best guess", "a", "c", False]]
    assert "blindly would have got about 0.3." in capsys.readouterr().out


def test_each_notebook_has_a_row_whether_it_was_run_or_not(capsys):
    numbers = [f"{number:02}" for number in range(1, 11)]
    empty = predictions()
    assert list(empty["notebook"]) == numbers and set(empty["outcome"]) == {NOT_YET}
    assert said(capsys) == ["No guess has been written down in this folder yet."]
    lab.course.check("06.1", "b", None)  # without what it needs the check finds nothing
    lab.course.check("01.1", "a", guesses_of(0.05))
    predict("a text of mine", perplexity="down")
    said(capsys)
    table = predictions()
    assert list(table["notebook"]) == ["", *numbers]
    assert table.iloc[1].to_list() == ["01", "the probability of the best guess", "a", "c", False]
    assert table.iloc[2].to_list() == ["02", "the fall of perplexity on unseen text", "–", NOT_YET, "–"]
    assert said(capsys)[0].endswith("9 notebooks have no guess in this folder yet.")
    assert {*table["right"]} == {None, False, "–"}


def test_a_damaged_file_does_not_show_in_a_check(folder, capsys):
    (folder / "predictions.json").write_text("{")
    lab.course.check("01.1", "c", guesses_of(0.05))
    assert "damaged" not in "".join(said(capsys))
    assert json.loads(Path("predictions.json").read_text())[0]["right"] is True


def test_judging_writes_nothing():
    assert lab.course.judge("01.1", "c", guesses_of(0.05)).state == "right"
    assert not Path("predictions.json").exists()


def test_the_exercises_without_points_are_the_predictions():
    exercises = [
        cell for source in SOURCES for cell in read_source(source) if cell.exercise and cell.kind == "code"
    ]
    questions = {cell.exercise: find_check(cell.exercise).prediction for cell in exercises}
    unscored = [cell.exercise for cell in exercises if not cell.points]
    assert unscored == [label for label, question in questions.items() if question]
    assert len({questions[label] for label in unscored}) == len(unscored)


def test_grading_knows_nothing_of_predictions():
    folder = Path(lab.__file__).parent / "grading"
    assert [
        path.name
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Name, ast.Attribute))
        and "predictions" in (getattr(node, "id", ""), getattr(node, "attr", ""))
    ] == []
