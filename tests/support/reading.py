"""What tests of texts share: texts and authors that a file can hold, and what came of reading it."""

import pytest
from hypothesis import strategies as st

from gpt2lab.errors import LabError

# What a file can hold: no half characters, no NUL, no carriage return (line ends become \n), no byte order
# mark, not only white space.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff"), min_size=1).filter(
    lambda text: text.strip()
)
names = st.text(st.characters(categories=["L", "N"], exclude_characters="\0"), min_size=1, max_size=12)
posts = st.lists(st.tuples(texts, st.none() | names), min_size=1, max_size=8)
different_texts = st.lists(st.integers(1, 400), min_size=3, max_size=40).map(
    lambda sizes: [f"{i} " + "x" * size for i, size in enumerate(sizes)]
)


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def found(corpus):
    return [(document.text, document.author) for document in corpus]


def refusal(read, *arguments, **options):
    """The sentence with which a reader refuses what it is given."""
    with pytest.raises(LabError) as caught:
        read(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def events(corpus):
    """How often each thing was left out, changed or noticed."""
    return {
        (what, why): count
        for what, why, count in corpus.preparation[["what", "why", "count"]].itertuples(index=False)
        if what != "kept"
    }
