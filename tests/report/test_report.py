"""The report answers with figures and tables, keeps the student's words whatever happens to the file, and
lets nothing of theirs run.
"""

import csv
import html
import html.parser
import re
import shutil
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.errors import ArgumentError, CheckpointError, StorageError, TextError
from gpt2lab.report import Report, answers, printing
from gpt2lab.report.questions import NAMES
from gpt2lab.report.settings import changed_settings, describe_schedule
from gpt2lab.report.students_words import as_html
from gpt2lab.training.settings import Settings

QUICK = {"nsamples": 6, "length": 16, "seed": 3}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def document(**words):
    places = "\n\n".join(
        f"## {name}\n\n{answers.place(name, words.get(name, ''))}" for name in ("loss", "size", "notes")
    )
    return f"{answers.first_line(['loss', 'size', 'notes'])}\n\n# Title\n\n{places}\n\n## End\n"


@given(st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\r"), max_size=80))
def test_any_words_come_back_as_they_were(words):
    found = answers.read(document(size=words), "report.md")
    assert found.answers == {"loss": "", "size": words.strip(), "notes": ""}
    assert found.outside == answers.read(document(), "report.md").outside


def test_words_beside_the_marks_and_below_the_placeholder_count():
    content = (
        document()
        .replace("<!-- END ANSWER loss -->", "It fell. <!-- END  ANSWER loss-->")
        .replace("<!-- ANSWER size -->", "<!--ANSWER size --> Small.")
    )
    assert answers.read(content, "report.md").answers == {"loss": "It fell.", "size": "Small.", "notes": ""}


@pytest.mark.parametrize(
    "damage, line, words",
    [
        (("<!-- END ANSWER loss -->", ""), 7, "do not end; write '<!-- END ANSWER loss -->'"),
        (("<!-- ANSWER size -->", ""), 15, "begin nowhere; write '<!-- ANSWER size -->'"),
        (("<!-- ANSWER size -->", "<!-- ANSWER loss -->"), 13, "stands there for the second time"),
        (("<!-- END ANSWER notes -->", "<!-- END ANSWER note"), 19, "do not end"),
        (
            ("<!-- END ANSWER size -->", "<!-- END ANSWER loss -->"),
            13,
            "do not end; write '<!-- END ANSWER size -->'",
        ),
    ],
)
def test_a_damaged_mark_is_named_with_its_line(damage, line, words):
    with pytest.raises(TextError, match=words) as error:
        answers.read(document(loss="It fell.", size="Small.").replace(*damage), "report.md")
    assert f"report.md, line {line}:" in str(error.value) and "Nothing was changed" in str(error.value)


def test_a_place_that_is_gone_is_missed():
    content = re.sub(r"<!-- (END )?ANSWER size -->\n?", "", document(size="Small."))
    with pytest.raises(TextError, match="lost the place of the words on 'size'"):
        answers.read(content, "report.md")


def test_words_without_a_place_go_to_the_notes():
    last = answers.read(document(), "report.md")
    written = document(loss="It fell.", size="Small.", notes="Mine.").replace(
        "## End", "Written at the end.\n\n## End"
    )
    kept = answers.keep_words(answers.read(written, "report.md"), last, ["loss", "notes"])
    assert kept["loss"] == "It fell." and kept["notes"].startswith("Mine.\n\n")
    assert (
        "Small." in kept["notes"] and "Written at the end." in kept["notes"] and "## End" not in kept["notes"]
    )


def test_words_given_in_python_do_not_replace_those_changed_in_the_file():
    last = {"loss": "first", "size": "first"}
    found, ignored = answers.merge_words(
        {"loss": "first", "size": "changed", "notes": ""},
        {"loss": "second", "size": "second", "notes": "new"},
        last,
    )
    assert found == {"loss": "second", "size": "changed", "notes": "new"} and ignored == ["size"]


HARMFUL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](javascript:alert(1))",
    "![x](http://example.org/pixel.png)",
    '![" onerror="alert(1)](own.png)',
    "![<img src=x onerror=alert(1)>](own.png)",
    '[x](http://example.org/"onmouseover="alert(1))',
    "<svg/onload=alert(1)>",
    "`<script>alert(1)</script>`",
    '```"><script>alert(1)</script>\n</code><script>x\n```',
    "| <script> | b |\n|---|---|\n| <b onclick=alert(1)> | d |",
    "<!-- --><script>alert(1)</script>",
    "# <script>alert(1)</script>",
    '<https://example.org/"><script>alert(1)</script>>',
    "[x]: javascript:alert(1)\n\n[x]",
    "> <iframe src=javascript:alert(1)>",
    "- <style>*{display:none}</style>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<base href=//example.org>",
    "![x](../../../../etc/passwd)",
    "</div></main><h1>",
    "[x](file:///etc/passwd)",
    "[x](//example.org)",
    "\\<script>alert(1)</script>",
    "[a](http://x.y 'onclick=\"z\"')",
]
TAGS = {
    "p",
    "strong",
    "em",
    "code",
    "pre",
    "a",
    "img",
    "ul",
    "ol",
    "li",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "del",
    "br",
    "hr",
}
ATTRIBUTES = {
    "a": {"href", "rel"},
    "img": {"src", "alt"},
    "th": {"scope"},
    "pre": {"tabindex"},
    "ol": {"start"},
}


