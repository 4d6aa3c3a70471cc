"""The summary of a class counts what is there, finds what is worth a look, and shows a student's text as
text.
"""

import itertools
import re
from collections import Counter
from dataclasses import replace
from unittest.mock import patch

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sample_class import EXERCISES, NASTY, WRITTEN, nasty_class, sample_class
from test_feedback import TAGS, Outline, any_text, words

from gpt2lab import plots
from gpt2lab.errors import ArgumentError
from gpt2lab.grading.judging.findings import STATES, ExerciseResult, SubmissionResult
from gpt2lab.grading.results.summary import class_summary
from gpt2lab.grading.results.summary_page import summary_page, write_summary
from gpt2lab.grading.results.terminal import describe_class

MORE_TAGS = TAGS | {
    "h3",
    "h4",
    "figure",
    "img",
    "figcaption",
    "div",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
COPIED = (
    "def stop(losses, patience):\n    worse = [b - a for a, b in zip(losses, losses[1:])]\n    return sum(w >"
    " 0 for w in worse) >= patience"
)


@pytest.fixture(scope="module")
def summary():
    return class_summary(sample_class(), WRITTEN)


def students(*answers, label="03.6", state="wrong", reason=""):
    """A student for each answer to one exercise."""
    return [
        SubmissionResult(
            f"student {number}",
            "",
            "03_watch_the_loss",
            (ExerciseResult(label, "A rule", 2.0, 0.0, state, reason, "", answer),),
        )
        for number, answer in enumerate(answers)
    ]


def test_every_exercise_is_counted_by_state_with_shares_and_means(summary):
    results, table = sample_class(), summary.exercises
    assert list(table.index) == [label for label, *_ in EXERCISES] and list(table["points"]) == [
        1,
        1,
        2,
        2,
        4,
    ]
    for label in table.index:
        mine = [exercise for result in results for exercise in result.exercises if exercise.label == label]
        counted = Counter(exercise.state for exercise in mine)
        assert {state: table[state][label] for state in STATES} == {state: counted[state] for state in STATES}
        assert (
            sum(table[f"{state}_share"][label] for state in STATES) == pytest.approx(1)
            and table["submissions"][label] == 30
        )
        known = [exercise.earned for exercise in mine if exercise.state != "by hand"]
        assert table["mean_points"][label] == pytest.approx(sum(known) / len(known)) and table["mean_share"][
            label
        ] == pytest.approx(counted["right"] / len(known))
    assert summary.hardest == "03.6" and table["by hand"]["03.5"] == 2


def test_points_are_those_after_penalties_and_every_submission_is_in_one_tenth(summary):
    results = {result.student: result for result in sample_class()}
    assert all(
        row.points == results[row.student].earned
        and row.open_points == (2 if row.student in ("Noor", "Olga") else 0)
        and row.per_cent == pytest.approx(100 * row.points / (10 - row.open_points))
        for row in summary.totals.itertuples()
    )
    tenths = Counter(
        min(9, int(10 * result.earned / (10 - result.open_points))) for result in results.values()
    )
    assert (
        list(summary.distribution["submissions"]) == [tenths[tenth] for tenth in range(10)]
        and summary.distribution["submissions"].sum() == 30
    )


def test_reasons_are_counted_with_the_numbers_in_which_they_differ_left_out(summary):
    frequent = summary.reasons.iloc[0]
    assert (frequent["label"], frequent["reason"]) == (
        "03.6",
        "stop([3, 4, 2], 2) should be False: the loss fell again.",
    ) and frequent["count"] == 19
    gap = summary.reasons[(summary.reasons["label"] == "03.3") & (summary.reasons["state"] == "wrong")]
    assert (
        list(gap["reason"])
        == ["… is too large. Take the last validation loss, less the mean of the last LAST training losses."]
        and gap["count"].item() == 11
    )
    assert summary.reasons["count"].is_monotonic_decreasing and summary.reasons["share"].iloc[
        0
    ] == pytest.approx(19 / 30)
    table = class_summary(
        [
            *students("", reason="3.5 is too small."),
            *students("", reason="-12,000 is too small."),
            *students("", reason="gpt2 x1"),
        ]
    ).reasons
    assert list(table["reason"]) == ["… is too small.", "gpt2 x1"]


def test_what_a_person_should_look_at_is_listed_and_what_failed_is_not(summary):
    assert {student for student, note in summary.notes if "lost its metadata" in note} == {
        result.student for result in sample_class() if result.notes
    }
    noted = class_summary(
        [
            replace(
                students("x")[0],
                sandboxed=False,
                exercises=(ExerciseResult("03.2", "A", 1, 0, "not graded", "", "the grader fell over"),),
            )
        ]
    ).notes
    assert noted == (
        ("student 0", "Ran without the sandbox (--trust)."),
        ("student 0", "03.2: the grader fell over"),
    )
    assert not any("4711" in note for _, note in summary.notes)


def test_the_same_unusual_answer_is_found_whatever_its_layout(summary):
    assert [(group.label, group.students) for group in summary.alike] == [
        ("03.5", ("Noor", "Olga")),
        ("03.6", ("Jo", "Uwe")),
    ]


@pytest.mark.parametrize(
    "answers, state, label, groups",
    [
        ([COPIED, COPIED], "wrong", "03.6", 1),
        ([COPIED, COPIED.replace("    ", "  ") + "  # mine"], "failed", "03.6", 1),
        ([COPIED, COPIED.replace("> 0", ">= 0")], "wrong", "03.6", 0),
        ([COPIED, COPIED], "right", "03.6", 0),  # there may be only one way to be right
        ([COPIED] * 4, "wrong", "03.6", 0),  # a common mistake, and one of a few
        ([COPIED] * 4 + ["x"] * 40, "wrong", "03.6", 1),
        (["best = 3", "best = 3"], "wrong", "03.6", 0),
        (["", ""], "missing", "03.6", 0),
        ([COPIED, COPIED], "unanswered", "03.6", 0),
        (["It learns by heart, " * 5] * 2, "right", "03.5", 1),
        (["It learns by heart."] * 2, "right", "03.5", 0),
    ],
)
def test_short_common_and_right_answers_are_not_unusual(answers, state, label, groups):
    assert len(class_summary(students(*answers, state=state, label=label), WRITTEN).alike) == groups


def test_the_same_file_is_found_however_many_have_it():
    copies = [replace(result, checksum="abc") for result in students(*"abcdefgh")]
    (group,) = class_summary(copies).alike
    assert group.label == "" and len(group.students) == 8


def test_the_words_for_a_terminal_say_the_same_in_a_few_lines(summary):
    said = describe_class(summary)
    assert said.splitlines()[0].startswith(
        "Notebook 03, Watch the loss: 30 submissions, 4.9 of 10 points on average so far (median 5, from 0 to"
        " 10; 4 points not given yet)."
    )
    assert (
        "  03.6 A rule that stops           30 %  9 right, 19 wrong, 2 missing" in said
        and "Hardest: 03.6 A rule that stops." in said
    )
    assert (
        "2 groups of submissions share an unusual answer; look at them in the summary, it is no proof."
        in said
        and "notes on 7 submissions" in said
    )
    assert len(said.splitlines()) < 15 and max(map(len, said.splitlines())) < 140


def test_no_submissions_and_unreadable_ones_have_a_summary_too():
    assert describe_class(class_summary([])) == "Class: no submissions."
    assert "no submissions." in words(summary_page(class_summary([]))).lower()
    unreadable = class_summary(
        [SubmissionResult("Bob", "b.ipynb", "03_watch_the_loss", notes=("It is no notebook.",))], WRITTEN
    )
    assert "There are notes on Bob" in describe_class(unreadable) and "It is no notebook." in words(
        summary_page(unreadable)
    )
    undecided = class_summary(students("x", "y", state="by hand"))
    assert (
        undecided.hardest is None
        and "2 by hand" in describe_class(undecided)
        and "–" in describe_class(undecided)
    )
    assert "2 not decided" in words(summary_page(undecided))


def test_the_page_has_the_figure_the_tables_and_every_answer_in_words(summary, tmp_path):
    write_summary(summary, tmp_path / "summary.html")
    page = (tmp_path / "summary.html").read_text(encoding="utf-8")
    outline, said = Outline(page), words(page)
    (picture,) = (attributes for tag, attributes in outline.elements if tag == "img")
    assert picture["alt"].startswith("What became of each exercise in 30 submissions.") and picture[
        "src"
    ].startswith("data:image/png;base64,")
    assert (
        "The hardest is 03.6." in said
        and "That is no proof of copying" in said
        and "For the instructor alone" in said
    )
    assert all(name in said for name in ("Noor and Olga", "Jo and Uwe", "Li Na 李娜", "Øyvind"))
    written = [
        exercise.answer
        for result in sample_class()
        for exercise in result.exercises
        if exercise.label == "03.5" and exercise.answer
    ]
    # Two more are those of the groups
    assert len(summary.answers["03.5"]) == len(written) == page.count('aria-label="Answer ') - 2
    assert "number 29," in said and list(summary.answers) == ["03.5"]


@given(
    st.lists(
        st.tuples(any_text, any_text, any_text, any_text, st.sampled_from(STATES)), min_size=1, max_size=4
    )
)
def test_no_text_becomes_a_part_of_the_page_or_reaches_the_terminal_as_it_is(rows):
    results = [
        SubmissionResult(
            name,
            "x",
            "03_watch_the_loss",
            (ExerciseResult("03.5", "Advice", 1, 0, state, reason, note, answer),),
            notes=(note,),
            checksum="same",
        )
        for name, reason, note, answer, state in rows
    ]
    for written in (WRITTEN, frozenset()):
        summary = class_summary(results, written)
        assert all(line.isprintable() for line in describe_class(summary).splitlines())
        # It holds no text of theirs
        with (
            patch("gpt2lab.plots.class_results"),
            patch("gpt2lab.grading.results.summary_page.html_figure", lambda *_: ""),
        ):
            page = summary_page(summary)
        page.encode()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", page)
        outline = Outline(page)
        assert outline.open == [] and {tag for tag, _ in outline.elements} <= MORE_TAGS


def test_tables_of_the_nastiest_class_can_be_stored(tmp_path):
    summary = class_summary(nasty_class(), WRITTEN)
    for table in (summary.exercises, summary.reasons, summary.totals):
        table.to_csv(tmp_path / "table.csv")
        assert len(pd.read_csv(tmp_path / "table.csv")) == len(table)
    assert len(summary_page(summary)) < 600_000


def test_the_figure_says_in_words_what_it_shows(summary):
    figure = plots.class_results(summary.exercises, summary.distribution)
    assert (
        "03.6 A rule that stops: 9 right, 19 not quite, 2 no answer." in figure.caption
        and "Hardest was 03.6, with 30 % of its points on average." in figure.caption
    )
    assert (
        "Below: the share of all points, after penalties; most submissions, 6, have 30 to 40 %."
        in figure.caption
    )
    alone = plots.class_results(summary.exercises)
    assert "Below" not in alone.caption and len(alone.axes) == 1 and len(figure.axes) == 2
    shown = [text.get_text() for text in alone.axes[0].texts]
    assert {"29", "15", "21", "19", "9"} <= set(shown)
    assert [text.get_text() for text in alone.legends[0].get_texts()] == [
        "right",
        "not quite",
        "error or stopped",
        "no answer",
        "not decided",
    ]


def test_bars_can_be_told_apart_in_grey(summary):
    bars = plots.class_results(summary.exercises).axes[0].containers
    looks = [
        (
            round(
                sum(
                    weight * part
                    for weight, part in zip((0.299, 0.587, 0.114), bar.patches[0].get_facecolor())
                ),
                1,
            ),
            bar.patches[0].get_hatch(),
        )
        for bar in bars
    ]
    assert len(set(looks)) == len(bars) == 5


def test_a_title_with_dollar_signs_is_no_formula(summary, tmp_path):
    figure = plots.class_results(summary.exercises.assign(title="a $\\frac b$ c"))
    (tmp_path / "figure.png").write_bytes(figure.png())
    assert Image.open(tmp_path / "figure.png").width > 500


@pytest.mark.parametrize("other", [None, 3, pd.DataFrame(), pd.DataFrame({"title": ["a"]})])
def test_another_table_is_refused(other):
    with pytest.raises(ArgumentError, match="class_summary"):
        plots.class_results(other)


@pytest.mark.browser
@pytest.mark.slow
def test_in_a_browser_it_runs_nothing_asks_for_nothing_and_axe_finds_nothing_wrong(page, summary, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    for name, each in (("class", summary), ("nasty", class_summary(nasty_class(), WRITTEN))):
        write_summary(each, tmp_path / f"{name}.html")
        page.asked.clear(), page.said.clear()
        for width in (1000, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto((tmp_path / f"{name}.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page).response["violations"]
            assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found] == []
        assert {address for address in page.asked if not address.startswith("data:")} == {
            (tmp_path / f"{name}.html").as_uri()
        }
        assert page.said == [] and page.title() == "Notebook 03, Watch the loss: the class"
        assert (
            set(page.evaluate("[...document.querySelectorAll('*')].map(element => element.localName)"))
            <= MORE_TAGS
        )
        levels = [
            int(level[1])
            for level in page.evaluate(
                "[...document.querySelectorAll('h1,h2,h3,h4')].map(heading => heading.localName)"
            )
        ]
        assert levels[0] == 1 and all(after - before <= 1 for before, after in itertools.pairwise(levels))
        assert (
            len(page.evaluate("[...document.querySelectorAll('pre')].map(source => source.textContent)"))
            >= len(NASTY) // 2
        )
