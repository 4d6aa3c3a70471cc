"""The folder that a course keeps private: the sources with their answers, the secret seed, and the notebooks
as nbgrader wants them of an instructor.
"""

import ast
import re
import secrets
import tomllib
from dataclasses import replace
from pathlib import Path

from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.course.building import terms
from gpt2lab.course.building.notebooks import compose, find_sources, format_notebook, grade_id
from gpt2lab.course.building.publishing import read_course
from gpt2lab.course.building.source import BEGIN, END, SourceError, read_source, remove_answers
from gpt2lab.course.checks.checking import best_state

BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"
END_HIDDEN = "### END HIDDEN TESTS"
_ANSWER = re.compile(rf"^[ \t]*{BEGIN}$.*?^[ \t]*{END}$", re.MULTILINE | re.DOTALL)
_HEADER = re.compile(r"^\[grading\][ \t]*(?:#.*)?\n", re.MULTILINE)
_CONFIG = Path(__file__).with_name("templates") / "nbgrader_config.py.txt"


def write_private_folder(target, folder="notebooks", names=()):
    """Write all that an instructor needs into a folder that students never see; what was changed there is
    kept.

    Parameters
    ----------
    target : str or Path
        The private folder. ``course.toml`` gets a seed for grading if it has none, ``source/`` the sources,
        and ``nbgrader/`` a course of nbgrader that is made from these sources: its
        ``source/NN_name/NN_name.ipynb`` are written anew each time.
    folder : str or Path, default "notebooks"
        Holds ``source/`` and ``course.toml``; may be ``target`` itself, when it was written before.
    names : sequence of str, default ()
        Only these notebooks, each a name or its number; none means all.

    Returns
    -------
    list of str
        The files, each that was kept though it differs with the reason.

    Raises
    ------
    SourceError
        If a source is malformed, a name fits none, or ``target`` is what students get.
    StorageError
        If a file could not be written.
    """
    target, folder, sources = Path(target), Path(folder), find_sources(folder, names)
    _refuse_public(target, folder)
    if not target.exists():
        make_folder(target).chmod(0o700)  # a machine may have many users
    lines = [_write_course(target / "course.toml", folder / "course.toml")]
    lines += [
        _write_unless_there(target / "source" / source.name, source.read_bytes(), source)
        for source in sources
    ]
    glossary = terms.find_glossary(folder)
    if glossary:
        lines.append(_write_unless_there(target / terms.GLOSSARY, glossary.read_bytes(), glossary))
    course_id = read_course(target)["repository"].partition("/")[2] or "gpt2lab"
    config = _CONFIG.read_text(encoding="utf-8").replace("{course_id!r}", repr(course_id))
    lines.append(
        _write_unless_there(
            target / "nbgrader" / "nbgrader_config.py", config.encode(), "what would be written now"
        )
    )
    for source in sources:
        path = target / "nbgrader" / "source" / source.stem / f"{source.stem}.ipynb"
        make_folder(path.parent)
        write_bytes(path, format_notebook(compose_for_nbgrader(target / "source" / source.name)).encode())
        if glossary:  # nbgrader gives a folder to students whole
            write_bytes(
                path.with_name(terms.GLOSSARY),
                terms.keep_links(glossary.read_text(encoding="utf-8"), {source.stem}).encode(),
            )
        lines.append(str(path))
    return lines


def _refuse_public(target, folder):
    if target.resolve() == folder.resolve() and _has_seed(target):
        return  # a private folder, brought up to date with its own sources
    if folder.resolve() in (target.resolve(), *target.resolve().parents):
        raise SourceError(
            f"{target} is part of {folder}, which students may see; choose a folder outside of it, for"
            " example ../private."
        )


def _write_course(path, public):
    """Write the private course.toml; return the line that says so. One that is there only gets a seed if it
    has none.
    """
    text = (
        (path if path.is_file() else public).read_text(encoding="utf-8")
        if path.is_file() or public.is_file()
        else ""
    )
    if not _has_seed(path.parent if path.is_file() else public.parent):
        text = add_seed(text, path)
    write_bytes(path, text.encode())
    return str(path)


def _has_seed(folder):
    grading = read_course(folder).get("grading")
    return isinstance(grading, dict) and "seed" in grading


def add_seed(text, path="course.toml"):
    """The text of a course.toml with a fresh random seed for grading in its table ``[grading]``.

    Raises
    ------
    SourceError
        If there is no place for it; the message begins with ``path``.
    """
    line = (
        f'seed = "{secrets.token_hex(16)}"  # secret: the values that answers are tried on at grading come'
        " from it\n"
    )
    found = _HEADER.search(text)
    changed = (
        text[: found.end()] + line + text[found.end() :]
        if found
        else "\n".join([text.rstrip("\n"), "", "[grading]", line]).lstrip("\n")
    )
    try:
        tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        raise SourceError(
            f"{path}: there is no table [grading] that a seed could be added to; write"
            f" {line.partition('  #')[0]} there yourself."
        ) from None
    return changed


def _write_unless_there(path, content, newer):
    if not path.is_file():
        make_folder(path.parent)
        write_bytes(path, content)
    return str(path) if path.read_bytes() == content else f"{path}: kept, differs from {newer}"


def compose_for_nbgrader(source):
    """The notebook of a source as nbgrader wants it of an instructor, not run.

    It is the student's, with the answers between their marks below the blanks, and in each check that is
    worth points a hidden test that raises unless the answer is right: nbgrader gives a check its points
    unless it raises.
    """
    source = Path(source)
    notebook = compose(source, student=True)
    made_from = {grade_id(cell): cell for cell in read_source(source) if cell.exercise or cell.check}
    for cell in notebook.cells:
        if cell.id in made_from:
            graded = made_from[cell.id]
            cell.source = _add_blanks(source, graded) if graded.exercise else _add_hidden_test(source, graded)
    return notebook


def _add_blanks(path, cell):
    if cell.kind == "markdown":
        return cell.source  # nbgrader has one text for all of these blanks

    def blank_and_answer(found):
        return remove_answers(path, replace(cell, source=found[0])) + "\n" + found[0]

    return _ANSWER.sub(blank_and_answer, cell.source)


def _add_hidden_test(path, cell):
    if not cell.points:
        return cell.source
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "check":
            node.func.attr = "judge"
            return "\n".join(
                [
                    cell.source.rstrip(),
                    BEGIN_HIDDEN,
                    f'assert {ast.unparse(node)}.state == "{best_state(cell.check)}"',
                    END_HIDDEN,
                ]
            )
    raise SourceError(
        f'{path}:{cell.line}: the check cell of {cell.check} does not call lab.course.check("{cell.check}",'
        " ...)."
    )
