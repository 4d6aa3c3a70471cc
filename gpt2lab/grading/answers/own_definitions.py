"""What an answer uses of the cells that a student added: functions, classes and imports, put in front of it.

Only the answer's cell is graded, so a function that the student wrote in a cell of their own would be
missing. It is looked for line by line and not parsed: what students upload can bring Python's parser to its
limits.
"""

import re

from gpt2lab.grading.answers.plain_python import PythonReader, take_out_magics

MOST_CHARACTERS = 20_000  # of what is put in front of one answer, and of a cell that is looked through
_DEFINED = re.compile(r"(?:async +)?(?:def|class) +([^\W\d]\w*)")
_LAMBDA = re.compile(r"([^\W\d]\w*)\s*(?::[^=]*)?=\s*lambda\b")
_IMPORTED = re.compile(r"(?:from\s+[\w.]+\s+)?import\b(.*)", re.DOTALL)


def find_definitions(sources):
    """The functions, classes and imports that stand at the left margin of some cells, each by the names that
    it binds; the last of a name counts.

    Parameters
    ----------
    sources : iterable of str

    Returns
    -------
    dict of str to str
    """
    found = {}
    for source in sources:
        for statement in _statements(take_out_magics(source[:MOST_CHARACTERS])[0]):
            defined = next((match[1] for match in map(_DEFINED.match, statement.split("\n")) if match), None)
            imported = _IMPORTED.match(statement)
            if imported:
                found |= dict.fromkeys(re.findall(r"[^\W\d]\w*", imported[1]), statement)
            elif defined and statement.startswith(("def", "class", "async", "@")):
                found[defined] = statement
            elif named := _LAMBDA.match(statement):
                found[named[1]] = statement
    found.pop("as", None)
    return found


def pick_used(answer, defined, but=()):
    """The statements of ``defined`` that an answer uses, and those that these use, in an order in which they
    can run.

    Parameters
    ----------
    answer : str
    defined : dict of str to str
        What `find_definitions` found.
    but : collection of str, default ()
        Names that are left alone.

    Returns
    -------
    (list of str, list of str)
        The names, and the statements, each once.
    """
    names = []
    statements = []
    unread = [answer]
    length = 0
    bound = {*_DEFINED.findall(answer), *but}
    while unread:
        for name in dict.fromkeys(re.findall(r"[^\W\d]\w*", unread.pop())):
            statement = defined.get(name)
            if (
                statement is None
                or name in bound
                or length + len(statement) > MOST_CHARACTERS
                or statement in statements
                or statement in answer
            ):
                continue
            names.append(name)
            statements.append(statement)
            unread.append(statement)
            length += len(statement)
    return names, statements[::-1]


def _statements(source):
    """What begins at the left margin, with what is indented below it and its decorators."""
    statements = []
    reader = PythonReader()
    decorated = False
    for line in source.split("\n"):
        begins = reader.at_statement and line[:1].strip() and not line.startswith("#")
        if (begins and not decorated) or not statements:
            statements.append([])
        if begins:
            decorated = line.startswith("@")
        statements[-1].append(line)
        reader.read(line)
    return ["\n".join(lines).rstrip() for lines in statements]
