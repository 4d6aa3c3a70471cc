"""Build from ``notebooks/source/NN_name.py`` the student's notebook without answers and the solved one with
its outputs.
"""

import json
import re
from pathlib import Path

from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.course.building import outline, terms
from gpt2lab.course.building.executing import run_for_storage
from gpt2lab.course.building.publishing import (
    binder_badge,
    colab_badge,
    file_address,
    read_course,
    set_up_cell,
)
from gpt2lab.course.building.source import BLANK, BLANK_IN_WORDS, SourceError, read_source, remove_answers


def build(source, execute=True):
    """Build the two notebooks of one source.

    Parameters
    ----------
    source : str or Path
        ``notebooks/source/NN_name.py``.
    execute : bool, default True
        Run the solved notebook, in a temporary folder, and store its outputs. Without it the outputs that are
        there are kept if the code has not changed.

    Returns
    -------
    tuple of Path
        The student's notebook and the solved one.

    Raises
    ------
    SourceError
        If the source is malformed, or a cell of it fails; the message begins with file and line. If somebody
        has worked in the student's notebook.
    """
    source = Path(source)
    student_path, solved_path = _targets(source)
    _refuse_work(student_path)
    student = compose(source, student=True)
    solved = compose(source, student=False)
    if execute:
        run_for_storage(source, solved)
    else:
        _keep_outputs(solved, solved_path)
    for path, notebook in ((student_path, student), (solved_path, solved)):
        make_folder(path.parent)
        write_bytes(path, format_notebook(notebook).encode())
    return student_path, solved_path


def build_all(folder="notebooks", execute=True, check=False, names=()):
    """Build every notebook of a course, or with ``check`` only say which are out of date.

    Parameters
    ----------
    folder : str or Path, default "notebooks"
        Holds ``source/``; the student's notebooks are written to it, the solved ones to ``solutions/``.
    execute : bool, default True
        See `build`.
    check : bool, default False
        Write nothing.
    names : sequence of str, default ()
        Only these, each a name or its number (``"01"``); none means all.

    Returns
    -------
    list of str
        The notebooks written, or with ``check`` those out of date, each with the reason.

    Raises
    ------
    SourceError
        If a source is malformed or a name fits none.
    """
    sources = find_sources(folder, names)
    if check:
        return find_stale(folder, names)
    for source in sources:
        _refuse_work(_targets(source)[0])
    return [str(path) for source in sources for path in build(source, execute)]


def find_stale(folder="notebooks", names=()):
    """The notebooks that are not what their sources say.

    Student's notebooks are compared to the byte, solved ones by their cells and metadata: outputs may differ
    between machines.

    Parameters
    ----------
    folder : str or Path, default "notebooks"
    names : sequence of str, default ()
        Only these; none means all.

    Returns
    -------
    list of str
        ``path: reason`` for each; empty if all is well.
    """
    stale = []
    expected = set()
    for source in find_sources(folder, names):
        student_path, solved_path = _targets(source)
        expected |= {student_path, solved_path}
        if not student_path.is_file():
            stale.append(f"{student_path}: missing")
        elif student_path.read_text(encoding="utf-8") != format_notebook(compose(source, student=True)):
            worked = _has_work(student_path)
            what = "has outputs or answers of yours" if worked else f"differs from {source.name}"
            stale.append(f"{student_path}: {what}")
        if not solved_path.is_file():
            stale.append(f"{solved_path}: missing")
        elif _without_outputs(solved_path) != _without_outputs(compose(source, student=False)):
            stale.append(f"{solved_path}: differs from {source.name}")
    if not names:
        found = {*Path(folder).glob("*.ipynb"), *Path(folder).glob("solutions/*.ipynb")}
        stale += [f"{path}: has no source" for path in sorted(found - expected)]
    return stale


def compose(source, student):
    """The notebook of a source as an nbformat object, not run; for students without the answers."""
    source = Path(source)
    folder = source.parent.parent
    course = read_course(folder)
    path = _targets(source)[0 if student else 1]
    linked = terms.Linked(terms.find_glossary(folder), source.stem, _glossary_address(path, folder, course))
    cells = []
    number = source.name[:2]
    shown = [cell for cell in read_source(source) if not cell.for_grading_only]
    for position, cell in enumerate(shown):
        text = (
            set_up_cell(course, number, shown)
            if cell.is_setup
            else remove_answers(source, cell)
            if student
            else cell.source
        )
        if cell.kind == "markdown":
            # In code the markers stay, as nbgrader expects of an instructor's notebook; in markdown they
            # would show as headings.
            text = linked(re.sub(r"^### (BEGIN|END) SOLUTION\n?", "", text, flags=re.MULTILINE))
        if position == 0:
            text = _opening(text, source, linked.sentence)
        if position == 0 and course["repository"]:
            title, _, rest = text.partition("\n")
            badges = " ".join(make(course, path.relative_to(folder)) for make in (colab_badge, binder_badge))
            text = "\n".join([title, "", badges, rest])
        cells.append(_cell(f"{number}-{position:02d}", cell, text))
    return _notebook(cells)


