"""The bundle for students: their notebooks, a page that says how to open them and how to hand in, and what
to install.
"""

import io
import re
import zipfile
from pathlib import Path

from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.course.building import terms
from gpt2lab.course.building.notebooks import compose, find_sources, format_notebook
from gpt2lab.course.building.outline import read_outline
from gpt2lab.course.building.publishing import colab_badge, package_address, read_course
from gpt2lab.course.building.source import SourceError


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
    files = _compose_files(Path(folder), names)
    if target.suffix.lower() == ".zip":
        make_folder(target.parent)
        write_bytes(target, _zip(target.stem, files))
        return [str(target)]
    _refuse_others(target, {f"{source.stem}.ipynb" for source in find_sources(folder)} | set(files))
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


def _compose_files(folder, names):
    """Content of each file of the bundle by its name."""
    course = read_course(folder)
    sources = find_sources(folder, names)
    glossary = None if course["repository"] else terms.find_glossary(folder)
    files = {f"{source.stem}.ipynb": format_notebook(compose(source, student=True)) for source in sources}
    if glossary:
        files[terms.GLOSSARY] = terms.keep_links(
            glossary.read_text(encoding="utf-8"), {source.stem for source in sources}
        )
    if course["repository"]:
        files["requirements.txt"] = f"gpt2lab[lab] @ {package_address(course)}\n"
        files |= _environment(folder.parent / "environment.yml", files["requirements.txt"].strip())
    files["README.md"] = _readme(course, sources)
    return {name: text.encode() for name, text in files.items()}


def _environment(path, requirement):
    """The repository's environment.yml, which installs what stands beside it; in the bundle it installs what
    is published.
    """
    if not path.is_file():
        return {}
    return {path.name: re.sub(r"-e \.(\[\w+\])?", requirement, path.read_text(encoding="utf-8"))}


def _readme(course, sources):
    opening = _template("open_published.md" if course["repository"] else "open_unpublished.md")
    return _template("release.md").format(table=_table(course, sources), opening=opening.strip())


def _template(name):
    return Path(__file__).with_name("templates").joinpath(name).read_text(encoding="utf-8")


def _table(course, sources):
    rows = ["| notebook | the question that it answers | minutes |" + " |" * bool(course["repository"])]
    rows.append("|---|---|--:|" + "---|" * bool(course["repository"]))
    for about in map(read_outline, sources):
        row = f"| [{about.stem[:2]} {about.title}]({about.stem}.ipynb) | {about.question} | {about.minutes} |"
        rows.append(
            row + (f" {colab_badge(course, f'{about.stem}.ipynb')} |" if course["repository"] else "")
        )
    return "\n".join(rows)


def _zip(name, files):
    """A zip of one folder, the same bytes whenever it is made."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}/{file}"), text, compress_type=zipfile.ZIP_DEFLATED)
    return content.getvalue()