class Elements(html.parser.HTMLParser):
    """What a page is made of: (tag, attributes), and its text."""

    def __init__(self, page):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(f"A comment: {data}")

    def of(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


@pytest.mark.parametrize("words", HARMFUL)
def test_nothing_in_the_words_of_a_student_can_run_or_reach_the_network(words, tmp_path):
    (tmp_path / "own.png").write_bytes(PNG)
    for tag, attributes in Elements(as_html(words, tmp_path)).found:
        assert tag in TAGS and set(attributes) <= ATTRIBUTES.get(tag, set()), words
        assert re.match("https?://|mailto:", attributes.get("href", "http://")) and attributes.get(
            "src", "data:image/png"
        ).startswith("data:image/"), words


@given(st.text(alphabet="<>\"'`[]()!#*_|-&;:\\ \nabcxy=/", max_size=60))
def test_no_combination_of_signs_makes_an_element_of_its_own(words):
    for tag, attributes in Elements(as_html(words, "nowhere")).found:
        assert tag in TAGS and set(attributes) <= ATTRIBUTES.get(tag, set()), words


def test_basic_markdown_is_understood_and_a_picture_beside_the_report_is_put_in(tmp_path):
    (tmp_path / "own.png").write_bytes(PNG)
    (tmp_path.parent / "other.png").write_bytes(PNG)
    words = (
        "# Title\n\n**Bold** and *slanted*, `code`, [a link](https://example.org/?a=1&b=2).\n\n- one\n-"
        " two\n\n![my figure](own.png)\n\n![not mine](../other.png)\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    page = Elements(as_html(words, tmp_path))
    assert {"strong", "em", "code", "a", "li", "img", "table", "th"} <= {
        tag for tag, _ in page.found
    } and "h1" not in {tag for tag, _ in page.found}
    assert page.of("a")[0]["href"] == "https://example.org/?a=1&b=2"
    assert [image["alt"] for image in page.of("img")] == ["my figure"] and "(picture: not mine)" in page.text
    assert {head["scope"] for head in page.of("th")} == {"col"}


@pytest.mark.parametrize(
    "asked, changed, schedule",
    [
        ({}, {}, "rises to 0.001 in 30 steps, then falls along half a cosine to a tenth"),
        (
            {"model_name": "1M", "steps": 50},
            {},
            "rises to 0.002 in 5 steps, then falls along half a cosine to a tenth",
        ),
        (
            {"learning_rate": 1e-4, "decay": "constant"},
            {"learning_rate": ("0.0001", "0.001"), "decay": ("constant", "cosine")},
            "0.0001 in every step",
        ),
        (
            {"decay": "linear", "warmup_steps": 0},
            {"decay": ("linear", "cosine"), "warmup_steps": ("0", "30")},
            "falls from 0.001 evenly to 0",
        ),
    ],
)
def test_what_suits_the_size_and_the_steps_counts_as_a_default(asked, changed, schedule):
    settings = Settings(lab.Corpus(), **asked).recorded
    (block,) = changed_settings(SimpleNamespace(configuration={"settings": settings}))
    rows = getattr(block, "rows", ())
    assert {name: (value, default) for name, value, default, _ in rows} == changed
    assert describe_schedule(settings) == schedule


def test_a_browser_of_playwright_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "NAMES", ())
    monkeypatch.setattr(printing.sys, "platform", "linux")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert printing.find_browser() is None
    place = tmp_path / "chromium-1200" / "chrome-linux" / "chrome"
    place.parent.mkdir(parents=True)
    place.touch()
    assert printing.find_browser() == str(place)


def test_a_browser_that_does_not_print_is_said_and_costs_nothing_else(tmp_path):
    (tmp_path / "report.html").write_text("<p>page</p>")
    with pytest.warns(UserWarning, match="no report.pdf"):
        assert printing.print_page(tmp_path / "report.html", "/bin/false") is None
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


@pytest.fixture
def page(tmp_path):
    """A page of a report with three questions, and the report."""
    sections = {
        "loss": '<figure>\n<img alt=""></figure><div><table></table></div><div class="answer">It fell.</div>',
        "text": '<figure class="sample"></figure>' * 2 + '<p class="unanswered">No words yet.</p>',
        "flags": '<p class="unanswered">No words yet.</p>',
    }
    content = "".join(
        f'<section aria-labelledby="question-{name}">\n<h3 id="question-{name}">{number}. On {name} &amp;'
        f" more</h3>{section}</section>"
        for number, (name, section) in enumerate(sections.items(), 1)
    )
    path = tmp_path / "report.html"
    path.write_text(f"<title>Mine &lt; yours</title><style>.answer {{ }}</style>{content}", encoding="utf-8")
    return Report(tmp_path, tmp_path / "report.md", path, None, ())


def test_a_picture_of_the_page_says_what_it_shows(page, monkeypatch):
    asked = []
    monkeypatch.setattr(printing, "find_browser", lambda: "/opt/chromium")
    monkeypatch.setattr(printing, "draw_page", lambda *arguments: asked.append(arguments) or b"a picture")
    shown = page.picture()
    assert shown.png == b"a picture" and shown.width == 720
    assert shown.caption == (
        "The top of the report “Mine < yours”, as a browser shows it: what it is about, and the list of its 3"
        " questions."
    )
    assert [page.picture(name).caption.partition("shows it: ")[2] for name in ("loss", "text", "flags")] == [
        "the question, 1 figure, 1 table and the words of its author.",
        "the question, 2 samples and a place for words.",
        "the question and a place for words.",
    ]
    assert "“1. On loss & more”" in page.picture("loss", 500, 600).caption
    assert asked[0][2:] == ("", 720, 1000) and asked[-1][2:] == ("question-loss", 500, 600)
    (picture, about), (words, _) = shown.outputs()
    assert about == {"image/png": {"alt": shown.caption, "width": 720}} and "image/png" in picture
    assert html.escape(shown.caption) in words["text/html"]


def test_without_a_browser_a_picture_says_how_to_see_the_page(page, monkeypatch):
    monkeypatch.setattr(printing, "find_browser", lambda: None)
    shown = page.picture("loss")
    assert shown.png is None and f"open {page.html} in your browser" in str(shown)
    ((words, about),) = shown.outputs()
    assert "image/png" not in words and about == {}
    monkeypatch.setattr(printing, "find_browser", lambda: "/bin/false")
    assert page.picture().png is None and "false drew no picture of it: open" in page.picture().caption
    assert [path.name for path in page.folder.iterdir()] == ["report.html"]


def test_a_picture_of_what_is_not_there_is_refused(page):
    with pytest.raises(ArgumentError, match="question='poems' is not in this report; give one of 'loss'"):
        page.picture("poems")
    for size in ({"width": 10}, {"height": 5000}, {"width": "wide"}):
        with pytest.raises(ArgumentError, match=next(iter(size))):
            page.picture("loss", **size)
    page.html.unlink()
    with pytest.raises(StorageError, match="make the report again"):
        page.picture()


@pytest.fixture(scope="module")
def test_text():
    return lab.presidential_speeches(since=1963, until=1964).first(9_000)


@pytest.fixture
def no_browser(monkeypatch):
    """Printing takes seconds, and most tests are not about it."""
    monkeypatch.setattr(printing, "find_browser", lambda: None)


@pytest.fixture(scope="module")
def measured(run, held_out, test_text, speeches, tmp_path_factory):
    """The folder of a report with all texts."""
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printing, "find_browser", lambda: None)
        lab.report(run, held_out, test_text, speeches, folder, **QUICK)
    return folder


