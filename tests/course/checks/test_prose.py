"""Answers in words: what is refused, what is called right, and what is left to be read by a person.

``written_answers`` has for each such exercise 30 sound answers (``+``) and 30 that are not (``-``): one false
claim at full length, off the subject, lists of key words. They were written before the rules. The half in
``tuning`` was looked at while the rules were made, that in ``kept`` only counted.
"""

import time
from collections import Counter

import pytest
from places import SOURCES, SUPPORT
from turned_round import turn_round

from gpt2lab.course.checks.checking import find_check, judge
from gpt2lab.course.checks.prose import plain, sentences
from gpt2lab.course.checks.verdicts import CHECKS, hidden_inputs

WRITTEN = SUPPORT / "written_answers"
LABELS = sorted(path.stem for path in (WRITTEN / "kept").glob("*.txt"))
BY_HEART = "The model has learned the diary by heart. The validation loss, which rises, would have shown it."


def counts(half, label):
    """How often which answers ended how: Counter of ('+' or '-', state)."""
    return Counter((line[0], judge(label, line[2:]).state) for line in read_lines(half, label))


def sound(half, label):
    return [line[2:] for line in read_lines(half, label) if line[0] == "+"]


def read_lines(half, label):
    return (WRITTEN / half / f"{label}.txt").read_text(encoding="utf-8").splitlines()


def total(half):
    return sum((counts(half, label) for label in LABELS), Counter())


def share(found, kind, state):
    return found[kind, state] / sum(count for (each, _), count in found.items() if each == kind)


def test_every_exercise_in_words_was_measured():
    for source in SOURCES:
        find_check(f"{source.stem[:2]}.1")
    assert [label for label in sorted(CHECKS) if CHECKS[label].in_words] == LABELS


@pytest.mark.parametrize("half", ["kept", "tuning"])
def test_sound_answers_are_not_refused_and_few_unsound_ones_accepted(half):
    found = total(half)
    assert share(found, "+", "wrong") <= 0.05 and share(found, "-", "right") <= 0.1, found
    assert share(found, "+", "right") >= 0.35, found  # else a person reads them all


def test_some_claims_that_are_turned_round_are_found():
    """Not most of them: what is called right has to be read as well. docs/contributors.md has the share."""
    passed = [
        judge(label, turned).state == "right"
        for label in LABELS
        for answer in sound("kept", label)
        if judge(label, answer).state == "right"
        for turned in turn_round(answer)
    ]
    assert len(passed) > 100 and sum(passed) <= 0.5 * len(passed), (sum(passed), len(passed))


@pytest.mark.parametrize("label", LABELS)
def test_no_exercise_refuses_what_is_sound(label):
    found = counts("kept", label)
    assert share(found, "+", "wrong") <= 0.05 and share(found, "-", "right") <= 1 / 3, found


@pytest.mark.parametrize(
    "label, answer",
    [
        (
            "02.5",
            "It would have to learn the words and grammar of English, which the pretrained one knows. Trained"
            " longer it gets better and better, and it never learns by heart.",
        ),
        ("03.5", f"{BY_HEART} But never stop early: let it train to the end."),
        (
            "06.6",
            "On the test split the perplexity rose from 36 to 43 with an interval of 12 to 18 %. The"
            " validation split had been used to choose the checkpoint.",
        ),
        (
            "09.6",
            "The prefix lowers the perplexity by 3.3 %, before it was 1.5 %. The classifier has 100 of 100"
            " right. The time could explain it.",
        ),
        (
            "08.6",
            "I take temperature 1.5, its dist-1 of 0.58 is far above the 0.31 of human text. Below, the text"
            " repeats itself; above, it is nonsense.",
        ),
    ],
)
def test_what_says_the_opposite_is_to_be_read(label, answer):
    verdict = judge(label, answer)
    assert verdict.state == "to be read" and "Look at: " in verdict.note, verdict


@pytest.mark.parametrize(
    "remedy",
    [
        "They should stop earlier so that the model does not overfit.",
        "Train with patience or with a bigger corpus so it can no longer memorise everything.",
        "Stop where it is lowest, to avoid overfitting.",
        "Stop before it overfits.",
    ],
)
def test_a_negation_that_is_right_is_not_held_against_an_answer(remedy):
    assert judge("03.5", f"{BY_HEART} {remedy}").state == "right"


def test_what_says_nothing_is_refused_with_the_reason():
    for label in LABELS:
        question = read_question(label)
        for answer, reason in (
            ("Yes it is.", "3 words"),
            (question, "That is the question"),
            ("It would " * 20, "None of what was asked for"),
            (3, "three quotes"),
        ):
            verdict = judge(label, answer)
            assert verdict.state == "wrong" and reason in verdict.reason and verdict.note == "", (
                label,
                verdict,
            )


def read_question(label):
    """The paragraph of the notebook that asks for an answer in words."""
    text = next(path for path in SOURCES if path.stem[:2] == label[:2]).read_text(encoding="utf-8")
    text = text.split(f"### Exercise {label}")[1].split("<details>")[0]
    return " ".join(line.removeprefix("#").strip() for line in text.splitlines()[1:]).strip()


def test_the_model_answer_and_what_was_found_are_shown_either_way(capsys):
    from gpt2lab.course import check

    for answer, opening in (
        (f"{BY_HEART} Stop where it is lowest.", "Right, as far as a search for words"),
        (BY_HEART, "To be read"),
    ):
        check("03.5", answer)
        out = " ".join(capsys.readouterr().out.split())
        assert out.startswith(f"03.5 {opening}") and "It mentions that the diary was learned by heart" in out
        assert "Compare: The diary was learned by heart" in out
    assert "Not found: Say what your friend should do." in out and "Which of your claims differs?" in out


def test_a_list_of_key_words_and_the_model_answer_itself_are_to_be_read():
    compare = judge("03.5", BY_HEART).reason.partition("Compare: ")[2].partition(" Which")[0]
    for answer in (
        compare,
        "overfitting, memorise, validation loss, held-out, rises, early stopping, patience",
    ):
        assert judge("03.5", answer).state == "to be read"


def test_a_text_without_end_is_judged_soon_and_not_called_right():
    began = time.monotonic()
    for label in LABELS:
        for words in ("loss not val test more ", "no valid test was not used ", "1.5 top_p = 0.8 people "):
            assert judge(label, words * 40_000).state != "right"
    assert time.monotonic() - began < 20


def test_nothing_that_an_answer_says_is_quoted_where_inputs_are_hidden():
    answer = f"{BY_HEART} Never stop early, since 0.123 was the value."
    assert "0.123" in judge("03.5", answer).reason
    with hidden_inputs():
        hidden = judge("03.5", answer)
    assert "0.123" not in hidden.reason and "0.123" in hidden.note


def test_words_are_read_in_any_spelling():
    assert (
        plain("“Über-fitting” isn’t  top_p 0,8 — fine-tuned") == "“uberfitting” is not topp 0.8 - finetuned"
    )
    assert sentences("a is 0.5 vs. 0.6. b, e.g. c! d") == ["a is 0.5 vs 0.6", "b, e.g c", "d"]
