"""What contributors and those who cite are told is true: commands, files and versions exist."""

import ast
import re
import tomllib

import pytest
import test_house
import yaml
from packaging.specifiers import SpecifierSet
from places import REPOSITORY

import gpt2lab as lab
from gpt2lab.cli import main

PAGE = (REPOSITORY / "docs" / "contributors.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    {
        line.split("  #")[0].strip()
        for block in re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
        for line in block.splitlines()
        if line.strip()
    }
    | set(re.findall(r"`((?:(?:make|gpt2lab|python) |\.ci/)[^`…]*)`", PAGE))
)


def files(words):
    return [REPOSITORY / word for word in words if "/" in word and not word.startswith("-")]


def test_the_page_names_commands():
    assert len(COMMANDS) >= 8 and "make check" in COMMANDS and ".ci/run" in COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_exists(command):
    program, *words = command.split()
    if program == "make":
        targets = re.findall(
            r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        assert words and set(words) <= set(targets)
    elif program == "gpt2lab":
        known = main.commands[words[0]]
        options = {
            option for parameter in known.params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        assert {word for word in words if word.startswith("--")} <= options
    elif program == "python":
        extra = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"][
            "optional-dependencies"
        ]["test"]
        assert words[0] == "-m" and any(requirement.startswith(words[1]) for requirement in extra)
        assert all(path.exists() for path in files(words))
    else:
        assert (REPOSITORY / program).is_file(), program


def test_every_file_that_is_named_exists():
    named = set(
        re.findall(r"`((?:gpt2lab|tests|notebooks|docs)/[\w/.]*|[A-Z]\w+\.(?:md|cff)|pyproject\.toml)`", PAGE)
    )
    there = {
        path
        for path in named
        if (REPOSITORY / path).exists()
        or list(REPOSITORY.glob(path.replace("NN", "0?").replace("_name", "_*")))
    }
    assert len(named) > 10 and named - there == set()
    assert {
        target
        for target in re.findall(r"\]\((\w[\w./]*)\)", PAGE)
        if not (REPOSITORY / "docs" / target).is_file()
    } == set()


def test_the_drawing_of_the_house_is_the_house():
    arrows = {room: uses for room, uses in test_house.arrows().items() if room != "__main__"}
    reached = {}
    for room in sorted(arrows, key=test_house.ROOMS.index):  # from the ground up
        reached[room] = arrows[room].union(*(reached[used] for used in arrows[room]))
    needed = {
        (room, used)
        for room, uses in arrows.items()
        for used in uses
        if not any(used in reached[other] for other in uses)
    }
    drawn = re.findall(r"^    (\w+) --> (\w+)", PAGE, flags=re.MULTILINE)
    assert {tuple("__init__" if room == "face" else room for room in pair) for pair in drawn} == needed


def test_every_room_has_its_line():
    rows = re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|", PAGE, flags=re.MULTILINE)
    rooms = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert rooms == {room for room in test_house.ROOMS if not room.startswith("__")}


STATIONS = re.findall(r"^\| `([\w/]+\.py): (\w+)` \|", PAGE, flags=re.MULTILINE)


@pytest.mark.parametrize("file, name", STATIONS)
def test_every_station_of_a_journey_is_there(file, name):
    tree = ast.parse((REPOSITORY / "gpt2lab" / file).read_text(encoding="utf-8"))
    defined = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert len(STATIONS) > 20 and name in defined


def test_the_citation_has_what_its_schema_requires():
    # What version 1.2.0 of the Citation File Format requires, and the values that it allows:
    # https://github.com/citation-file-format
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0" and citation["type"] in ("software", "dataset")
    allowed = {
        "cff-version",
        "message",
        "title",
        "authors",
        "type",
        "abstract",
        "version",
        "license",
        "keywords",
        "repository-code",
        "date-released",
        "doi",
        "url",
    }
    assert set(citation) <= allowed
    assert citation["authors"] and all(
        "name" in author or {"family-names", "given-names"} & set(author) for author in citation["authors"]
    )
    assert all(
        isinstance(citation[key], str) and citation[key].strip()
        for key in ("message", "title", "abstract", "version", "license")
    )
    assert len(set(citation["keywords"])) == len(citation["keywords"])


def test_citation_package_and_project_have_one_version_and_licence():
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["version"] == project["version"] == lab.__version__
    assert citation["license"] == project["license"] and [
        author["name"] for author in citation["authors"]
    ] == [author["name"] for author in project["authors"]]


def test_binder_gets_python_and_this_package_and_nothing_else():
    asked = yaml.safe_load((REPOSITORY / "environment.yml").read_text(encoding="utf-8"))
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python, pip, packages = asked["dependencies"]
    assert pip == "pip" and packages == {"pip": ["-e .[lab]"]} and "lab" in project["optional-dependencies"]
    assert SpecifierSet(project["requires-python"]).contains(python.partition("=")[2])