@pytest.fixture
def texts(held_out, test_text, speeches):
    return {"valid": held_out, "test": test_text, "train": speeches}


@pytest.fixture
def folder(measured, tmp_path):
    """A copy of it, to write in."""
    return shutil.copytree(measured, tmp_path / "report")


@pytest.mark.slow
def test_every_question_is_there_with_what_answers_it(measured):
    text = (measured / "report.md").read_text(encoding="utf-8")
    assert list(answers.read(text, "report.md").answers) == list(NAMES)
    assert {path.stem for path in (measured / "figures").iterdir()} == {
        "loss",
        "copying",
        "overlap",
        "perplexity-valid",
        "perplexity-test",
    }
    page = Elements((measured / "report.html").read_text(encoding="utf-8"))
    assert len(page.of("img")) == 5 and all(
        image["src"].startswith("data:image/png;base64,") and image["alt"] for image in page.of("img")
    )
    for words in (
        "Diagnosis: ",
        "Jaccard",
        "self-BLEU",
        "known 3-grams",
        "parameters for each token",
        "drawn at random with seed 3",
        "TensorFlow".lower(),
        "learning_rate",
        "in 3 steps, then falls along half a cosine to a tenth",
    ):
        assert words in page.text, words


@pytest.mark.slow
def test_its_numbers_are_those_that_are_measured_directly(measured, run, test_text, small):
    text = (measured / "report.md").read_text(encoding="utf-8")
    with run.load("best") as tuned:
        before, after = (lab.perplexity(lm, test_text) for lm in (small, tuned))
        samples = tuned.generate(nsamples=6, length=16, temperature=0.7, seed=3)
    row = (
        f"| test | {after.tokens:,} | {before.perplexity:.2f} | {after.perplexity:.2f} |"
        f" {after.perplexity / before.perplexity - 1:+.1%} |"
    )
    assert row in text
    rows = list(csv.DictReader(open(measured / "samples.csv", encoding="utf-8", newline="")))
    assert [row["after"] for row in rows] == samples and [row["shown"] for row in rows].count("yes") == 3
    assert f"{lab.distinct(samples):.3f}" in text and f"{lab.self_bleu(samples):.3f}" in text


