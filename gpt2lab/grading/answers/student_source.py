"""A student's answer read as text, never run: its words, and its code without what does not matter."""

import ast
import io
import re
import tokenize

from gpt2lab.corpus.readers.decoding import clean

LONGEST = 20_000  # characters that are looked at
_ANCHOR = re.compile(r"\s*(#|<!--)\s*EXERCISE\b[^\n]*\n?")
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
    """An answer without the line that names its exercise."""
    return _ANCHOR.sub("", clean(answer), count=1) if _ANCHOR.match(answer) else clean(answer)


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
