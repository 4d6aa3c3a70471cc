"""Whether a source that does not parse here is Python of a newer version: f-strings of 3.12, type parameters,
``type`` statements, ``except`` without brackets, t-strings.
"""

import ast
import re

from gpt2lab.grading.answers.names import BEYOND_THE_PARSER

_LONGEST = 20_000
_DEEPEST = 20
_TOKEN = re.compile(r"#[^\n]*|(?<!\w)([A-Za-z]{0,2})(\"\"\"|'''|\"|')|.", re.DOTALL)
_BRACKETS = r"\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]"
_OLDER = (
    (re.compile(rf"^([ \t]*)type[ \t]+(\w+)[ \t]*(?:{_BRACKETS})?[ \t]*=(?!=)", re.MULTILINE), r"\1\2 ="),
    (
        re.compile(
            rf"^([ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+)[ \t]*{_BRACKETS}(?=[ \t]*[(:])", re.MULTILINE
        ),
        r"\1",
    ),
    (re.compile(r"^([ \t]*except\*?)[ \t]+([^()\n:,]{1,99},[^()\n:]{1,99}):", re.MULTILINE), r"\1 (\2):"),
)


def is_newer_python(source):
    """Whether a source is no Python here but would be if what newer versions allow were written as before.

    Parameters
    ----------
    source : str
        Untrusted; never run.
    """
    if len(source) > _LONGEST or _parses(source):
        return False
    try:
        older = _without_new_strings(source)
    except (_NotPython, RecursionError):
        return False
    for pattern, replacement in _OLDER:
        older = pattern.sub(replacement, older)
    return _parses(older)


class _NotPython(Exception):
    """A text in it does not end."""


def _parses(source):
    try:
        ast.parse(source)
    except BEYOND_THE_PARSER:
        return False
    return True


def _without_new_strings(source):
    """The source with each f-string and t-string as a tuple of the expressions in it."""
    made, end = _read(source, 0, "", 0)
    return made if end == len(source) else source


def _read(source, place, until, depth):
    """(code up to a sign of ``until`` that stands outside of brackets, its place)."""
    if depth > _DEEPEST:
        raise _NotPython
    made = []
    brackets = 0
    while place < len(source):
        found = _TOKEN.match(source, place)
        sign = found[0]
        if not brackets and sign in until and sign + source[place + 1 : place + 2] not in ("!=", "=="):
            break
        if found[2] is None:
            brackets += (sign in "([{") - (sign in ")]}")
            made.append(sign)
            place = found.end()
        elif set(found[1].lower()) & set("ft"):
            text, place = _read_formatted(source, found.end(), found[2], depth + 1)
            made.append(text)
        else:
            end = _end_of_text(source, found.end(), found[2])
            made.append(source[place:end])
            place = end
    return "".join(made), place


def _read_formatted(source, place, quote, depth, until=""):
    """(a tuple of what stands in an f-string, or in a format of it, and the place behind it)."""
    parts = []
    while place < len(source):
        if source.startswith(quote or until, place):
            return f"({''.join(part + ',' for part in parts)})", place + len(quote)
        if source[place] == "\\" or source.startswith(("{{", "}}"), place):
            place += 2
        elif source[place] == "{":
            code, place = _read(source, place + 1, "}!:", depth)
            if not code.strip():
                raise _NotPython
            parts.append(f"({code.rstrip().removesuffix('=')})")
            if source[place : place + 1] == "!":
                place += 2
            if source[place : place + 1] == ":":
                spec, place = _read_formatted(source, place + 1, "", depth + 1, until="}")
                parts.append(spec)
            if source[place : place + 1] != "}":
                raise _NotPython
            place += 1
        elif source[place] in "}" or (source[place] == "\n" and len(quote) == 1):
            raise _NotPython
        else:
            place += 1
    raise _NotPython


def _end_of_text(source, place, quote):
    found = re.compile(rf"(?:\\.|(?!{quote}).)*?{quote}", re.DOTALL).match(source, place)
    if not found or (len(quote) == 1 and "\n" in found[0].replace("\\\n", "")):
        raise _NotPython
    return found.end()
