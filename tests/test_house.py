"""The plan of the house, and that the code keeps to it: rooms use rooms below them, and nothing goes in a
circle.
"""

import ast
import functools
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "gpt2lab"

# From the ground up. A room may use those below it; what lives in each stands at the top of its __init__.py.
ROOMS = """
    errors base pretrained corpus engine measures language_model training experiments plots widgets report
    course grading demo __init__ cli __main__
""".split()
# What lies below and could be used, but must not.
APART = {
    "corpus": {"a text knows no model": "engine"},
    "measures": {"a measure takes a model that can score": "engine"},
    "report": {"a page that moves cannot be printed": "widgets"},
    "course": {"a notebook calls them itself": "widgets"},
    "grading": {
        "the sandbox has no page to show them on": "widgets",
        "only a student's kernel starts TensorFlow": "engine",
    },
}
# Libraries, and the rooms that may know of them.
LIBRARIES = {
    "tensorflow": "engine",
    "gpt_2_simple": "engine",
    "matplotlib": "base plots",
    "ipywidgets": "widgets",
    "requests": "pretrained",
    "click": "cli",
    "nbformat": "course",
    "nbclient": "course",
    "sklearn": "measures",
}
FILES_OF_A_FOLDER, ENTRIES_OF_THE_PACKAGE = 16, 24


def name_of(path):
    """The dotted name of a file inside of the package; that of a folder is its own, without ``__init__``."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


FILES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@functools.cache
def imports(file):
    """The dotted names that a file imports, at its top or inside of a function."""
    found = set()
    for node in ast.walk(ast.parse(FILES[file].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@functools.cache
def used(file):
    """The files of the package that a file imports something from."""
    found = set()
    for name in imports(file):
        package, *parts = name.split(".")
        if package == "gpt2lab":
            ends = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
            places = [place for end in ends for place in (end, f"{end}.__init__")]
            found.add(next((place for place in places if place in FILES), "__init__"))
    return found - {file}


def arrows(folder=""):
    """{entry of a folder: the other entries that it uses}; entries are files and folders."""
    inside = {file: file.removeprefix(folder).split(".")[0] for file in FILES if file.startswith(folder)}
    found = {entry: set() for entry in inside.values()}
    for file, entry in inside.items():
        found[entry] |= {inside[other] for other in used(file) if other in inside} - {entry}
    return found


def test_every_room_has_its_place():
    assert sorted(arrows()) == sorted(ROOMS)


def test_no_room_uses_one_above_it():
    upwards = {
        (at, other)
        for at, others in arrows().items()
        for other in others
        if ROOMS.index(other) > ROOMS.index(at)
    }
    assert upwards == set()


@pytest.mark.parametrize("at", APART)
def test_what_a_room_must_not_know_it_does_not(at):
    assert arrows()[at] & set(APART[at].values()) == set()


@pytest.mark.parametrize(
    "folder", sorted({"", *(file.rpartition(".")[0] + "." for file in FILES if "." in file)})
)
def test_nothing_in_a_folder_goes_in_a_circle(folder):
    try:
        TopologicalSorter(arrows(folder)).prepare()
    except CycleError as error:
        pytest.fail(f"gpt2lab/{folder.replace('.', '/')}: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_known_to_its_rooms_only(library):
    users = {
        file.split(".")[0] for file in FILES if any(name.split(".")[0] == library for name in imports(file))
    }
    assert users == set(LIBRARIES[library].split())


def test_every_folder_can_be_overlooked():
    folders = {path.parent for path in FILES.values()}
    full = {
        folder: count for folder in folders if (count := len(list(folder.glob("*.py")))) > FILES_OF_A_FOLDER
    }
    assert full == {}
    assert len([path for path in PACKAGE.iterdir() if path.name != "__pycache__"]) <= ENTRIES_OF_THE_PACKAGE


@pytest.mark.parametrize("room", sorted({path.parent for path in FILES.values()} - {PACKAGE}))
def test_every_folder_says_what_lives_there(room):
    assert ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
