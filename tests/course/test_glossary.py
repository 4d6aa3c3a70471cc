"""The glossary and the notebooks agree: every term is there, and no notebook uses one before a notebook has
introduced it.

What a notebook sets in bold is a term, unless it is the question below the title, the letter of a choice or a
sentence. For stress there are italics.
"""

import re

import pytest
from places import REPOSITORY

from gpt2lab.course.building import terms
from gpt2lab.course.building.notebooks import compose
from gpt2lab.course.building.source import SourceError

SOURCES = {path.stem: path for path in sorted((REPOSITORY / "notebooks/source").glob("*.py"))}
GLOSSARY = REPOSITORY / "notebooks/glossary.md"
SENTENCE = 5  # words; no term has so many

ENTRIES = terms.read_entries(GLOSSARY.read_text(encoding="utf-8"))
# A term that a notebook uses before the one that introduces it, and why it may.
BEFORE = {("01_meet_gpt2", "step"): "at each step of writing: the everyday word, in a wrong answer"}


def prose(path):
    """What a notebook's cells of text say: without code, addresses, and the list of papers."""
    cells = re.split(r"^# %%", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = "\n\n".join(
        re.sub(r"^# ?", "", cell, flags=re.MULTILINE) for cell in cells if cell.startswith(" [markdown]")
    )
    text = re.sub(r"```.*?```", "", text.split("## To read")[0], flags=re.DOTALL)
    return re.sub(r"\]\([^)]*\)", "]", text)


def without_code(text):
    return re.sub(r"`[^`]*`", "", text)


def bold_terms(text):
    """The words that a notebook sets in bold as terms."""
    for found in re.finditer(r"\*\*([^*]+)\*\*", text):
        words = " ".join(found[1].split())
        is_choice, is_sentence = len(words) == 1, len(words.split()) >= SENTENCE or words.endswith(("?", "."))
        if not (is_choice or is_sentence):
            yield words


def uses(term, text):
    """Where a text has a term as whole words, in the singular or plural."""
    # A hyphen belongs to the word: top-p is no p, and "self-loss" would be no loss.
    pattern = r"(?<![\w-])" + r"\s+".join(map(re.escape, term.split())) + r"s?(?![\w-])"
    return re.search(pattern, text, re.IGNORECASE)


def test_entries_are_sorted_short_and_lead_to_a_notebook():
    assert list(ENTRIES) == sorted(ENTRIES, key=str.casefold) and len(ENTRIES) == GLOSSARY.read_text(
        encoding="utf-8"
    ).count("\n## ")
    for term, (text, name) in ENTRIES.items():
        words, link = text.rsplit("[", 1)
        assert link.startswith(f"Notebook {int(name[:2])}]") and name in SOURCES, term
        assert 4 <= len(words.split()) <= 45, term
        assert 1 <= len(re.findall(r"[.:?](?= |$)", words.replace(" *e* ", " "))) <= 4, term


def test_each_term_is_in_bold_once_in_the_notebook_that_introduces_it():
    bold = [
        (terms.find_term(words, ENTRIES) or words, name)
        for name, path in SOURCES.items()
        for words in bold_terms(without_code(prose(path)))
    ]
    assert sorted(bold) == sorted((term, name) for term, (_, name) in ENTRIES.items())


@pytest.mark.parametrize("name", SOURCES)
def test_no_notebook_uses_a_term_before_it_is_introduced(name):
    early = {}
    text = without_code(prose(SOURCES[name]))
    # The first cell and the headings say what is to come, and so may the last line before the papers.
    text = re.sub(
        r"^(Next: .*?(?=\n\n|\Z)|#+ [^\n]*)",
        "",
        text.split("\n## ", 1)[1].partition("\n")[2],
        flags=re.MULTILINE | re.DOTALL,
    )
    for term, (_, introduced_in) in ENTRIES.items():
        found = uses(term, text)
        bold = re.search(
            r"\*\*(" + r"\s+".join(map(re.escape, term.split())) + r")s?\*\*", text, re.IGNORECASE
        )
        if found and (introduced_in > name or (introduced_in == name and found.start() < bold.start())):
            early[name, term] = text[max(0, found.start() - 60) : found.end() + 40]
    assert {key: place for key, place in early.items() if key not in BEFORE} == {}
    assert {key for key in BEFORE if key[0] == name} <= set(early), (
        "no longer used too early: take it out of BEFORE"
    )


@pytest.mark.parametrize("student", [True, False], ids=["student", "solved"])
@pytest.mark.parametrize("name", SOURCES)
def test_each_term_of_a_built_notebook_leads_to_its_entry(name, student):
    folder = REPOSITORY / "notebooks" / ("." if student else "solutions")
    text = "\n".join(
        cell.source for cell in compose(SOURCES[name], student).cells if cell.cell_type == "markdown"
    )
    linked = re.findall(r"\*\*\[([^\]]+)\]\(([^)#]+)#([^)]+)\)\*\*", text)
    assert {terms.find_term(words, ENTRIES) for words, _, _ in linked} == {
        term for term, (_, where) in ENTRIES.items() if where == name
    }
    assert {(folder / path).resolve() for _, path, _ in linked} <= {GLOSSARY}
    assert {anchor for _, _, anchor in linked} <= {terms.anchor(term) for term in ENTRIES}
    about_terms = re.search(r"\[glossary\]\(([^)]+)\)", text)[1]
    assert (folder / about_terms).resolve() == GLOSSARY and {path for _, path, _ in linked} <= {about_terms}


def test_a_glossary_that_leads_nowhere_is_refused():
    with pytest.raises(SourceError, match="'loss'"):
        terms.read_entries("# Glossary\n\n## loss\n\nThe mean surprise.\n")


def test_the_glossary_of_a_folder_leads_to_what_lies_beside_it():
    text = terms.keep_links(GLOSSARY.read_text(encoding="utf-8"), {"01_meet_gpt2"})
    assert set(re.findall(r"\]\(([^)]+)\)", text)) == {"01_meet_gpt2.ipynb"}
    assert len(terms.read_entries(GLOSSARY.read_text(encoding="utf-8"))) == text.count("\n## ")