def _opening(text, source, about_terms):
    """The first cell, with what its mark stands for: how long the notebook takes and where its words are
    explained.
    """
    if outline.MARK not in text.split("\n"):
        return text
    says = " ".join(filter(None, [outline.read_outline(source).sentence, about_terms]))
    return "\n".join(says if line == outline.MARK else line for line in text.split("\n"))


def _glossary_address(path, folder, course):
    """Where a notebook finds the glossary: in the folder of the students' notebooks, or where the course is
    published, since Colab has no other file.
    """
    if course["repository"]:
        return file_address(course, f"notebooks/{terms.GLOSSARY}")
    return "../" * (len(path.relative_to(folder).parts) - 1) + terms.GLOSSARY


def _notebook(cells):
    import nbformat

    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def _cell(plain_id, cell, text):
    metadata = dict(cell.metadata)
    if cell.exercise:
        metadata["nbgrader"] = _nbgrader(cell, grade=cell.kind == "markdown", solution=True)
    elif cell.check:
        metadata["nbgrader"] = _nbgrader(cell, grade=True, solution=False)
        metadata["tags"] = sorted({*metadata.get("tags", ()), "nbval-check-output"})
    made = {"cell_type": cell.kind, "id": grade_id(cell) or plain_id, "metadata": metadata, "source": text}
    return made | {"execution_count": None, "outputs": []} if cell.kind == "code" else made


def grade_id(cell):
    """What an answer or a check is called in the metadata of nbgrader, also its id; None for other cells."""
    label = cell.exercise or cell.check
    return label and f"{'exercise' if cell.exercise else 'check'}-{label.replace('.', '-')}"


def _nbgrader(cell, grade, solution):
    return {
        "grade": grade,
        "grade_id": grade_id(cell),
        "locked": not solution,
        "points": cell.points if grade else 0,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }


def _refuse_work(path):
    if _has_work(path):
        raise SourceError(
            f"{path} has outputs or answers of yours, which building it anew would erase; move it elsewhere"
            " or delete it, then build."
        )


def _has_work(path):
    """Whether somebody has run or answered a student's notebook: as it is built it has no outputs, and each
    answer is still to be given.
    """
    notebook = _read_notebook(path) if path.is_file() else None
    for cell in notebook["cells"] if notebook else ():
        if cell.get("outputs") or cell.get("execution_count"):
            return True
        if (
            cell["source"].startswith(("# EXERCISE", "<!-- EXERCISE"))
            and BLANK not in cell["source"]
            and BLANK_IN_WORDS not in cell["source"]
        ):
            return True
    return False


def _keep_outputs(notebook, path):
    if not path.is_file():
        return
    earlier = _read_notebook(path)
    if earlier is None or [_code(cell) for cell in earlier["cells"]] != [
        _code(cell) for cell in notebook.cells
    ]:
        return
    for new, old in zip(notebook.cells, earlier["cells"]):
        if new.cell_type == "code":
            new.outputs = old["outputs"]
            new.execution_count = old["execution_count"]


def _code(cell):
    return cell["source"] if cell["cell_type"] == "code" else None


def _without_outputs(notebook):
    """What is compared of a solved notebook: a path or the notebook itself."""
    notebook = _read_notebook(notebook) if isinstance(notebook, Path) else notebook
    if notebook is None:
        return None
    keys = ("cell_type", "id", "metadata", "source")
    return (
        [{key: cell.get(key) for key in keys} for cell in notebook["cells"]],
        notebook["metadata"],
        notebook["nbformat_minor"],
    )


def _read_notebook(path):
    """The notebook of a path, or None if the file is damaged."""
    import nbformat

    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except Exception:  # nbformat raises many kinds for broken JSON and for JSON that is no notebook
        return None


def format_notebook(notebook):
    """A notebook as it is stored: valid, and the same bytes wherever it is written."""
    import nbformat

    nbformat.validate(notebook)
    return (
        json.dumps(json.loads(nbformat.writes(notebook)), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    )


def find_sources(folder, names=()):
    """The sources in ``folder/source``, of all notebooks or of those that are named; see `build_all`."""
    sources = sorted((Path(folder) / "source").glob("*.py"))
    if not sources:
        raise SourceError(
            f"{Path(folder) / 'source'}: no notebook sources there; give the folder that holds source/."
        )
    wanted = []
    for name in names:
        stem = Path(name).stem
        fitting = [source for source in sources if stem in (source.stem, source.stem[:2])]
        if not fitting:
            raise SourceError(
                f"{name!r} is no notebook; there are {', '.join(source.stem for source in sources)}."
            )
        wanted += fitting
    return wanted or sources


def _targets(source):
    folder = source.parent.parent
    return folder / f"{source.stem}.ipynb", folder / "solutions" / f"{source.stem}.ipynb"
