"""Answers in words: what is refused, and what is found in one that is left to be read by a person.

``written_answers`` has for each such exercise 30 sound answers (``+``) and 30 that are not (``-``): one false
claim at full length, off the subject, lists of key words. They were written before the rules. The half in
``tuning`` was looked at while the rules were made, that in ``kept`` only counted. Those in ``stranger`` are
by somebody who had read the notebooks and not the rules.
"""

from collections import Counter

import pytest
from places import SOURCES, SUPPORT

from gpt2lab.course.checks.checking import find_check, judge
from gpt2lab.course.checks.prose import plain, sentences
from gpt2lab.course.checks.verdicts import CHECKS, hidden_inputs

WRITTEN = SUPPORT / "written_answers"
LABELS = sorted(path.stem for path in (WRITTEN / "kept").glob("*.txt"))
BY_HEART = "The model has learned the diary by heart. The validation loss, which rises, would have shown it."


def counts(half, label):
    """How often which answers ended how: Counter of ('+' or '-', state)."""
    return Counter((line[0], judge(label, line[2:]).state) for line in read_lines(half, label))


def read_lines(half, label):
    return (WRITTEN / half / f"{label}.txt").read_text(encoding="utf-8").splitlines()


def total(half):
    return sum((counts(half, label) for label in LABELS), Counter())


def share(found, kind, state):
    return found[kind, state] / sum(count for (each, _), count in found.items() if each == kind)


def test_every_exercise_in_words_was_measured():
    for source in SOURCES:
        find_check(f"{source.stem[:2]}.1")
    assert [label for label in sorted(CHECKS) if CHECKS[label].in_words] == [*LABELS, "10.4"]


@pytest.mark.parametrize("half", ["kept", "tuning", "stranger"])
def test_sound_answers_are_not_refused_and_nothing_is_called_right(half):
    found = total(half)
    assert share(found, "+", "wrong") <= 0.05, found
    assert {state for _, state in found} <= {"wrong", "to be read"}, found


def test_what_was_asked_for_is_found_in_sound_answers_and_missed_in_others():
    """The note helps who reads: it must say more often of a sound answer that nothing is missing."""
    lacks = Counter()
    for label in LABELS:
        for line in read_lines("kept", label):
            lacks[line[0], ", not " in judge(label, line[2:]).note] += 1
    assert share(lacks, "+", True) <= 0.25 and share(lacks, "-", True) >= 2 * share(lacks, "+", True), lacks


@pytest.mark.parametrize("half", ["kept", "stranger"])
@pytest.mark.parametrize("label", LABELS)
def test_no_exercise_refuses_what_is_sound(label, half):
    found = counts(half, label)
    assert share(found, "+", "wrong") <= 0.05, found


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

    for answer in (f"{BY_HEART} Stop where it is lowest.", BY_HEART):
        check("03.5", answer)
        out = " ".join(capsys.readouterr().out.split())
        assert out.startswith("03.5 To be read") and "It mentions that the diary was learned by heart" in out
        assert "Compare: The diary was learned by heart" in out and "Which of your claims differs?" in out
    assert "If it is not there in other words: Say what your friend should do." in out


@pytest.mark.parametrize(
    "answer, said",
    [
        ("overfitting, memorise, validation loss, held-out, rises, early stopping, patience", "key words"),
        (judge("03.5", BY_HEART).reason.partition("Compare: ")[2].partition(" Which")[0], "the model answer"),
        (BY_HEART, "not a remedy"),
    ],
)
def test_who_reads_is_told_what_an_answer_looks_like(answer, said):
    verdict = judge("03.5", answer)
    assert verdict.state == "to be read" and said in verdict.note


def test_a_text_without_end_is_judged_soon():
    for label in LABELS:
        for words in ("loss not val test more ", "no valid test was not used ", "1.5 top_p = 0.8 people "):
            assert judge(label, words * 40_000).state != "right"


def test_nothing_that_an_answer_says_is_quoted_where_inputs_are_hidden():
    answer = f"{BY_HEART} Never stop early, since 0.123 was the value."
    with hidden_inputs():
        assert "0.123" not in judge("03.5", answer).reason


def test_words_are_read_in_any_spelling():
    assert (
        plain("“Über-fitting” isn’t  top_p 0,8 — fine-tuned") == "“uberfitting” is not topp 0.8 - finetuned"
    )
    assert sentences("a is 0.5 vs. 0.6. b, e.g. c! d") == ["a is 0.5 vs 0.6", "b, e.g c", "d"]
