"""The feedback page: each student learns what was right, what was not and why; no text of theirs becomes a
part of the page, and nobody else's is on it.
"""

import html.parser
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_class import NASTY, WRITTEN, nasty_class, sample_class

from gpt2lab.errors import StorageError
from gpt2lab.grading.answers.student_source import normalise, own_part, prose
from gpt2lab.grading.judging.findings import STATES, ExerciseResult, SubmissionResult
from gpt2lab.grading.results.feedback import SAID, feedback_page, notebook_title, write_feedback

DUE = datetime(2026, 12, 1, 23, 59, tzinfo=timezone(timedelta(hours=1)))
TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "h1",
    "h2",
    "p",
    "strong",
    "span",
    "bdi",
    "nav",
    "ul",
    "li",
    "a",
    "main",
    "section",
    "pre",
}


class Outline(html.parser.HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.text, self.open = [], "", []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.open += [tag] * (tag != "meta" and tag != "img")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag  # everything is closed where it was opened

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(data)


def words(page):
    return " ".join(Outline(re.sub("<style>.*?</style>", "", page, flags=re.DOTALL)).text.split())


def one(state="wrong", points=2.0, earned=0.0, **values):
    return ExerciseResult(
        "03.2",
        "The best step",
        points,
        earned,
        state,
        **{"reason": "That is the training loss.", "answer": "best = 3"} | values,
    )


def of(*exercises, **values):
    return SubmissionResult("Ada Lovelace", "ada.ipynb", "03_watch_the_loss", exercises, **values)


def test_it_says_the_points_what_was_found_why_and_what_to_do():
    page = words(
        feedback_page(
            of(
                one("right", earned=2.0, reason="It began there."),
                one(),
                one("unanswered", reason="There is no answer yet."),
            )
        )
    )
    assert (
        "Feedback on notebook 03, Watch the loss For Ada Lovelace You have 2 of 6 points. 1 of your 3 answers"
        " is right." in page
    )
    assert "✓Right2 of 2 points It began there. Your answer best = 3" in page
    assert "✗Not quite0 of 2 points That is the training loss. What to do next. Change your answer" in page
    assert "○No answer yet0 of 2 points There is no answer yet. What to do next." in page


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_sign_and_a_word_besides_its_colour(state):
    sign, word, next_step = SAID[state]
    page = words(feedback_page(of(one(state, earned=2.0 if state == "right" else 0.0))))
    assert f"{sign}{word}" in page and f"{sign} {word.lower()}" in page
    assert state == "right" or f"What to do next. {next_step.replace('{label}', '03.2')}" in page
    assert "incorrect" not in page.lower()
    assert len({sign for sign, _, _ in SAID.values()}) == len(STATES)


def test_what_is_not_decided_yet_is_said_and_not_counted_as_nought():
    page = words(
        feedback_page(of(one("right", earned=2.0), one("by hand", points=3.0), one("not graded", points=1.0)))
    )
    assert (
        "You have 2 of 6 points so far." in page
        and "worth 4 points, are not in this sum yet: your instructor still looks at them." in page
    )
    assert "worth 3 points" in page and "0 of 3" not in page


@pytest.mark.parametrize(
    "values, said",
    [
        ({}, None),
        (
            {"late_days": 2, "penalty": 0.0},
            "2 days late; a day that has begun counts as one. No points were taken off.",
        ),
        (
            {"late_days": 1, "penalty": 0.5, "submitted": "2026-12-02T10:05:00+01:00"},
            (
                "You handed in on 2 December 2026, 10:05 UTC+01:00, 1 day late; a day that has begun counts"
                " as one. It was due on 1 December 2026, 23:59 UTC+01:00. That takes 0.5 points off the 2"
                " points that your answers earned."
            ),
        ),
        ({"late_days": 30, "penalty": 4.0}, "That costs 4 points, though no sum goes below 0."),
        (
            {"late_days": 1, "penalty": 1.0, "submitted": "<b>soon</b>"},
            "You handed in on <b>soon</b>, 1 day late",
        ),
    ],
)
def test_a_penalty_is_explained(values, said):
    page = words(
        feedback_page(of(one("right", earned=2.0), **values), DUE if "submitted" in values else None)
    )
    assert "late" not in page if said is None else said in page


def test_all_right_and_nothing_graded_are_said_too():
    assert "All of your answers are right." in words(feedback_page(of(one("right", earned=2.0))))
    assert "None of its exercises could be graded" in words(feedback_page(of()))


def test_notes_and_other_students_are_not_on_it():
    results = sample_class()
    for result in results:
        page = feedback_page(replace(result, notes=("a note for the instructor",)), DUE, WRITTEN)
        assert (
            "4711" not in page
            and "secret-input-42" not in page
            and "a note for" not in page
            and result.checksum not in page
        )
        assert all(
            other.student not in words(page)
            for other in results
            if other is not result and len(other.student) > 4
        )


def test_a_source_is_shown_without_the_line_of_its_exercise_and_words_without_their_quotes():
    source = "# EXERCISE 03.2 (difficulty 1, 2 min, 1 point)\nbest = 3  # why"
    assert own_part(source) == "best = 3  # why" and own_part("x = 1") == "x = 1"
    assert (
        prose('# EXERCISE 03.5 (difficulty 2, 5 min, 2 points)\nadvice = """\nStop\nearlier.\n"""')
        == "Stop\nearlier."
    )
    assert (
        prose("<!-- EXERCISE 03.5 (difficulty 2, 5 min, 2 points) -->\nStop *earlier*.") == "Stop *earlier*."
    )
    assert (
        prose('advice = f"""{x}"""') == 'advice = f"""{x}"""'
        and prose("advice = 3") == "advice = 3"
        and prose("It is") == "It is"
    )
    page = feedback_page(of(one(answer='advice = """\nStop\n"""')), written={"03.2"})
    assert '<pre class="answered words"' in page and "\nStop</pre>" in page
    assert "<pre" not in feedback_page(of(one(answer=" \n")))


@pytest.mark.parametrize(
    "source",
    [
        "-" * 20_000 + "1",
        "(" * 20_000,
        "a" + ".a" * 9_000,
        "1" + "+1" * 9_000,
        "not " * 5_000,
        "if x:\n" * 3_000,
        "\ud800",
        "a\0b",
        '"' * 10_001,
        "x" * 1_000_000,
        "'''",
        "\\",
        "\f\v\x1c",
        "lambda:" * 2_800,
        "f'{" * 5_000,
        "\t x\n  y\n z",
        "async def",
    ],
)
def test_a_source_made_to_break_the_reader_is_read_all_the_same(source):
    assert isinstance(prose(source), str) and isinstance(normalise(source), str)


def test_two_sources_are_alike_whatever_their_layout_and_comments():
    one, other = (
        "def f(a,b):\n  # sum\n  return (a+b)",
        "# EXERCISE 03.2 (x)\ndef f( a, b ):\n\n        return (a +\n b)  # done",
    )
    assert normalise(one) == normalise(other) != normalise(one.replace("+", "-"))
    assert normalise("if x:\n  y()\nz()") != normalise("if x:\n  y()\n  z()")


any_text = (
    st.text(st.characters(), max_size=60)
    | st.sampled_from([text[:5_000] for text in NASTY])
    | st.text(st.sampled_from("<>&\"'/=!-[]{}abp \n\x1b\0\ud800\u202e"), max_size=30)
)


@given(
    student=any_text,
    submitted=any_text,
    reason=any_text,
    answer=any_text,
    title=any_text,
    state=st.sampled_from(STATES),
    in_words=st.booleans(),
)
def test_no_text_becomes_a_part_of_the_page(student, submitted, reason, answer, title, state, in_words):
    result = SubmissionResult(
        student,
        "x",
        "03_watch_the_loss",
        (ExerciseResult("03.2", title, 1, 0, state, reason, "", answer),),
        submitted,
        1,
        0.1,
    )
    page = feedback_page(result, DUE, {"03.2"} if in_words else set())
    page.encode()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]", page)
    outline = Outline(page)
    assert outline.open == [] and {tag for tag, _ in outline.elements} <= TAGS
    assert (
        sum(tag == "section" for tag, _ in outline.elements) == 1
        and sum(tag == "pre" for tag, _ in outline.elements) <= 1
    )
    allowed = {
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "id",
        "href",
        "aria-hidden",
        "aria-label",
        "aria-labelledby",
        "tabindex",
        "role",
    }
    assert {name for _, attributes in outline.elements for name in attributes} <= allowed
    assert all(attributes["href"] == "#exercise-1" for tag, attributes in outline.elements if tag == "a")


