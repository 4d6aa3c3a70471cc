"""What an answer uses of the code above it, put in front of it: the student's own definitions, imports,
constants and tables, and what is left over of the course's own cells, such as the variable of a loop.

Only the answer's cell is graded, so what other cells bind would be missing. Only what the answer really reads
goes along, from above it and in order, and nothing that the set-up or the hidden inputs bind is replaced.
"""

import ast
import builtins
import re
from collections import defaultdict, deque
from dataclasses import dataclass

from gpt2lab.grading.answers.names import BEYOND_THE_PARSER, Names, names_of, needed_by
from gpt2lab.grading.answers.plain_python import PythonReader, take_out_magics

MOST_CHARACTERS = 20_000  # of what is put in front of one answer, and of a cell that is looked through
_MOST_PARSED = 400_000  # characters of all cells, and
_MOST_STATEMENTS = 5_000
_WRITTEN_FILE = re.compile(r"\s*%%(?:writefile|file)[ \t]+(?!-a\b)([^\W\d]\w*)\.py[ \t]*\n")
_BUILT_IN = frozenset(dir(builtins)) | {"get_ipython", "display", "__name__", "In", "Out", "_"}


@dataclass(frozen=True)
class Statement:
    """A statement of a cell: the place of the cell, its source, its names, whether it only defines or
    imports, and whether the cell is as the course has it.
    """

    place: int
    source: str
    names: Names
    defines: bool
    given: bool = False


def find_statements(cells):
    """The statements at the left margin of some cells.

    Parameters
    ----------
    cells : iterable of (int, str, bool)
        The place of each cell in the notebook, its source, and whether it is as the course has it.

    Returns
    -------
    list of Statement
        In order. A cell that is no Python is read as far as its statements are.
    """
    found = []
    left = _MOST_PARSED
    for place, source, given in cells:
        if len(source) > min(left, MOST_CHARACTERS) or len(found) > _MOST_STATEMENTS:
            continue
        left -= len(source)
        if file := _WRITTEN_FILE.match(source):
            found.append(_module(place, file[1], source[file.end() :]))
            continue
        source = take_out_magics(source)[0]
        for text, parsed in _parse(source):
            try:
                names = names_of(parsed)
            except BEYOND_THE_PARSER:
                continue
            if names.binds or names.changes or names.star:
                found.append(Statement(place, text, names, _defines(parsed), given))
    return found


def pick_used(answer, statements, place, but=(), also=()):
    """The statements that an answer uses, and those that these use.

    Parameters
    ----------
    answer : str
    statements : list of Statement
        What `find_statements` found.
    place : int
        Of the answer's cell. Of what stands below it only definitions serve, and only for names that nothing
        above binds.
    but : collection of str, default ()
        Names that are bound where the answer is run; they are left alone.
    also : collection of str, default ()
        Names that are needed besides, if a cell above binds them.

    Returns
    -------
    (list of str, list of str)
        The names that are the student's own, and the statements, each once and in their order.
    """
    above = [statement for statement in statements if statement.place < place]
    below = [statement for statement in statements if statement.place > place and statement.defines]
    everything = above + below
    at_above, at_below = _places_of_names(above), _places_of_names(below)
    end = len(above)
    needed, modules = needed_by(answer)
    needed |= {name for name in also if _binding(name, above, at_above, end)}
    waiting = deque((name, end) for name in (*sorted(needed), *map(_file, sorted(modules))))
    seen, names, chosen, unknown = set(), [], set(), False
    length = 0
    while waiting and length <= MOST_CHARACTERS:
        name, until = waiting.popleft()
        if (name, until) in seen or name in but:
            continue
        seen.add((name, until))
        found = _binding(name, above, at_above, until)
        if not found and until == end and name not in _BUILT_IN:
            found = [end + each for each in _binding(name, below, at_below, len(below))]
        if not found:
            if until == end and name not in _BUILT_IN and not name.endswith(".py") and not unknown:
                unknown = True
                stars = [each for each, statement in enumerate(above) if statement.names.star]
                chosen.update(stars)
                length += sum(len(above[each].source) for each in stars)
                waiting += [(_file(module), each) for each in stars for module in above[each].names.modules]
            continue
        if name not in names and not all(everything[each].given for each in found):
            names.append(name)
        for each in found:
            if each in chosen:
                continue
            chosen.add(each)
            length += len(everything[each].source)
            of = everything[each].names
            waiting += [(other, min(each, end)) for other in sorted(of.reads)]
            waiting += [(other, end) for other in sorted(of.later)]
            waiting += [(_file(module), min(each, end)) for module in sorted(of.modules)]
    if not chosen or length > MOST_CHARACTERS:
        return [], []
    # What serves although it stands below comes first: what stands above may need it.
    order = sorted(chosen, key=lambda each: (each < end, each))
    used = [everything[each] for each in order]
    if not names and not all(statement.given for statement in used):
        names = ["an import"]
    return names, [_as_it_runs(statement, but) for statement in used]


