"""The bundle for students: their notebooks, a page that says how to open them and how to hand in, and what
to install.
"""

import io
import re
import zipfile
from pathlib import Path

from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.course.building import terms
from gpt2lab.course.building.notebooks import compose, notebook_text, sources_of
from gpt2lab.course.building.outline import outline
from gpt2lab.course.building.published import badge, package_address, published
from gpt2lab.course.building.source import SourceError

_README = """\
# Fine-tuning GPT-2: the notebooks

{table}

## Open them

{opening}

## Work with them

- Run the cells from the top, one after the other; the first one with code sets everything up.
- Your answer goes where `...  # your answer` stands. Run that cell, then the check below it: it says whether the answer is right, and if not,
  why. Try as often as you like.
- A prediction scores nothing. Make it before you run what comes next.
- Only the answer cells are graded. So all that your answer needs from you stands in its cell. Add cells and change others as you like, to try
  things out.
- Leave the lines that begin with `# EXERCISE` and `# CHECK` as they are: your answers are found by them.

## Hand in

1. Choose *Restart and run all* once: what works only because of a cell that you deleted shows now.
2. Save. In Colab: *File > Download > Download .ipynb*.
3. Hand in the `.ipynb` file itself, under the name that it has. Nothing else is needed: no models, no folders.

Your answers are run again, some of them on other values than yours. So let the cell compute its answer: a number that was typed in is wrong then.
"""  # noqa: E501
_COLAB = """\
**In Colab**, which needs no installation: the badges above. *File > Save a copy in Drive* first, or your answers are lost with the tab.

"""  # noqa: E501
_ON_A_COMPUTER = """\
**On your own computer**, with Python 3.11 or newer, in the folder of this file:

```
python -m venv .venv
.venv/bin/pip install -r requirements.txt        # Windows: .venv\\Scripts\\pip
.venv/bin/jupyter lab                            # Windows: .venv\\Scripts\\jupyter
```"""
_AS_YOUR_COURSE_SAYS = """\
Install the package `gpt2lab` and JupyterLab as your course says, start JupyterLab in the folder of this file (`jupyter lab`), and open a notebook."""  # noqa: E501


def write_release(target, folder="notebooks", names=()):
    """Write what students get: the notebooks without answers, outputs and all that is for grading, a README,
    and what to install.

    Parameters
    ----------
    target : str or Path
        A folder, new or with an earlier release; or a file that ends in ``.zip``.
    folder : str or Path, default "notebooks"
        Holds ``source/`` and ``course.toml``.
    names : sequence of str, default ()
        Only these notebooks, each a name or its number; none means all.

    Returns
    -------
    list of str
        The files written.

    Raises
    ------
    SourceError
        If a source is malformed, a name fits none, or files that are no release stand in ``target``.
    StorageError
        If a file could not be written.
    """
    target = Path(target)
    files = _files(Path(folder), names)
    if target.suffix.lower() == ".zip":
        make_folder(target.parent)
        write_bytes(target, _zipped(target.stem, files))
        return [str(target)]
    _refuse_others(target, {f"{source.stem}.ipynb" for source in sources_of(folder)} | set(files))
    make_folder(target)
    for name, content in files.items():
        write_bytes(target / name, content)
    return [str(target / name) for name in files]


def _refuse_others(target, known):
    others = (
        sorted(path.name for path in target.iterdir() if path.name not in known) if target.is_dir() else []
    )
    if others:
        raise SourceError(
            f"{target} holds {others[0]!r}, which belongs to no release; choose a new folder, so that nothing"
            " slips in."
        )


def _files(folder, names):
    """Content of each file of the bundle by its name."""
    course = published(folder)
    sources = sources_of(folder, names)
    glossary = None if course["repository"] else terms.glossary_of(folder)
    files = {f"{source.stem}.ipynb": notebook_text(compose(source, student=True)) for source in sources}
    if glossary:
        files[terms.GLOSSARY] = terms.beside(
            glossary.read_text(encoding="utf-8"), {source.stem for source in sources}
        )
    opening = _AS_YOUR_COURSE_SAYS
    if course["repository"]:
        opening = _COLAB + _ON_A_COMPUTER
        files["requirements.txt"] = f"gpt2lab[lab] @ {package_address(course)}\n"
        files |= _environment(folder.parent / "environment.yml", files["requirements.txt"].strip())
    files["README.md"] = _README.format(table=_table(course, sources), opening=opening)
    return {name: text.encode() for name, text in files.items()}


def _environment(path, requirement):
    """The repository's environment.yml, which installs what stands beside it; in the bundle it installs what
    is published.
    """
    if not path.is_file():
        return {}
    return {path.name: re.sub(r"-e \.(\[\w+\])?", requirement, path.read_text(encoding="utf-8"))}


def _table(course, sources):
    rows = ["| notebook | the question that it answers | minutes |" + " |" * bool(course["repository"])]
    rows.append("|---|---|--:|" + "---|" * bool(course["repository"]))
    for about in map(outline, sources):
        row = f"| [{about.stem[:2]} {about.title}]({about.stem}.ipynb) | {about.question} | {about.minutes} |"
        rows.append(row + (f" {badge(course, f'{about.stem}.ipynb')} |" if course["repository"] else ""))
    return "\n".join(rows)


def _zipped(name, files):
    """A zip of one folder, the same bytes whenever it is made."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}/{file}"), text, compress_type=zipfile.ZIP_DEFLATED)
    return content.getvalue()
