"""Where a course is published, from its ``course.toml``, and what its notebooks say of it: badges of Colab
and Binder, the line that installs the package.

Until ``repository`` is set they have neither.
"""

import re
import tomllib
from pathlib import Path

from gpt2lab.course.building.source import SourceError

_SETUP = """\
# Set-up: run this cell first.
{install}import gpt2lab as lab

# Colab deletes your files some time after you leave; this line, without its #, keeps them:
# lab.course.keep_on_drive()
{models}"""
_MODELS = 'MODEL, OTHER_MODEL = lab.course.model_names("{notebook}")'
_THREE_MODELS = 'MODEL, OTHER_MODEL, THIRD_MODEL = lab.course.model_names("{notebook}", 3)'
_INSTALL = """\
import importlib.util
import sys

if "google.colab" in sys.modules and importlib.util.find_spec("gpt2lab") is None:
    %pip install -q "{address}"

"""
_BINDER = "https://mybinder.org/v2/gh/{repository}/{branch}?urlpath=lab/tree/notebooks/{path}"
_COLAB = "https://colab.research.google.com/github/{repository}/blob/{branch}/notebooks/{path}"


def read_course(folder):
    """``repository`` (OWNER/NAME, empty until the course is published), ``branch`` and what else
    ``folder/course.toml`` says, as a dict.

    Raises
    ------
    SourceError
        If the file is no TOML, or the repository is not of that form.
    """
    path = Path(folder) / "course.toml"
    course = {"repository": "", "branch": "main"}
    if path.is_file():
        try:
            course |= tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise SourceError(f"{path}: {error}") from None
    if course["repository"] and not re.fullmatch(r"[\w.-]+/[\w.-]+", course["repository"]):
        raise SourceError(f"{path}: repository = {course['repository']!r} is not of the form 'OWNER/NAME'.")
    return course


def package_address(course):
    """What pip installs the package of a published course from."""
    return f"git+https://github.com/{course['repository']}@{course['branch']}"


def colab_badge(course, path):
    """Markdown of the badge that opens a notebook of a published course in Colab; ``path`` is seen from the
    folder of the notebooks.
    """
    address = _COLAB.format(
        repository=course["repository"], branch=course["branch"], path=Path(path).as_posix()
    )
    return f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({address})"


def binder_badge(course, path):
    """Markdown of the badge that opens a notebook on Binder, a free server without a GPU that is set up from
    the repository's ``environment.yml``.
    """
    address = _BINDER.format(
        repository=course["repository"], branch=course["branch"], path=Path(path).as_posix()
    )
    return f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({address})"


def file_address(course, path):
    """Where a file of a published course's repository is shown."""
    return f"https://github.com/{course['repository']}/blob/{course['branch']}/{path}"


def set_up_cell(course, notebook, cells=()):
    """The first cell of code of a notebook, the same for all but for the notebook's number, such as ``"07"``,
    and for the third model, which it names where one of the ``cells`` does.
    """
    three = any("THIRD_MODEL" in cell.source for cell in cells)
    return _SETUP.format(
        install=_INSTALL.format(address=package_address(course)) if course["repository"] else "",
        models=(_THREE_MODELS if three else _MODELS).format(notebook=notebook),
    )
