"""What shows by its form is masked and counted; numbers that are no phone numbers stay."""

from datetime import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.corpus.personal_data import KINDS, find_emails, find_links, find_phones, mask


def digits(low, high=None):
    return st.text("0123456789", min_size=low, max_size=high or low)


def first(allowed, more):
    """A number of ``more`` + 1 digits of which the first is one of ``allowed``."""
    return st.builds(str.__add__, st.sampled_from(allowed), digits(more))


def spaced(text, *groups, by=" "):
    return by.join([text, *groups])


gaps = st.sampled_from([" ", "-", ".", "", "\u00a0"])
international = st.one_of(
    st.builds(
        lambda mark, area, one, two, by: spaced(mark + "1", area, one, two, by=by),
        st.sampled_from(["+", "001"[:2]]),
        first("23456789", 2),
        first("23456789", 2),
        digits(4),
        gaps,
    ),
    st.builds(
        lambda mark, area, rest, by: spaced(mark + "49", area, rest, by=by),
        st.sampled_from(["+", "00"]),
        first("123456789", 1),
        digits(6, 8),
        gaps,
    ),
    st.builds(lambda rest: f"+49 (0){rest[:2]} {rest[2:]}", first("123456789", 8)),
    st.builds(
        lambda one, rest, by: spaced("+33", one, *(rest[i : i + 2] for i in range(0, 8, 2)), by=by),
        st.sampled_from("123456789"),
        digits(8),
        gaps,
    ),
    st.builds(lambda one, two, three: f"+34 {one} {two} {three}", first("6789", 2), digits(3), digits(3)),
    st.builds(lambda one, two, three: f"+86 {one} {two} {three}", first("1", 2), digits(4), digits(4)),
    st.builds(lambda one, two: f"+44 20 {one} {two}", first("3478", 3), digits(4)),
    st.builds(lambda one, two: f"+91 {one} {two}", first("6789", 4), digits(5)),
)
american = st.builds(
    lambda form, area, one, two: form.format(area, one, two),
    st.sampled_from(["({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "1-{}-{}-{}", "{} {} {}"]),
    first("23456789", 2),
    first("23456789", 2),
    digits(4),
)
national = st.one_of(
    st.builds("0{}{}{}".format, first("123456789", 2), st.sampled_from([" ", "/", "-"]), digits(6, 8)),
    st.builds(
        lambda rest: "0" + rest[0] + "".join(f" {rest[i : i + 2]}" for i in range(1, 9, 2)),
        first("123456789", 8),
    ),
    st.builds("0{}".format, first("123456789", 8)),
    st.builds("(0{}) {}".format, first("123456789", 1), digits(7)),
)
phones = st.one_of(international, american, national).filter(
    lambda number: not set(number) <= set("01 -./()+")
)


@given(phones)
def test_phone_numbers_of_many_countries_are_found_whole(number):
    day = number[:10].replace("/", ".")
    assume(not (len(day) > 9 and day[2] == day[5] == "."))  # what begins as a date is taken for one
    for text in (f"Call me, {number}.", f"{number}", f"({number})", f"in 2024\n{number}\nand 1999"):
        if text == f"({number})" and number.startswith("("):
            continue
        ((start, end),) = find_phones(text)
        assert text[start:end] == number


@pytest.mark.parametrize(
    "text, number",
    [
        ("phone: 555-1234", "555-1234"),
        ("Tel. 1234567", "1234567"),
        ("call me at 5551234567", "5551234567"),
        ("Handy 0151 2345678!", "0151 2345678"),
        ("tel:+1-201-555-0123", "+1-201-555-0123"),
        ("1. 030 1234567", "030 1234567"),
        ("fax number: 12 34 56 78", "12 34 56 78"),
    ],
)
def test_a_word_before_it_makes_a_number_a_phone_number(text, number):
    ((start, end),) = find_phones(text)
    assert text[start:end] == number


years = st.integers(1000, 2100)
no_phones = st.one_of(
    st.lists(years, min_size=1, max_size=5).map(lambda numbers: " ".join(map(str, numbers))),
    st.builds("{}-{}".format, years, years),
    st.builds("({}\u2013{})".format, years, years),
    st.builds("${:,}.{:02d}".format, st.integers(0, 10**12), st.integers(0, 99)),
    st.integers(0, 10**12).map(lambda price: f"{price:,} \u20ac".replace(",", ".")),
    st.integers(0, 10**12).map(lambda price: f"{price:,} EUR".replace(",", " ")),
    st.builds("\u20ac{}".format, digits(6, 12)),
    st.integers(0, 10**18).map(lambda number: f"{number:,}"),
    st.builds("{}.{}.{}".format, st.integers(0, 150), st.integers(0, 30), st.integers(0, 99_999)),
    st.builds(
        "v{}.{}.{}.{}".format,
        st.integers(0, 150),
        st.integers(0, 30),
        st.integers(0, 99_999),
        st.integers(0, 9999),
    ),
    st.builds("{}.{}.{}.{}:{}".format, *[st.integers(0, 255)] * 4, st.integers(1, 65535)),
    st.builds("0.{}".format, digits(6, 15)),
    st.builds("{}.{}e-05".format, st.integers(1, 9), digits(6, 12)),
)
dates = st.builds(
    lambda moment, form: moment.strftime(form),
    st.datetimes(datetime(1000, 1, 1)),
    st.sampled_from(
        [
            "%d.%m.%Y",
            "%d/%m/%Y %H:%M",
            "%m-%d-%Y %H:%M:%S",
            "%Y-%m-%d",
            "%Y-%m-%dT%H:%M:%S",
            "%d.%m.%Y %H Uhr",
            "%d.%m.%y, %H.%M",
            "%H:%M:%S",
            "%Y%m%d",
            "%d-%m-%Y %H%M",
            "%d/%m/%y %H%M",
        ]
    ),
)


def isbn_10(parts):
    number = "".join(parts)
    check = -sum((10 - i) * int(digit) for i, digit in enumerate(number)) % 11
    return "-".join([*parts, "X" if check == 10 else str(check)])


isbns = st.one_of(
    st.tuples(st.sampled_from("0123"), digits(3), digits(5)).map(isbn_10),
    st.tuples(st.sampled_from("0123"), digits(3), digits(5)).map(
        lambda parts: f"ISBN {isbn_10(parts).replace('-', '')}"
    ),
    st.builds(
        "97{}-{}-{}-{}-{}".format,
        st.sampled_from("89"),
        st.sampled_from("0123"),
        digits(3),
        digits(5),
        digits(1),
    ),
    st.builds("97{}{}".format, st.sampled_from("89"), digits(10)),
)


@given(
    st.one_of(no_phones, dates, isbns), st.sampled_from(["{}", "In {}, it was.", "({})", "about {} of them"])
)
def test_years_prices_versions_dates_and_isbns_stay(number, sentence):
    assert find_phones(sentence.format(number)) == []


@pytest.mark.parametrize(
    "text",
    [
        "DE89 3704 0044 0532 0130 00",
        "0011010010110100101",
        "4 8 15 16 23 42",
        "1234567890",
        "555-1234",
        "call 2024 people",
        "3.14159265358979",
        "a0301234567",
        "00:00:00",
        "1 000 000 000",
        "+10 000 000 \u20ac",
        "9:30-17:00",
        "100 200 300",
        "ISBN-13: 9780306406157",
        "room 030, 1234567 visitors",
    ],
)
def test_other_numbers_stay(text):
    assert find_phones(text) == []


words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=10)


@given(
    words,
    words,
    words,
    st.sampled_from(["{}.{}@{}.org", "{}+{}@{}.co.uk", "{}_{}@mail-{}.example.com"]),
    st.sampled_from(["{}", "<{}>", "to {}.", "({}),", "mailto:{}"]),
)
def test_addresses_of_mails_are_found_whole(one, two, three, form, sentence):
    address = form.format(one, two, three)
    text = sentence.format(address)
    ((start, end),) = find_emails(text)
    assert text[start:end] == address


@pytest.mark.parametrize(
    "text", ["@ada", "@ada@example.social", "me @ home", "a@b", "1@2", "x@y.z1", "ada at example dot org"]
)
def test_what_is_no_address_stays(text):
    assert find_emails(text) == []


@pytest.mark.parametrize(
    "text, link",
    [
        ("see https://en.wikipedia.org/wiki/A_(b).", "https://en.wikipedia.org/wiki/A_(b)"),
        ("(http://x.example/y)", "http://x.example/y"),
        ("www.example.org, or", "www.example.org"),
        ("t.co/abc!", "t.co/abc"),
        ("HTTPS://X.DE/?a=b&c=d#e\nnext", "HTTPS://X.DE/?a=b&c=d#e"),
        ("\u201chttps://a.example/c\u201d", "https://a.example/c"),
        ("ftp://a.example/c]", "ftp://a.example/c"),
        ("https://t.co/abc\u2026", "https://t.co/abc"),
    ],
)
def test_links_are_found_whole(text, link):
    ((start, end),) = find_links(text)
    assert text[start:end] == link


@pytest.mark.parametrize(
    "text",
    [
        "Awwww. that's",
        "Ewwww...",
        "and/or",
        "e.g./i.e.",
        "example.org",
        "24/7",
        "end.Then this",
        "https",
        "www.",
        "www",
    ],
)
def test_what_is_no_link_stays(text):
    assert find_links(text) == []


@given(
    st.lists(
        st.one_of(phones, st.just("ada@example.org"), st.just("https://x.example/1"), words), max_size=8
    ).map("\n".join)
)
def test_masking_twice_finds_nothing_more(text):
    once, counts = mask(text, KINDS)
    assert mask(once, KINDS) == (once, dict.fromkeys(KINDS, 0))
    assert sum(counts.values()) == sum(once.count(mark) for _, mark, _ in KINDS.values())


@given(st.text())
def test_a_text_without_anything_to_mask_stays_as_it_is(text):
    once, counts = mask(text, KINDS)
    assert any(counts.values()) or once == text


@pytest.mark.parametrize(
    "piece", [" ", "(", "1 ", "01 ", "a.", "a@", "@a", "http://", "www.", "tel. ", "+1", "x.com/"]
)
def test_an_endless_line_takes_no_endless_time(piece):
    # What grew with the square of the length would take hours, and run into the time limit of the tests.
    text, _ = mask(piece * 100_000, KINDS)
    assert text


def test_addresses_and_numbers_in_links_are_parts_of_them():
    text = "see https://x.example/?to=ada@example.org&tel=030-1234567 or www.x.example/0301234567."
    assert mask(text, KINDS)[0] == "see [link] or [link]."
    assert find_phones(text) == []


def test_a_masked_corpus_says_how_much_was_masked():
    corpus = lab.Corpus.from_texts(
        [
            "Write to ada@example.org or bob@example.org, see https://x.example.",
            "Call (415) 555-2671.",
            "In 1815.",
        ],
        ["ada", "bob", None],
    )
    found = corpus.masked()
    assert [(d.text, d.author) for d in found] == [
        ("Write to [email] or [email], see [link].", "ada"),
        ("Call [phone].", "bob"),
        ("In 1815.", None),
    ]
    assert found.preparation[["step", "what", "why", "count", "example"]].values.tolist() == [
        ["masked", "kept", "of 3 texts", 3, ""],
        ["masked", "changed", "links masked", 1, ""],
        ["masked", "changed", "e-mail addresses masked", 2, ""],
        ["masked", "changed", "phone numbers masked", 1, ""],
    ]
    assert corpus.masked(emails=False, phones=False).text.startswith(
        "Write to ada@example.org or bob@example.org, see [link]."
    )
    assert "ada@" not in found.note and corpus.note == ""
    with pytest.raises(lab.LabError, match="emails='no'"):
        corpus.masked(emails="no")