@pytest.mark.slow
def test_made_again_it_keeps_the_words_and_opens_no_model(folder, run, texts, no_browser, monkeypatch):
    path = folder / "report.md"
    place = "<!-- ANSWER loss -->\n" + answers.PLACEHOLDER
    path.write_bytes(
        path.read_bytes()
        .replace(place.encode(), "<!-- ANSWER loss -->\nIt *fell* < quickly, as the café did.".encode())
        .replace(b"\n", b"\r\n")
    )
    monkeypatch.setattr("gpt2lab.language_model.LanguageModel", None)
    again = lab.report(run, **texts, folder=folder, **QUICK)
    assert (
        "It *fell* < quickly, as the café did." in path.read_text(encoding="utf-8")
        and "loss" not in again.unanswered
        and "size" in again.unanswered
    )
    assert "It <em>fell</em> &lt; quickly, as the café did." in again.html.read_text(encoding="utf-8")
    assert answers.read(path.read_text(encoding="utf-8"), path).answers["notes"] == ""
    assert b"\r\n" in (folder / "report.md.bak").read_bytes() and again.pdf is None
    assert not (folder / "report.pdf").exists()


@pytest.mark.slow
def test_words_outside_the_places_move_to_the_notes_and_words_of_python_are_taken(
    folder, run, texts, no_browser
):
    path = folder / "report.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("## Conclusion", "I wrote here.\n\n## Conclusion"),
        encoding="utf-8",
    )
    lab.report(
        run,
        **texts,
        folder=folder,
        **QUICK,
        answers={"size": "Given."},
        questions={"poems": "Do the samples rhyme?"},
    )
    found = answers.read(path.read_text(encoding="utf-8"), path)
    assert (
        "I wrote here." in found.answers["notes"]
        and found.answers["size"] == "Given."
        and found.answers["poems"] == ""
    )
    path.write_text(path.read_text(encoding="utf-8").replace("Given.", "Changed by hand."), encoding="utf-8")
    with pytest.warns(UserWarning, match="other words on size"):
        lab.report(run, **texts, folder=folder, **QUICK, answers={"size": "Given again."})
    assert answers.read(path.read_text(encoding="utf-8"), path).answers["size"] == "Changed by hand."