def test_the_page_of_a_huge_answer_is_small():
    assert len(feedback_page(of(one(answer="x" * 1_000_000, reason="\x1b" * 1_000_000)))) < 200_000


def test_it_forbids_scripts_pictures_and_addresses():
    outline = Outline(feedback_page(of(one())))
    policies = [
        attributes["content"]
        for tag, attributes in outline.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"]
    assert ("html", {"lang": "en"}) in outline.elements and "http" not in words(feedback_page(of(one())))


def test_each_student_gets_a_file_with_a_name_that_any_system_takes(tmp_path):
    names = [
        "Ada Lovelace",
        "ada lovelace",
        "ADA/LOVELACE",
        "../../etc/passwd",
        "con",
        "NUL.txt",
        "",
        "..",
        "x" * 1_000,
        "李娜" * 200,
        "\ud800\x00",
        "Zoë",
        "a-2",
        "a",
        "A",
        "~",
        "$(reboot)",
    ]
    results = [replace(of(one()), student=name) for name in names]
    paths = write_feedback(results, tmp_path / "feedback", due=lambda student: DUE)
    assert len({str(path).casefold() for path in paths}) == len(names) and {
        path.parent for path in paths
    } == {tmp_path / "feedback"}
    assert sorted(tmp_path.iterdir()) == [tmp_path / "feedback"] and sorted(
        (tmp_path / "feedback").iterdir()
    ) == sorted(paths)
    assert all(re.fullmatch(r"[\w\-]+\.html", path.name) and len(path.name.encode()) <= 255 for path in paths)
    assert [path.name for path in paths[:4]] == [
        "Ada_Lovelace.html",
        "ada_lovelace-2.html",
        "ADA_LOVELACE-3.html",
        "etc_passwd.html",
    ] and paths[4].name == "con_.html"
    assert all(name in words(path.read_text(encoding="utf-8")) for name, path in zip(names[:5], paths))
    with pytest.raises(StorageError):
        write_feedback(results, paths[0])


def test_a_notebook_is_called_by_its_number_and_its_words():
    assert (
        notebook_title("03_watch_the_loss") == "notebook 03, Watch the loss"
        and notebook_title("03") == "notebook 03"
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages of students of all kinds: list of Path."""
    states = of(
        *(
            replace(one(state, earned=2.0 if state == "right" else 0.0), label=f"03.{number}")
            for number, state in enumerate(STATES, 2)
        ),
        late_days=2,
        penalty=1.0,
        submitted="2026-12-03T10:00:00+01:00",
    )
    folder = tmp_path_factory.mktemp("feedback")
    return write_feedback([states, sample_class()[3], *nasty_class()], folder, lambda student: DUE, WRITTEN)


@pytest.mark.browser
@pytest.mark.slow
def test_in_a_browser_nothing_runs_nothing_is_asked_for_and_nothing_is_wider_than_a_telephone(page, pages):
    for path in pages:
        page.asked.clear(), page.said.clear()
        page.set_viewport_size({"width": 360, "height": 800})
        page.goto(path.as_uri())
        assert (
            page.asked == [path.as_uri()]
            and page.said == []
            and page.title() == "Feedback on notebook 03, Watch the loss"
        )
        assert (
            set(page.evaluate("[...document.querySelectorAll('*')].map(element => element.localName)"))
            <= TAGS
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(heading => heading.localName)")
        assert levels == ["h1"] + ["h2"] * (len(levels) - 1)


@pytest.mark.browser
@pytest.mark.slow
def test_in_a_browser_axe_finds_nothing_wrong(page, pages):
    from axe_playwright_python.sync_playwright import Axe

    for path in (
        *pages[:2],
        pages[2 + NASTY.index("</pre><img src=x onerror=\"document.title = 'taken over'\">")],
        pages[9],
    ):
        for width in (1000, 400):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(path.as_uri())
            found = Axe().run(page).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
