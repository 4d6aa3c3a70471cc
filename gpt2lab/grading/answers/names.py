"""Which names a statement reads, binds and changes, found by parsing: what stands in a comment or in
prose is no name.
"""

import ast
import re
from dataclasses import dataclass

# What students upload can bring Python's parser to its limits.
BEYOND_THE_PARSER = (SyntaxError, ValueError, RecursionError, MemoryError)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_COMPOUND = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.Match)
# Methods that change what they are called on.
_CHANGING = frozenset(
    "add append appendleft clear discard extend extendleft insert pop popleft remove reverse setdefault sort"
    " update".split()
)
_IN_A_QUERY = re.compile(r"@([^\W\d]\w*)")  # pandas: table.query("step > @first")


@dataclass(frozen=True)
class Names:
    """The names of one statement at a module's top level.

    Attributes
    ----------
    reads : frozenset of str
        What must be bound when the statement runs.
    later : frozenset of str
        What must be bound when a function that it defines is called.
    binds : frozenset of str
    changes : frozenset of str
        Of what is bound already: ``table["a"] = 1``, ``words.append("x")``, ``total += 1``.
    modules : frozenset of str
        The first part of the names of the modules that it imports.
    star : bool
        Whether it imports all that a module has.
    always : bool
        Whether it binds its names whatever they were before.
    """

    reads: frozenset = frozenset()
    later: frozenset = frozenset()
    binds: frozenset = frozenset()
    changes: frozenset = frozenset()
    modules: frozenset = frozenset()
    star: bool = False
    always: bool = True


def names_of(statement):
    """The `Names` of a parsed statement."""
    reads, later = set(), set()
    binds = bound_by(statement)
    _read_in_order(statement, frozenset(), reads, later)
    changes = _changed_by(statement)
    if isinstance(statement, _COMPOUND):
        later -= binds
    nodes = list(ast.walk(statement))
    imports = [node for node in nodes if isinstance(node, ast.Import)]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    always = (
        not isinstance(statement, (ast.For, ast.AsyncFor, ast.While, ast.If, ast.Match))
        or (isinstance(statement, ast.If) and bool(statement.orelse))
    ) and not (isinstance(statement, ast.AnnAssign) and statement.value is None)
    return Names(
        frozenset(reads | changes),
        frozenset(later - reads),
        frozenset(binds),
        frozenset(changes),
        frozenset(
            name.partition(".")[0]
            for name in [alias.name for node in imports for alias in node.names]
            + [node.module or "" for node in froms]
        ),
        any(alias.name == "*" for node in froms for alias in node.names),
        always,
    )


def needed_by(source):
    """(names that a source reads before it binds them, modules that it imports); both empty if it is no
    Python.
    """
    try:
        found = [names_of(statement) for statement in ast.parse(source).body]
    except BEYOND_THE_PARSER:
        return frozenset(), frozenset()
    bound, needed, later, modules = set(), set(), set(), set()
    for names in found:
        needed |= names.reads - bound
        later |= names.later
        modules |= names.modules
        bound |= names.binds
    return frozenset(needed | (later - bound)), frozenset(modules)


def bound_in(source):
    """The names that a source binds at its top level, also by imports and loops; empty if it is no Python."""
    try:
        return frozenset().union(*map(bound_by, ast.parse(source).body))
    except BEYOND_THE_PARSER:
        return frozenset()


def bound_by(statement):
    """The names that a statement binds in its own scope."""
    bound = set()
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, _LOOPS):  # only := reaches beyond a comprehension
            bound |= {each.target.id for each in ast.walk(node) if isinstance(each, ast.NamedExpr)}
            continue
        if isinstance(node, ast.AugAssign):  # it changes what is bound
            waiting += [node.value]
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names} - {"*"}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, (ast.MatchAs, ast.MatchStar, ast.ExceptHandler)) and node.name:
            bound.add(node.name)
        waiting += ast.iter_child_nodes(node)
    return bound


def _changed_by(statement):
    changed = set()
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (*_SCOPES, ast.ClassDef)):
            continue
        if isinstance(node, ast.AugAssign):
            changed.add(_base(node.target))
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
            changed.add(_base(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in _CHANGING:
                changed.add(_base(node.func.value))
            elif node.func.attr == "shuffle":
                changed |= set(map(_base, node.args))
        waiting += ast.iter_child_nodes(node)
    return changed - {""}


def _base(node):
    """The name at the left of ``name.part[0].more``, '' if there is none."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _read_in_order(statement, bound, reads, later):
    """Gather what a statement reads before it binds it; of ``if`` and loops, block by block."""
    if not isinstance(statement, _COMPOUND):
        _read(statement, bound, reads, later)
        return
    parts = list(ast.iter_child_nodes(statement))
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        parts[:2] = reversed(parts[:2])  # the target is bound after what is gone over was read
    for part in parts:
        if isinstance(part, (ast.ExceptHandler, ast.match_case)):
            bound |= {part.name} if isinstance(part, ast.ExceptHandler) else bound_by(part.pattern)
            inside = [part.type if isinstance(part, ast.ExceptHandler) else part.guard, *part.body]
        else:
            inside = [part]
        for each in filter(None, inside):
            _read_in_order(each, bound, reads, later)
            bound |= bound_by(each)


def _read(node, local, reads, later):
    """Gather what a node reads of its surroundings, now and when its functions are called."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Store) and node.id not in local:
            reads.add(node.id)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            reads |= set(_IN_A_QUERY.findall(node.value)) - local
    elif isinstance(node, _SCOPES):
        now = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        now += [] if isinstance(node, ast.Lambda) else [*node.decorator_list, *_annotations(node)]
        for each in now:
            _read(each, local, reads, later)
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        arguments = {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
        shared = {name for each in body for inner in ast.walk(each) for name in _shared(inner)}
        inside = (local | arguments | set().union(*map(bound_by, body))) - shared
        for each in body:
            _read(each, frozenset(inside), later, later)
    elif isinstance(node, ast.ClassDef):
        for each in (*node.decorator_list, *node.bases, *node.keywords):
            _read(each, local, reads, later)
        inside = local | set().union(*map(bound_by, node.body))
        for each in node.body:
            # A class's own names are not seen by its methods; one that reads its own name is rare.
            _read(each, inside if not isinstance(each, _SCOPES) else local, reads, later)
    elif isinstance(node, _LOOPS):
        targets = {
            inner.id
            for generator in node.generators
            for inner in ast.walk(generator.target)
            if isinstance(inner, ast.Name)
        }
        _read(node.generators[0].iter, local, reads, later)
        for each in ast.iter_child_nodes(node):
            for part in (each.iter, *each.ifs) if isinstance(each, ast.comprehension) else (each,):
                if part is not node.generators[0].iter:
                    _read(part, local | targets, reads, later)
    else:
        for each in ast.iter_child_nodes(node):
            _read(each, local, reads, later)


def _annotations(function):
    arguments = [each for each in ast.walk(function.args) if isinstance(each, ast.arg)]
    return filter(None, [*(each.annotation for each in arguments), function.returns])


def _shared(node):
    return node.names if isinstance(node, (ast.Global, ast.Nonlocal)) else ()