@pytest.mark.slow
def test_a_damaged_mark_changes_nothing(folder, run, no_browser):
    path = folder / "report.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("<!-- END ANSWER loss -->", "words"), encoding="utf-8"
    )
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    with pytest.raises(TextError, match=r"line \d+: the words of '<!-- ANSWER loss -->' do not end"):
        lab.report(run, folder=folder, **QUICK)
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


@pytest.mark.slow
def test_what_was_not_given_is_left_out_and_said(run, folder, no_browser):
    written = lab.report(run, folder=folder, **QUICK)
    text = written.markdown.read_text(encoding="utf-8")
    for name in (
        "valid=",
        "test=",
        "train=",
        "sweep=",
        "model_sizes=",
        "corpus_sizes=",
        'evidence={"author"',
    ):
        assert f"`{name}" in text, name
    assert "Perplexity before (" not in text and "Jaccard" not in text and "| human |" not in text
    assert written.unanswered == tuple(
        name for name in NAMES if name != "notes"
    ) and "None yet on:\ntext, size" in repr(written)


@pytest.mark.slow
def test_sweeps_and_figures_of_ones_own_stand_below_their_questions(
    folder, run, texts, small, tmp_path, no_browser
):
    table = lab.sweep(small, temperature=[0.5, 1.5], nsamples=4, length=10, reference=texts["test"])
    table.to_csv(tmp_path / "sweep.csv", index=False)
    own = pd.DataFrame({"hits": [1, 2]}, index=["Lincoln", "Grant"])
    own.attrs["caption"] = "Guesses <by> author."
    evidence = {"author": [lab.plots.loss(run), own, "I asked | for *both*."]}
    lab.report(run, **texts, folder=folder, **QUICK, sweep=table)
    from_table = (
        (folder / "report.md").read_text(encoding="utf-8").split("The sweep in numbers")[1].split("<!--")[0]
    )
    lab.report(run, **texts, folder=folder, **QUICK, sweep=tmp_path / "sweep.csv", evidence=evidence)
    assert (
        from_table in (folder / "report.md").read_text(encoding="utf-8") and "| human text | " in from_table
    )
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert all(
        part in text
        for part in (
            "figures/sweep.png",
            "figures/quality-diversity.png",
            "figures/author-1.png",
            "| temperature 1.5 |",
            "Guesses &lt;by> author.",
        )
    )
    section = text.split("### 10.")[1].split("### 11.")[0]
    assert "| Lincoln | 1 |" in section and "Not in this report" not in section


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong, kind, words",
    [
        ({"run": "speech"}, CheckpointError, "did you mean 'speeches'"),
        ({"run": 3}, ArgumentError, "run is of type int"),
        ({"test": "nowhere.txt"}, TextError, "nowhere.txt"),
        ({"nsamples": 1}, ArgumentError, "nsamples=1 is below 2"),
        ({"length": 2000}, ArgumentError, "length=2000"),
        ({"prefix": 7}, ArgumentError, "prefix=7"),
        ({"prefix": "word " * 2000}, ArgumentError, "prefix fills the window"),
        ({"prefix": "word " * 500, "length": 900}, ArgumentError, "length=900"),
        ({"temperature": -1}, ArgumentError, "temperature=-1"),
        ({"shown": 0}, ArgumentError, "shown=0"),
        ({"sweep": pd.DataFrame({"a": [1]})}, ArgumentError, "lab.sweep"),
        ({"model_sizes": 3}, ArgumentError, "model_sizes"),
        ({"evidence": {"colour": []}}, ArgumentError, "'colour' is unknown; choose one of 'text'"),
        ({"evidence": {"loss": 3}}, ArgumentError, r"evidence\['loss'\] has a int"),
        ({"answers": {"loss": "a <!-- END ANSWER loss --> b"}}, TextError, "holds the mark"),
        ({"questions": ["Why?"]}, ArgumentError, "dictionary"),
        ({"questions": {"loss": "Why?"}}, ArgumentError, "'loss'"),
        ({"title": " "}, ArgumentError, "title"),
    ],
)
def test_a_mistake_is_said_before_anything_is_measured(wrong, kind, words, run, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["gpt2lab.report.writing"], "measure", None)
    with pytest.raises(kind, match=words):
        lab.report(**{"run": run, "folder": tmp_path / "report", "checkpoint_dir": run.folder.parent} | wrong)
    assert not (tmp_path / "report").exists()


