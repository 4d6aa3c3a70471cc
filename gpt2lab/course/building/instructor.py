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
from gpt2lab.course.building.notebooks import compose, grade_id_of, notebook_text, sources_of
from gpt2lab.course.building.published import published
from gpt2lab.course.building.source import BEGIN, END, SourceError, read_source, without_answers

BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"
END_HIDDEN = "### END HIDDEN TESTS"
_ANSWER = re.compile(rf"^[ \t]*{BEGIN}$.*?^[ \t]*{END}$", re.MULTILINE | re.DOTALL)
_HEADER = re.compile(r"^\[grading\][ \t]*(?:#.*)?\n", re.MULTILINE)
_CONFIG = '''\
"""Settings of nbgrader for this course. Change what you like: the file is kept when `gpt2lab notebooks --instructor` runs again."""

import os
import sys
from pathlib import Path

# nbgrader calls programs that are installed beside it, also when its environment is not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

# nbgrader gives 0 points for a check that writes anything to stderr. The kernels that it starts inherit these.
os.environ.update(GPT2LAB_PROGRESS="0", TF_CPP_MIN_LOG_LEVEL="3", PYTHONWARNINGS="ignore")
# Without a GPU the notebooks take the small model 3M, with one 124M. To grade with the same one wherever it runs:
# os.environ["GPT2LAB_MODEL"] = "3M"

c = get_config()  # noqa: F821, nbgrader puts it here
c.CourseDirectory.course_id = {course_id!r}
c.CourseDirectory.ignore.extend(["models", "checkpoint", "samples"])  # what notebooks leave beside themselves when they run

# A cell that fine-tunes takes minutes, with 355M on a slow machine half an hour.
c.Execute.timeout = 1800
c.Execute.startup_timeout = 120

# The blank that stands in the student's notebook stands above each answer: taking out the answer is enough.
c.ClearSolutions.code_stub = {{"python": ""}}
c.ClearSolutions.text_stub = "*Your answer here.*"

# A check that a student deleted is put back, and graded.
c.OverwriteCells.add_missing_cells = True
'''  # noqa: E501


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
    target, folder, sources = Path(target), Path(folder), sources_of(folder, names)
    _refuse_public(target, folder)
    if not target.exists():
        make_folder(target).chmod(0o700)  # a machine may have many users
    lines = [_write_course(target / "course.toml", folder / "course.toml")]
    lines += [
        _write_unless_there(target / "source" / source.name, source.read_bytes(), source)
        for source in sources
    ]
    glossary = terms.glossary_of(folder)
    if glossary:
        lines.append(_write_unless_there(target / terms.GLOSSARY, glossary.read_bytes(), glossary))
    course_id = published(target)["repository"].partition("/")[2] or "gpt2lab"
    config = _CONFIG.format(course_id=course_id).encode()
    lines.append(
        _write_unless_there(target / "nbgrader" / "nbgrader_config.py", config, "what would be written now")
    )
    for source in sources:
        path = target / "nbgrader" / "source" / source.stem / f"{source.stem}.ipynb"
        make_folder(path.parent)
        write_bytes(path, notebook_text(for_nbgrader(target / "source" / source.name)).encode())
        if glossary:  # nbgrader gives a folder to students whole
            write_bytes(
                path.with_name(terms.GLOSSARY),
                terms.beside(glossary.read_text(encoding="utf-8"), {source.stem}).encode(),
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
        text = with_seed(text, path)
    write_bytes(path, text.encode())
    return str(path)


def _has_seed(folder):
    grading = published(folder).get("grading")
    return isinstance(grading, dict) and "seed" in grading


def with_seed(text, path="course.toml"):
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


def for_nbgrader(source):
    """The notebook of a source as nbgrader wants it of an instructor, not run.

    It is the student's, with the answers between their marks below the blanks, and in each check that is
    worth points a hidden test that raises unless the answer is right: nbgrader gives a check its points
    unless it raises.
    """
    source = Path(source)
    notebook = compose(source, student=True)
    made_from = {grade_id_of(cell): cell for cell in read_source(source) if cell.exercise or cell.check}
    for cell in notebook.cells:
        if cell.id in made_from:
            graded = made_from[cell.id]
            cell.source = (
                _with_blanks(source, graded) if graded.exercise else _with_hidden_test(source, graded)
            )
    return notebook


def _with_blanks(path, cell):
    if cell.kind == "markdown":
        return cell.source  # nbgrader has one text for all of these blanks

    def blank_and_answer(found):
        return without_answers(path, replace(cell, source=found[0])) + "\n" + found[0]

    return _ANSWER.sub(blank_and_answer, cell.source)


def _with_hidden_test(path, cell):
    if not cell.points:
        return cell.source
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "check":
            node.func.attr = "judge"
            return "\n".join(
                [
                    cell.source.rstrip(),
                    BEGIN_HIDDEN,
                    f'assert {ast.unparse(node)}.state == "right"',
                    END_HIDDEN,
                ]
            )
    raise SourceError(
        f'{path}:{cell.line}: the check cell of {cell.check} does not call lab.course.check("{cell.check}",'
        " ...)."
    )
