"""A student's answer read as text, never run: its words, and its code without what does not matter."""

import ast
import io
import re
import tokenize

from gpt2lab.corpus.readers.decoding import clean

LONGEST = 20_000  # characters that are looked at
_ANCHOR = re.compile(r"^[ \t]*(#|<!--)[ \t]*EXERCISE\b[^\n]*\n?", re.MULTILINE)
_OURS = re.compile(r"^(_known = |globals\(\)\.update\()")  # of `gpt2lab.grading.answers.own_definitions`
_UNPARSABLE = (SyntaxError, ValueError, MemoryError, RecursionError, tokenize.TokenError)
_LAYOUT = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
)


def own_part(answer):
    """An answer without the line that names its exercise, and without what stands above that: what it uses
    of other cells was put there.
    """
    answer = clean(answer)
    anchor = _ANCHOR.search(answer)
    return answer[anchor.end() :] if anchor else answer


def went_along(answer):
    """What was put in front of an answer, as it stands in the notebook; '' if nothing was."""
    answer = clean(answer)
    anchor = _ANCHOR.search(answer)
    lines = answer[: anchor.start()].split("\n") if anchor else []
    return "\n".join(line for line in lines if not _OURS.match(line)).strip("\n")


def prose(answer):
    """The words of an answer in words: what stands between the quotes if it is a text given to a name, else
    the answer as it is.
    """
    own = own_part(answer)
    try:
        parsed = ast.parse(own) if len(own) <= LONGEST else None
    except _UNPARSABLE:
        parsed = None
    values = (
        [
            statement.value
            for statement in parsed.body
            if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Expr))
        ]
        if parsed
        else []
    )
    texts = [
        value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)
    ]
    # Anything besides is worth reading too, an f-string for example.
    return texts[0].strip("\n") if parsed and len(texts) == len(parsed.body) == 1 else own.strip("\n")


def normalise(answer):
    """A source as one line, without comments and with one space between its pieces, so that copies that were
    laid out otherwise are alike.
    """
    own = own_part(answer)[:LONGEST]
    pieces = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(own).readline):
            if token.type not in _LAYOUT:
                pieces += token.string.split()
            elif token.type == tokenize.INDENT:
                pieces.append("{")
            elif token.type == tokenize.DEDENT:
                pieces.append("}")
    except _UNPARSABLE:
        pieces = re.sub(r"#[^\n]*", "", own).split()
    return " ".join(pieces)
