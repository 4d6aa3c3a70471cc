"""The glossary and the notebooks agree: every term is there, and no notebook uses one before a notebook has introduced it.

What a notebook sets in bold is a term, unless it is the question below the title, the letter of a choice, code, a sentence, or listed below.
"""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = {path.stem: path for path in sorted((REPOSITORY / "notebooks/source").glob("*.py"))}
GLOSSARY = REPOSITORY / "docs/glossary.md"
SENTENCE = 5  # words; no term has so many

# Bold that is a term, in other words than the glossary's.
OTHER_WORDS = {
    "average": "running average",
    "clipped": "clipped precision",
    "greedy": "greedy decoding",
    "pools": "pooled perplexity",
    "precision": "n-gram precision",
    "test": "test split",
    "validation": "validation split",
}
# Bold that only says: look here.
STRESSED = {
    "04_corpus_size": {"unseen", "On the right", "On the left", "random"},
    "05_model_sizes": {"time", "memory", "more intelligible"},
    "06_perplexity": {"Levels"},
    "08_sampling": {"Lower", "orderings"},
}
# A term that a notebook uses before the one that introduces it, and why it may.
BEFORE = {
    ("01_meet_gpt2", "step"): "at each step of writing: the everyday word, in a wrong answer",
    ("01_meet_gpt2", "window"): "a row of the table of parts, next to the figure of how many tokens it has",
}


def prose(path):
    """What a notebook's cells of text say: without code, addresses, and the list of papers."""
    cells = re.split(r"^# %%", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = "\n\n".join(re.sub(r"^# ?", "", cell, flags=re.MULTILINE) for cell in cells if cell.startswith(" [markdown]"))
    text = re.sub(r"```.*?```", "", text.split("## To read")[0], flags=re.DOTALL)
    return re.sub(r"\]\([^)]*\)", "]", text)


def without_code(text):
    return re.sub(r"`[^`]*`", "", text)


def glossary():
    """The entries: of each term its text."""
    sections = re.split(r"^## ", GLOSSARY.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {name: " ".join(text.split()) for name, text in (section.split("\n", 1) for section in sections)}


def introduced_in(text):
    """The notebook to which an entry leads."""
    return re.findall(r"\]\(\.\./notebooks/solutions/(\w+)\.ipynb\)$", text)[0]


def singular(words, terms):
    """The term that bold words stand for, None if the glossary has none."""
    words = OTHER_WORDS.get(words.casefold(), words)
    names = {name.casefold(): name for name in terms}
    return names.get(words.casefold()) or names.get(words.casefold().removesuffix("s"))


def bold_terms(name, text):
    """The words that a notebook sets in bold as terms."""
    for found in re.finditer(r"\*\*([^*]+)\*\*", text):
        words = " ".join(found[1].split())
        is_choice, is_code, is_sentence = len(words) == 1, "`" in words, len(words.split()) >= SENTENCE or words.endswith(("?", "."))
        if not (is_choice or is_code or is_sentence or words in STRESSED.get(name, ())):
            yield words


def uses(term, text):
    """Where a text has a term as whole words, in the singular or plural."""
    # A hyphen belongs to the word: top-p is no p, and "self-loss" would be no loss.
    pattern = r"(?<![\w-])" + r"\s+".join(map(re.escape, term.split())) + r"s?(?![\w-])"
    return re.search(pattern, text, re.IGNORECASE)


def test_entries_are_sorted_short_and_lead_to_a_notebook():
    entries = glossary()
    assert list(entries) == sorted(entries, key=str.casefold) and len(entries) == len(set(entries))
    for term, text in entries.items():
        words, link = text.rsplit("[", 1)
        name = introduced_in(text)
        assert link.startswith(f"Notebook {int(name[:2])}]") and name in SOURCES, term
        assert 4 <= len(words.split()) <= 45, term
        assert 1 <= len(re.findall(r"[.:?](?= |$)", words.replace(" *e* ", " "))) <= 4, term


@pytest.mark.parametrize("name", SOURCES)
def test_every_term_that_a_notebook_sets_in_bold_is_in_the_glossary(name):
    entries = glossary()
    missing = [words for words in bold_terms(name, prose(SOURCES[name])) if singular(words, entries) is None]
    assert missing == [], f"bold in {name}: write them into docs/glossary.md, or list them in STRESSED here"


def test_a_term_is_introduced_by_the_first_notebook_that_sets_it_in_bold():
    entries, first = glossary(), {}
    for name, path in SOURCES.items():
        for words in bold_terms(name, prose(path)):
            first.setdefault(singular(words, entries), name)
    assert {term: introduced_in(entries[term]) for term in first if term} == {term: name for term, name in first.items() if term}


@pytest.mark.parametrize("name", SOURCES)
def test_no_notebook_uses_a_term_before_it_is_introduced(name):
    text = without_code(prose(SOURCES[name]))
    # The last line before the papers may say what the next notebook is about.
    text = re.sub(r"^Next: .*?(?=\n\n|\Z)", "", text, flags=re.MULTILINE | re.DOTALL)
    early = {(name, term): uses(term, text) for term, entry in glossary().items() if introduced_in(entry) > name}
    early = {key: text[max(0, found.start() - 60) : found.end() + 40] for key, found in early.items() if found}
    assert {key: place for key, place in early.items() if key not in BEFORE} == {}
    assert {key for key in BEFORE if key[0] == name} <= set(early), "no longer used too early: take it out of BEFORE"


def test_every_term_stands_in_the_notebook_that_it_leads_to():
    texts = {name: prose(path) for name, path in SOURCES.items()}
    bold = {name: {singular(words, glossary()) for words in bold_terms(name, text)} for name, text in texts.items()}
    absent = [
        term for term, entry in glossary().items() if term not in bold[introduced_in(entry)] and not uses(term, without_code(texts[introduced_in(entry)]))
    ]
    assert absent == []


def test_what_is_listed_as_stressed_is_still_there():
    for name, words in STRESSED.items():
        assert words <= {" ".join(found.split()) for found in re.findall(r"\*\*([^*]+)\*\*", prose(SOURCES[name]))}, name
