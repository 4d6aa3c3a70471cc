"""The site: built once from what is stored, whole, found through by its search, and quiet: it opens from a
folder and asks for nothing.
"""

import html
import itertools
import json
import re
import subprocess
import sys
import time
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
from places import REPOSITORY

pytestmark = pytest.mark.slow
for name in ("sphinx", "myst_parser", "furo"):
    pytest.importorskip(name, reason=f"the site needs {name}: pip install -e '.[site]'")

NOTEBOOKS = sorted(path.stem for path in (REPOSITORY / "notebooks/source").glob("*.py"))
# Of each notebook a word that it is about, and that few others have.
WORDS = dict(
    zip(
        NOTEBOOKS,
        (
            "perceptron",
            "scratch",
            "patience",
            "Hoffmann",
            "intelligible",
            "stride",
            "Jaccard",
            "nucleus",
            "Mastodon",
            "accumulate_gradients",
        ),
    )
)


class Page(HTMLParser):
    """What of a page the tests ask for."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.headings = [], text, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def all(self, tag, attribute):
        return [
            attributes[attribute] for name, attributes in self.tags if name == tag and attribute in attributes
        ]


def build(folder):
    command = [sys.executable, str(REPOSITORY / "docs/site/build.py"), str(folder)]
    return subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "site"
    before = stored()
    done = build(folder)
    assert done.returncode == 0, done.stderr[-3000:]
    assert stored() == before, "building the site changed the notebooks"
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {path.name: Page(path.read_text(encoding="utf-8")) for path in site.glob("*.html")}


def stored():
    return {path: path.stat().st_mtime_ns for path in REPOSITORY.glob("notebooks/**/*.ipynb")}


def solved(name):
    return json.loads((REPOSITORY / f"notebooks/solutions/{name}.ipynb").read_text(encoding="utf-8"))


# --- what is there


def test_every_notebook_and_document_has_a_page_in_order(pages):
    documents = [path.stem for path in (REPOSITORY / "docs").glob("*.md")]
    assert {f"{name}.html" for name in ["index", "library", "changelog", *NOTEBOOKS, *documents]} <= set(
        pages
    )
    links = [
        link
        for tag, about in pages["index.html"].tags
        if tag == "a" and "reference internal" in about.get("class", "")
        for link in [about["href"]]
    ]
    listed = [link for link in links if re.fullmatch(r"\d\d_\w+\.html", link)]
    assert [f"{name}.html" for name in NOTEBOOKS] == listed[: len(NOTEBOOKS)]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_page_has_the_outputs_that_the_notebook_stores(name, site, pages):
    page, outputs = (
        pages[f"{name}.html"],
        [output for cell in solved(name)["cells"] for output in cell.get("outputs", ())],
    )
    stored_alts = [
        output["metadata"]["image/png"]["alt"] for output in outputs if "image/png" in output.get("data", {})
    ]
    assert [alt for alt in page.all("img", "alt") if alt in stored_alts] == stored_alts
    assert all((site / picture).stat().st_size > 1000 for picture in page.all("img", "src"))
    dataframes = sum(
        "dataframe" in "".join(output.get("data", {}).get("text/html", "")) for output in outputs
    )
    assert page.text.count('<table class="dataframe') == dataframes
    printed = [
        line
        for output in outputs
        if output["output_type"] == "stream"
        for line in "".join(output["text"]).splitlines()
        if line.strip()
    ]
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", "", page.text)).split())
    assert [line for line in printed if " ".join(line.split()) not in shown] == []
    hints = sum(
        "".join(cell["source"]).count("<details>")
        for cell in solved(name)["cells"]
        if cell["cell_type"] == "markdown"
    )
    assert len([tag for tag, _ in page.tags if tag == "details"]) >= hints
    assert "BEGIN SOLUTION" not in page.text


def test_no_link_or_picture_of_the_site_is_missing(site, pages):
    ids = {name: {about["id"] for _, about in page.tags if "id" in about} for name, page in pages.items()}
    broken = []
    for name, page in pages.items():
        for address in (
            page.all("a", "href")
            + page.all("img", "src")
            + page.all("link", "href")
            + page.all("script", "src")
        ):
            parts = urlsplit(address)
            if parts.scheme:
                continue
            file = unquote(parts.path) or name
            if not (site / file).is_file() or (
                parts.fragment and file in ids and unquote(parts.fragment) not in {"", *ids[file]}
            ):
                broken.append((name, address))
    assert broken == []


def test_nothing_is_fetched_from_elsewhere(pages):
    for page in pages.values():
        sources = [page.all(tag, "src") for tag in ("img", "script", "iframe", "video", "source")] + [
            page.all("link", "href")
        ]
        assert [
            address for found in sources for address in found if urlsplit(address).scheme not in ("", "data")
        ] == []


def test_until_the_course_is_published_no_page_leads_to_colab_or_to_a_file_that_is_no_page(pages):
    links = [link for page in pages.values() for link in page.all("a", "href")]
    assert not [
        link
        for link in links
        if "colab.research" in link
        or (urlsplit(link).scheme == "" and link.endswith((".ipynb", ".md", ".py")))
    ]


def test_a_published_course_has_links_to_colab_and_to_its_repository(tmp_path):
    sys.path.insert(0, str(REPOSITORY / "docs/site"))
    try:
        from pages import Pages
    finally:
        sys.path.pop(0)
    for path in (*NOTEBOOKS, "README", "CHANGELOG", "course"):
        file = REPOSITORY / {
            "README": "README.md",
            "CHANGELOG": "CHANGELOG.md",
            "course": "notebooks/course.toml",
        }.get(path, f"notebooks/solutions/{path}.ipynb")
        copy = tmp_path / file.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    (tmp_path / "docs").mkdir()
    for figure in (REPOSITORY / "docs").glob("loss*.png"):
        (tmp_path / "docs" / figure.name).write_bytes(figure.read_bytes())
    (tmp_path / "notebooks/glossary.md").write_text("# Glossary\n")
    (tmp_path / "notebooks/course.toml").write_text('repository = "someone/course"\nbranch = "v1"\n')
    start = tmp_path / f"notebooks/solutions/{NOTEBOOKS[0]}.ipynb"
    # As it is built for a published course.
    start.write_text(
        start.read_text(encoding="utf-8").replace(
            "(../glossary.md", "(https://github.com/someone/course/blob/v1/notebooks/glossary.md"
        ),
        encoding="utf-8",
    )
    Pages(tmp_path).write(tmp_path / "laid_out")
    first = (tmp_path / "laid_out" / f"{NOTEBOOKS[0]}.md").read_text(encoding="utf-8")
    assert (
        f"https://colab.research.google.com/github/someone/course/blob/v1/notebooks/{NOTEBOOKS[0]}.ipynb"
        in first.split("\n## ")[0]
    )
    assert "](glossary.md#token)" in first and "v1/notebooks/glossary" not in first
    assert "](https://github.com/someone/course/blob/v1/notebooks)" in (
        tmp_path / "laid_out/index.md"
    ).read_text(encoding="utf-8")
    assert f"]({NOTEBOOKS[0]}.md)" in (tmp_path / "laid_out/index.md").read_text(encoding="utf-8")


def test_it_is_small(site):
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 15e6


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years of work")
    done = build(tmp_path / "mine")
    assert (
        done.returncode != 0
        and "holds something other" in done.stderr
        and (tmp_path / "mine/thesis.txt").is_file()
    )


# --- the search


def test_the_index_of_the_search_has_a_word_of_every_notebook(site):
    from sphinx.search.en import SearchEnglish

    index = (site / "searchindex.js").read_text(encoding="utf-8")
    found = json.loads(index[index.index("(") + 1 : index.rindex(")")])
    stem = SearchEnglish({}).stem
    for name, word in WORDS.items():
        places = [found[kind].get(stem(word.casefold()), []) for kind in ("terms", "titleterms")]
        numbers = [number for place in places for number in (place if isinstance(place, list) else [place])]
        assert found["docnames"].index(name) in numbers, word


@pytest.fixture(scope="module")
def opened(page, site):
    """A function that opens a page of the site from the disk, without a network: the page."""

    def open_page(name, width=1200):
        page.asked.clear(), page.said.clear()
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{site.as_uri()}/{name}")
        return page

    return open_page


@pytest.mark.browser
def test_the_search_finds_notebooks_in_pages_opened_from_a_folder(opened):
    for name, word in WORDS.items():
        page = opened("index.html")
        page.locator("input[name=q]").fill(word)
        page.keyboard.press("Enter")
        page.wait_for_function(
            "document.querySelector('#search-results p.search-summary')?.textContent.startsWith('Search"
            " finished')"
        )
        found = page.eval_on_selector_all(
            "#search-results li a", "links => links.map(link => link.getAttribute('href').split(/[?#]/)[0])"
        )
        assert f"{name}.html" in found, word
        assert page.said == [] and all(address.startswith(("file:", "data:")) for address in page.asked)
    opened("search.html?q=nosuchwordanywhere")
    page.wait_for_function("document.querySelector('#search-results')?.textContent.includes('did not match')")


@pytest.mark.browser
def test_no_page_asks_for_anything_or_complains(opened, pages):
    for name in pages:
        page = opened(name)
        assert [
            address for address in page.asked if not address.startswith(("file:", "data:"))
        ] == [] and page.said == [], name
        assert page.evaluate(
            "[...document.images].every(image => image.complete && image.naturalWidth > 50)"
        ), name


@pytest.mark.browser
def test_axe_finds_nothing_wrong(opened):
    from axe_playwright_python.sync_playwright import Axe

    names = ("index.html", "10_report.html", "glossary.html", "search.html?q=loss")
    for name, scheme in [*((name, "light") for name in names), ("05_model_sizes.html", "dark")]:
        page = opened(name, width=400)
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == [], (name, scheme)
    page.emulate_media(color_scheme="light")


@pytest.mark.browser
def test_headings_come_in_order_hints_are_folded_and_nothing_is_wider_than_a_telephone(opened, pages):
    for name in pages:
        page = opened(name, width=400)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400, name
        levels = [
            int(tag[1])
            for tag in page.evaluate(
                "[...document.querySelectorAll('article h1,article h2,article h3,article h4')].map(each =>"
                " each.tagName)"
            )
        ]
        if name not in ("genindex.html", "search.html"):
            assert (
                levels[0] == 1
                and levels.count(1) == 1
                and all(after - before <= 1 for before, after in itertools.pairwise(levels))
            ), name
    page = opened("02_fine_tune.html")
    hint = page.locator("details", has_text="Hint").first
    assert not hint.locator("p").first.is_visible()
    hint.locator("summary").press("Enter")
    assert hint.locator("p").first.is_visible()


@pytest.mark.browser
def test_pictures_stay_on_white_in_the_dark(opened):
    page = opened("08_sampling.html")
    page.emulate_media(color_scheme="dark")
    page.reload()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", dark)[:3])) < 150
    assert set(
        page.eval_on_selector_all(
            ".output img", "all => all.map(each => getComputedStyle(each).backgroundColor)"
        )
    ) == {"rgb(255, 255, 255)"}
    page.emulate_media(color_scheme="light")


@pytest.mark.browser
def test_from_a_server_the_search_shows_what_it_found(site, page):
    """There a page may be fetched, and so the words around the one that was looked for are shown."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", site]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = re.search(r"port (\d+)", server.stdout.readline())[1]
        page.context.set_offline(False)
        page.said.clear()
        page.goto(f"http://127.0.0.1:{port}/search.html?q=nucleus")
        deadline = time.monotonic() + 30
        while not page.locator("#search-results li p.context").count() and time.monotonic() < deadline:
            page.wait_for_timeout(100)
        assert (
            "nucleus" in " ".join(page.locator("#search-results li p.context").all_inner_texts())
            and page.said == []
        )
    finally:
        page.context.set_offline(True)
        server.terminate(), server.wait(10)
