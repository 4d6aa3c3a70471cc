"""Numbers and lists as people write them."""

import pytest

from gpt2lab.base.wording import format_bytes, join_words, pluralize


@pytest.mark.parametrize("number, said", [(1, "1 document"), (0, "0 documents"), (2000, "2,000 documents")])
def test_a_noun_follows_its_number(number, said):
    assert pluralize(number, "document") == said


@pytest.mark.parametrize("parts, said", [([], ""), ([1], "1"), ("ab", "a and b"), ("abc", "a, b and c")])
def test_parts_of_a_sentence_are_joined(parts, said):
    assert join_words(parts) == said


@pytest.mark.parametrize(
    "count, said", [(310e6, "310 MB"), (9.06e9, "9.1 GB"), (999.4e6, "999 MB"), (999.6e6, "1.0 GB")]
)
def test_bytes_have_the_unit_that_fits(count, said):
    assert format_bytes(count) == said
