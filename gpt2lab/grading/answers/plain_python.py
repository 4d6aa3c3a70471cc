"""Take out of an answer what is IPython's or nbval's and not Python's: markers, cell magics, shell
escapes.
"""

import re

from gpt2lab.grading.intake.naming import clean_name

# Whose cells are no Python; the whole cell goes.
_FOREIGN = {
    *"bash sh script html javascript js latex markdown perl ruby svg writefile file cmd".split(),
    *"R cython sql python2 pypy".split(),
}
_MARKER = re.compile(r"#+\s*(NBVAL|PYTEST_VALIDATE)_\w+\s*")
_CELL_MAGIC = re.compile(r"%%(\w*)")
_LINE_MAGIC = re.compile(r"%(\w+)\s*(.*)", re.DOTALL)
_ASSIGNED = re.compile(r"(?P<target>[\w.,*\[\]() \t]+=[ \t]*)(?P<magic>[%!].*)", re.DOTALL)
_PROMPT = re.compile(r"\s*(>>>|In \[\d+\]:)( |$)")
_PROMPTS = re.compile(r"\s*(>>>|\.{3,}:?|In \[\d+\]:)( |$)")
_OUTSIDE = re.compile(r"\"\"\"|'''|[\"'#()\[\]{}]|\\$")
_CLOSING = {quote: re.compile(rf"\\.|\\$|{quote}") for quote in ('"""', "'''", '"', "'")}


def take_out_magics(source):
    """The source as plain Python.

    What follows ``%time`` is a statement and stays; other magics, shell escapes and calls for help become
    ``pass``, so that what is indented stays valid. A cell in another language, such as ``%%bash``, becomes
    empty. What stands in a text of several lines is never touched.

    Parameters
    ----------
    source : str
        With ``\\n`` as line end.

    Returns
    -------
    (str, list of str)
        The source, and what was taken out, as it is shown.
    """
    lines, taken = _without_cell_magics(_without_prompts(source.split("\n")))
    kept = []
    reader = PythonReader()
    place = 0
    while place < len(lines):
        line = lines[place]
        begins = reader.at_statement
        place += 1
        if not (begins and _plain(line.strip()) is not None):
            reader.read(line)
            if not (begins and reader.at_statement and reader.asks_for_help):
                kept.append(line)
                continue
        goes_on = place
        while line.endswith("\\") and goes_on < len(lines):  # IPython puts the lines of a magic together
            line = line[:-1] + lines[goes_on].strip()
            goes_on = goes_on + 1
        place = goes_on
        indent = line[: len(line) - len(line.lstrip())]
        plain = _plain(line.strip())
        kept.append(f"{indent}{plain}" if plain else f"{indent}pass  # taken out: {clean_name(line, 60)}")
        taken.append("%time" if plain else clean_name(line, 60))
    return "\n".join(kept), taken


def take_out_markers(source):
    """(the source without the comments by which nbval is told what not to check, how many there were).

    They are looked for as nbval does: in every line, also of a text, and a line may end in any sign that
    Unicode calls a line's end.
    """
    pieces = source.splitlines(keepends=True)
    found = 0
    for place, piece in enumerate(pieces):
        if _MARKER.fullmatch(piece.strip()):
            pieces[place] = piece[len(piece.rstrip("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")) :]
            found += 1
    return "".join(pieces), found


def _without_cell_magics(lines):
    taken = []
    while True:
        place = next((place for place, line in enumerate(lines) if line.strip()), None)
        found = None if place is None else _CELL_MAGIC.match(lines[place].strip())
        if not found:
            return lines, taken
        taken.append(clean_name(lines[place], 60))
        lines = [] if found[1] in _FOREIGN else [*lines[:place], *lines[place + 1 :]]


def _without_prompts(lines):
    """IPython takes prompts off what was pasted, and then reads the magics behind them."""
    if not any(map(_PROMPT.match, lines[:2])):
        return lines
    return [_PROMPTS.sub("", line, count=1) for line in lines]


def _plain(statement):
    """What stays of a statement that is none of Python's, '' for nothing; None if it is Python."""
    for depth in range(3):
        if found := _ASSIGNED.fullmatch(statement):
            magic = _LINE_MAGIC.fullmatch(found["magic"])
            if not (magic and magic[1] == "time" and magic[2]):
                return ""
            statement = found["target"] + magic[2]
        elif found := _LINE_MAGIC.fullmatch(statement):
            if found[1] != "time" or not found[2]:
                return ""
            statement = found[2]
        elif statement[:1] in ("%", "!", "?", ",", ";", "/") and statement:
            return ""
        else:
            return statement if depth else None
    return ""


class PythonReader:
    """Reads Python line by line and knows whether the next line begins a statement: not within a text,
    brackets or after a backslash.
    """

    def __init__(self):
        self.quote = ""
        self.depth = 0
        self.continued = False
        self.asks_for_help = False

    @property
    def at_statement(self):
        return not (self.quote or self.depth or self.continued)

    def read(self, line):
        place = 0
        code = len(line)
        self.continued = False
        while found := (_CLOSING[self.quote] if self.quote else _OUTSIDE).search(line, place):
            place = found.end()
            sign = found[0]
            if self.quote:
                self.continued = sign == "\\"
                self.quote = "" if sign == self.quote else self.quote
            elif sign == "#":
                code = found.start()
                break
            elif sign == "\\":
                self.continued = True
            elif sign in "([{":
                self.depth += 1
            elif sign in ")]}":
                self.depth = max(0, self.depth - 1)
            else:
                self.quote = sign
        self.asks_for_help = not self.quote and line[:code].rstrip().endswith("?")
        if len(self.quote) == 1 and not self.continued:
            self.quote = ""  # a text in simple quotes ends with its line
