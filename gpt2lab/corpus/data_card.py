"""A data card: what the texts are, computed, and what only you can say about them, asked (after Gebru et al.
2021 and Pushkarna et al. 2022).
"""

import re

from gpt2lab.base.arguments import file_path
from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.base.wording import pluralize
from gpt2lab.corpus import personal_data
from gpt2lab.corpus.readers import plain_text
from gpt2lab.errors import TextError

_START = "<!-- gpt2lab: facts, computed anew each time the card is written; write below -->"
_END = "<!-- gpt2lab: end of the facts -->"
_AUTHORS_SHOWN = 10
_ANSWER = "_Your answer:_"

QUESTIONS = (
    ("Source", "Where do the texts come from, who collected them, when, and how? Give addresses."),
    (
        "Licence",
        "Which licence or law lets you train a model on these texts? Which lets you pass on the texts, and"
        " what the model writes?",
    ),
    (
        "Consent",
        "Did the authors agree to this use, or could they expect it? If not, why do you think it is right?",
    ),
    (
        "Personal data",
        "Which personal data are left in the texts (names, addresses, health, opinions)? Who could be harmed"
        " if the model repeats them?",
    ),
    ("Who speaks", "Whose language, opinions and prejudices are in the texts, and whose are missing?"),
    ("Use", "What should a model that is trained on these texts be used for, and what not?"),
)


def write_card(path, corpus, splits=None):
    """Write or renew a data card; `Corpus.data_card` says how.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    TextError
        If there are no texts, or there is another file of this name.
    StorageError
        If the file cannot be written.
    """
    path = file_path(path)
    path = path / "data_card.md" if path.is_dir() else path
    facts = f"{_START}\n\n## Facts\n\n{_facts(corpus, splits)}\n\n{_END}"
    content = _renew(path, facts) if path.exists() else f"# Data card\n\n{facts}\n\n{_questions(QUESTIONS)}"
    make_folder(path.parent)
    write_bytes(path, content.encode("utf-8"))
    return path


def _renew(path, facts):
    """The card as it is, with new facts, and with the questions that it lacks at its end."""
    card = plain_text.read_text(path)
    start = card.find(_START)
    end = card.find(_END)
    if start < 0 or end < start:
        raise TextError(
            f"{path} is no data card (the line '{_START if start < 0 else _END}' is missing); give another"
            " path, or put that line back."
        )
    missing = [
        question
        for question in QUESTIONS
        if not re.search(rf"^## {re.escape(question[0])}\s*$", card, re.MULTILINE)
    ]
    return card[:start] + facts + card[end + len(_END) :] + (f"\n\n{_questions(missing)}" if missing else "")


def _questions(questions):
    return "\n\n".join(f"## {title}\n\n{question}\n\n{_ANSWER}" for title, question in questions) + "\n"


def _facts(corpus, splits):
    found = (splits or corpus).overview(lines=0)
    across = " in different splits" if splits else ""
    parts = [("all", corpus)]
    if splits:
        parts += [(name, getattr(splits, name)) for name in ("train", "valid", "test")]
    sizes = [(name, len(part), part.characters, _megabytes(part)) for name, part in parts]
    counts = [
        *((f"{kind} document", _name_and_length(getattr(found, kind))) for kind in ("longest", "shortest")),
        (f"pairs with the same text{across}", int(sum(found.copies["kind"] == "same"))),
        (f"pairs with much text in common{across}", int(sum(found.copies["kind"] == "shared"))),
        ("unreadable characters (control, private use, U+FFFD)", int(found.odd_characters["count"].sum())),
        *_personal_data(corpus),
    ]
    blocks = [
        _table(["texts", "documents", "characters", "MB"], sizes),
        splits.note if splits else "",
        _authors(found.authors),
        _table(["what", "found"], counts),
        "Links, e-mail addresses and phone numbers are found by their form. Names, street addresses"
        " and dates of birth are not looked for.",
        *(f"- {_safe(step.note)}" for step in corpus.steps),
    ]
    return "\n\n".join(filter(None, blocks))


def _name_and_length(document):
    return f"{document.name}, {pluralize(len(document.text), 'character')}"


def _authors(authors):
    first = authors.head(_AUTHORS_SHOWN)
    rows = [
        (name, int(row.documents), int(row.characters), f"{row.share:.1%}")
        for name, row in zip(first.index, first.itertuples())
    ]
    more = f"\n\nand {len(authors) - _AUTHORS_SHOWN:,} more authors" if len(authors) > _AUTHORS_SHOWN else ""
    return _table(["author", "documents", "characters", "share"], rows) + more


def _personal_data(corpus):
    """How often each kind of personal data that shows by its form is in the texts."""
    counts = dict.fromkeys(personal_data.KINDS, 0)
    for document in corpus:
        for kind, count in personal_data.mask(document.text, personal_data.KINDS)[1].items():
            counts[kind] += count
    return [(personal_data.KINDS[kind][0], count) for kind, count in counts.items()]


def _megabytes(corpus):
    return f"{sum(len(document.text.encode('utf-8')) for document in corpus) / 1e6:.3f}"


def _table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(_safe(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in line) + " |"
        for line in lines
    )


def _safe(text):
    """A text that ends neither a cell nor the facts, and is no HTML."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
