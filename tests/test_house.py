"""The house keeps its order: a room uses rooms below it, never one above, and a room that is full is noticed."""

import ast
import functools
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "gpt2lab"

# Ground floor first. Rooms of one floor know nothing of each other.
FLOORS = (
    ("errors",),
    ("arguments", "captioned", "checksum", "decoding", "docstrings", "memory", "protobuf_wire", "schedule", "storage"),
    ("catalog", "document", "encoder", "event_file", "fetch", "html_page", "progress", "tensor_bundle", "text_files"),
    ("bundled", "checkpoints", "diagnosis", "engine", "estimation", "measures", "personal_data", "splitting"),
    ("data_card", "download", "importers", "overview", "run"),
    ("language_model", "splits"),
    ("corpus", "training_loop"),
    ("finetuning",),
    ("experiments",),
    ("plots",),
    ("widgets",),
    ("report",),
    ("course", "demo"),
    ("grading",),
    ("cli",),
    ("__main__",),
)
# Files that a room needs to stay readable; what they know is what the room knows.
ANNEXES = dict.fromkeys(("corpus_from_archives", "corpus_from_corpus", "corpus_from_files", "course_corpora"), "corpus")
UPWARDS = {
    ("run", "language_model"): "run.load() gives the model back; imported when it is called",
    ("progress", "widgets"): "in a notebook the bar is the live monitor; imported when it is shown",
}
# What lies below and a room could use, but must not.
APART = {
    "grading": {"widgets": "the sandbox has no page to show them on", "engine": "only a student's kernel starts TensorFlow"},
    "course": {"widgets": "a notebook calls them itself"},
    "measures": {"engine": "a measure takes a model that can score"},
    "report": {"widgets": "a page that moves cannot be printed"},
}
WITHOUT_TENSORFLOW = ("catalog", "checkpoints", "corpus", "diagnosis", "download", "estimation", "measures", "run", "splits", "storage")
# What is imported from outside, and the only rooms that may.
OUTSIDE = {
    "tensorflow": {"engine"}, "gpt_2_simple": {"engine"}, "matplotlib": {"captioned", "plots"}, "ipywidgets": {"progress", "widgets"},
    "requests": {"fetch"}, "click": {"cli"}, "nbformat": {"course"}, "nbclient": {"course"}, "sklearn": {"measures"},
}
FULL = 300  # lines of a file
FULLER = {
    "gpt2lab/language_model.py": "the one object of a model: its methods share a session and a lock",
    "gpt2lab/finetuning.py": "a third of it is the docstring of finetune, which names every argument that gpt-2-simple users know",
    "gpt2lab/course/checking.py": "half of it is docstrings; the checks of all notebooks import from here alone",
    "gpt2lab/tensor_bundle.py": "one file format, read and written: who mends one half needs the other in sight",
    "gpt2lab/grading/submissions.py": "one function a platform; together they are the list of platforms",
    "gpt2lab/grading/answers.py": "what a student may write in an answer, decided in one place",
    "tests/test_answers.py": "a table of answers, right and wrong",
    "tests/test_submissions.py": "one archive a platform",
    "tests/test_finetuning.py": "each promise of the training loop is a test, and they share one run",
    "tests/test_experiments.py": "they share one grid, which takes its time",
    "tests/test_language_model.py": "they share two models in memory",
    "tests/test_corpus.py": "an importer, its errors and what it keeps, side by side",
    "tests/test_download.py": "a server that fails in every way, and what each failure says",
    "tests/test_report.py": "they share one report, which takes its time",
    "tests/test_course.py": "the builder of notebooks and every mistake that a source can have",
    "tests/test_sweep.py": "they share one sweep, which takes its time",
}


def room(module):
    """The room of a module: ``gpt2lab.measures.overlap`` is in ``measures``."""
    name = module.split(".")[1] if "." in module else "__init__"
    return ANNEXES.get(name, name)


@functools.cache
def imports(path):
    """The modules that a file imports, at its top or inside of a function."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found += [f"gpt2lab.{alias.name}" for alias in node.names] if node.module == "gpt2lab" else [node.module]
    return found


def files():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield room(".".join(path.relative_to(ROOT).with_suffix("").parts)), path


def arrows():
    """{room: {room that it uses: the file that does}}; the name of the package itself, and its version, are no room."""
    found = {}
    for at, path in files():
        used = {room(module) for module in imports(path) if module.startswith("gpt2lab")} - {at, "__init__", "__version__", "gpt2lab"}
        for other in used:
            found.setdefault(at, {}).setdefault(other, path.name)
    return found


FLOOR = {name: number for number, floor in enumerate(FLOORS) for name in floor}
ARROWS = arrows()


def test_every_room_has_its_floor():
    assert sorted({name for name, _ in files()} - {"__init__"}) == sorted(FLOOR)


def test_no_room_uses_one_above_it_or_beside_it():
    upwards = {(at, other): file for at, used in ARROWS.items() for other, file in used.items() if FLOOR[other] >= FLOOR[at]}
    assert {pair: file for pair, file in upwards.items() if pair not in UPWARDS} == {}
    assert set(UPWARDS) <= set(upwards), "an exception that is not needed any more"


@pytest.mark.parametrize("at", APART)
def test_what_a_room_must_not_know_it_does_not(at):
    assert set(ARROWS[at]) & set(APART[at]) == set()


def reached(at):
    """The rooms that one uses, and those that these use, and so on; not through what is imported when it is called only."""
    seen, waiting = set(), [at]
    while waiting:
        now = waiting.pop()
        new = {other for other in ARROWS.get(now, ()) if (now, other) not in UPWARDS} - seen
        seen |= new
        waiting += new
    return seen


@pytest.mark.parametrize("at", WITHOUT_TENSORFLOW)
def test_rooms_without_tensorflow_reach_none_that_has_it(at):
    assert "engine" not in reached(at)


def test_rooms_with_tensorflow_reach_it():
    assert all("engine" in reached(at) for at in ("language_model", "finetuning", "experiments"))


@pytest.mark.parametrize("library", OUTSIDE)
def test_a_library_is_known_to_its_rooms_only(library):
    users = {at for at, path in files() if any(module.split(".")[0] == library for module in imports(path))}
    assert users == OUTSIDE[library]


def test_a_file_that_is_fuller_than_others_has_a_reason():
    sources = [path for folder in ("gpt2lab", "tests", "benchmarks", "tools") for path in (ROOT / folder).rglob("*.py")]
    full = {path.relative_to(ROOT).as_posix() for path in sources if len(path.read_text(encoding="utf-8").splitlines()) > FULL}
    assert full == set(FULLER)