def _file(module):
    return f"{module}.py"


def _places_of_names(statements):
    """Where each name is bound or changed, in order."""
    places = defaultdict(list)
    for place, statement in enumerate(statements):
        for name in statement.names.binds | statement.names.changes:
            places[name].append(place)
    return places


def _binding(name, statements, places, until):
    """The places of the statements that make a name what it is before the one at ``until``."""
    found = []
    bound = False
    length = 0
    for place in reversed(places.get(name, [])):
        if place >= until:
            continue
        names = statements[place].names
        found.append(place)
        bound = bound or name in names.binds
        length += len(statements[place].source)
        if length > MOST_CHARACTERS or (name in names.binds and names.always and name not in names.reads):
            break
    return found[::-1] if bound else []


def _defines(parsed):
    if isinstance(parsed, (ast.Try, ast.If)):
        return all(map(_defines, parsed.body))
    return isinstance(
        parsed, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    ) or (isinstance(parsed, ast.Assign) and isinstance(parsed.value, ast.Lambda))


def _as_it_runs(statement, but):
    """The source; what it binds or changes besides, or what a module has, may have names that are to stay."""
    names = statement.names
    also = sorted((names.binds | names.changes) & set(but))
    if names.star:
        known, shield = "dict(globals())", ""
    elif also and (statement.given or names.binds & set(but)):
        known = f"{{name: globals()[name] for name in {also} if name in globals()}}"
        shield = 'globals().update(__import__("copy").deepcopy(_known))\n' if names.changes & set(but) else ""
    else:
        return statement.source
    return f"_known = {known}\n{shield}{statement.source}\nglobals().update(_known)"


def _module(place, name, source):
    """A module that a cell wrote to a file, made again where there is no such file."""
    module = f'__import__("sys").modules["{name}"]'
    made = f'{module} = __import__("types").ModuleType("{name}")\nexec({source!r}, vars({module}))'
    return Statement(place, made, Names(binds=frozenset({_file(name)})), True)


def _parse(source):
    """(text, parsed) of each statement at the left margin."""
    try:
        return _texts(source, ast.parse(source).body)
    except BEYOND_THE_PARSER:
        pass
    found = []
    for part in _statements(source):
        try:
            found += _texts(part, ast.parse(part).body)
        except BEYOND_THE_PARSER:
            continue
    return found


def _texts(source, parsed):
    lines = source.split("\n")
    spans = [
        (min([each.lineno, *(one.lineno for one in getattr(each, "decorator_list", ()))]), each.end_lineno)
        for each in parsed
    ]
    alone = [
        (place == 0 or spans[place - 1][1] < first)
        and (place + 1 == len(spans) or spans[place + 1][0] > last)
        for place, (first, last) in enumerate(spans)
    ]
    return [
        ("\n".join(lines[first - 1 : last]) if own else ast.unparse(each), each)
        for each, own, (first, last) in zip(parsed, alone, spans, strict=True)
    ]


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