@pytest.mark.slow
def test_a_text_that_was_learned_from_or_not_is_refused_in_the_wrong_place(run, speeches, held_out, tmp_path):
    with pytest.raises(ArgumentError, match="train is not the text that speeches learned from"):
        lab.report(run, train=held_out, folder=tmp_path)
    with pytest.raises(ArgumentError, match="test holds .* which is in the training text as well"):
        lab.report(run, train=speeches, test=speeches, folder=tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["report.md", "report.html", "report.pdf", "samples.csv"])
def test_a_file_of_somebody_else_is_not_overwritten(name, run, tmp_path):
    (tmp_path / name).write_text("# My own report\n")
    with pytest.raises(TextError, match=f"{name}.*move it away"):
        lab.report(run, folder=tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {name: "# My own report\n"}


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_said(run, tmp_path):
    (tmp_path / "file").write_text("a file")
    with pytest.raises(StorageError, match="file stands where a folder is needed"):
        lab.report(run, folder=tmp_path / "file" / "report")


@pytest.mark.slow
def test_a_run_of_which_only_losses_and_weights_are_known_is_reported_too(
    run, models, folder, tmp_path, no_browser
):
    """As one that plain gpt-2-simple wrote, or that was carried to another machine."""
    copy = shutil.copytree(run.folder, tmp_path / "checkpoint" / "plain")
    (copy / "run.json").unlink()
    lab.report("plain", folder=folder, checkpoint_dir=tmp_path / "checkpoint", model_dir=models, **QUICK)
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert (
        "a size that plain gpt-2-simple did not write down" in text and "this run has no `run.json`" in text
    )
    assert "Sample" in text and "before fine-tuning (1M)" in text and "figures/loss.png" in text
