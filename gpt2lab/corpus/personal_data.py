"""Personal data that shows by its form: e-mail addresses, phone numbers, links.

What shows by its meaning only, such as names, street addresses or dates of birth, no pattern finds.
"""

import re

EMAIL = re.compile(r"(?<![\w@])\w[\w.+-]{0,63}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")

# With a scheme or www., and without either if a path follows a common ending: t.co/x, but not "and/or". The
# last character of a link is no punctuation, and a closing bracket belongs to it only if the opening one
# does.
_ENDINGS = "com|org|net|edu|gov|info|app|dev|io|co|uk|de|fr|es|it|nl|eu|ca|au|us|ly|be|me|tv|gl|gd|ai"
_IN_LINK = r"(?:\([^\s()<>]*\)|[^\s()<>\"“”])"
_LAST_IN_LINK = r"(?:\([^\s()<>]*\)|[^\s()<>\"“”.,;:!?'’\]}…*])"
LINK = re.compile(
    rf"(?:(?<![A-Za-z0-9])(?:https?|ftp)://|(?<![\w@.])www\d?\.(?=[\w-]+\.)){_IN_LINK}*{_LAST_IN_LINK}"
    rf"|(?<![\w@./-])(?:[a-z0-9-]{{1,63}}\.){{1,8}}(?:{_ENDINGS})/(?:{_IN_LINK}*{_LAST_IN_LINK})?",
    re.IGNORECASE,
)

_GAP = r"[ .\-/()\u00a0\u2011]{0,2}"  # what people put between the groups of a number
_MONEY = r"(?!\ ?(?:[$€£¥%]|EUR\b|USD\b|GBP\b|euros?\b|dollars?\b))"
_LABEL = (
    r"\b(?:telephone|telefon|teléfono|téléphone|phone|mobile?|handy|cell|fax|whatsapp|tel|tél"
    r"|call(?:\ me)?(?:\ at|\ on)?)"
)
_PHONE = re.compile(
    rf"""
    (?: {_LABEL}(?:\ (?:number|no\.?|nr\.?))?[.:]{{0,2}}\ ?
        (?P<labelled>\(?\+?\d(?:{_GAP}\d){{6,12}})  # phone: 555-1234
      | (?<!\w)\+1(?:{_GAP}\d){{10}}  # +1 415 555 2671
      | (?<!\w)\+[1-9](?:{_GAP}\d){{7,12}}  # +49 (0)30 123456
      | (?<!\w)\([2-9]\d\d\)[ .-]?[2-9]\d\d[ .-]\d{{4}}  # (415) 555-2671
      | (?<!\w)\(0[1-9]\d{{0,4}}\)[ ]?\d(?:{_GAP}\d){{3,8}}  # (030) 1234567
      | (?<![\w+$€£¥.,])(?<!\d[ .,:/-]) (?:
            00[1-9](?:{_GAP}\d){{7,12}}  # 0044 20 7946 0958
          | (?:1[ .-])?[2-9]\d\d(?P<dash>[ .-])[2-9]\d\d(?P=dash)\d{{4}}  # 415-555-2671
          | 0[1-9](?:{_GAP}\d){{7,10}}  # 030 1234567, 06 12 34 56 78
        )
    ) (?!\w)(?![.,:/-]\d){_MONEY}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DATE = re.compile(r"\d\d?([./ -])\d\d?\1(?:\d\d|\d{4})(?!\1|\d)")
_ISBN_BEFORE = re.compile(r"ISBN(?:-1[03])?:?\s*\Z", re.IGNORECASE)


def find_emails(text):
    """Where e-mail addresses stand: list of (start, end). ``@name`` and ``@name@server`` are no addresses."""
    return [found.span() for found in EMAIL.finditer(text)]


def find_links(text):
    """Where links stand: list of (start, end). A bare ``example.com`` without a path is taken for a name,
    and stays.
    """
    return [found.span() for found in LINK.finditer(text)]


def find_phones(text):
    """Where phone numbers stand: list of (start, end).

    A number counts that is international (``+`` or ``00`` before the country code), North American in groups
    of 3-3-4, national with a 0 before it (9 to 12 digits, in one piece 10 or 11), or follows a word such as
    *phone* or *Tel.*; so years, prices, dates, versions and ISBNs with their hyphens are left alone. Not
    found are local numbers without any of these marks (``555-1234``) and numbers in words; five pairs of
    digits of which the first begins with 0 are taken for a French number whatever they are. Numbers in links
    are parts of them.
    """
    spans = [found.span("labelled" if found["labelled"] else 0) for found in _PHONE.finditer(text)]
    spans = [
        (start, end) for start, end in spans if _is_phone(text[start:end], text[max(0, start - 20) : start])
    ]
    inside = {place for start, end in find_links(text) for place in range(start, end)} if spans else ()
    return [(start, end) for start, end in spans if start not in inside]


def _is_phone(number, before):
    if number.isdecimal() and number[0] == "0" and number[1] != "0" and len(number) not in (10, 11):
        return False
    return not (set(number) <= {"0", "1"} or _DATE.match(number) or _ISBN_BEFORE.search(before))


# Links first, as addresses and numbers may stand in them.
KINDS = {
    "links": ("links", "[link]", find_links),
    "emails": ("e-mail addresses", "[email]", find_emails),
    "phones": ("phone numbers", "[phone]", find_phones),
}


def mask(text, kinds):
    """Put a mark in the place of personal data.

    Parameters
    ----------
    text : str
        Any text.
    kinds : iterable of str
        Of ``KINDS``, in the order in which they are looked for: what is masked is not looked at again.

    Returns
    -------
    (str, dict of str to int)
        The text, and how often each kind was found in it.
    """
    counts = {}
    for kind in kinds:
        _, mark, find = KINDS[kind]
        spans = find(text)
        counts[kind] = len(spans)
        borders = [0, *(border for span in spans for border in span), len(text)]
        text = mark.join(text[start:end] for start, end in zip(borders[::2], borders[1::2]))
    return text, counts
