"""docs/reference.md and the code agree, name by name: what stands there is what people may rely on."""

import ast
import inspect
import re
import textwrap
from importlib import import_module

import click
import pytest
from places import REPOSITORY

import gpt2lab as lab
from gpt2lab import errors
from gpt2lab.cli import main

PAGE = (REPOSITORY / "docs" / "reference.md").read_text(encoding="utf-8")
REQUIRED = inspect.Parameter.empty


def found_at(path):
    """The object of a dotted name that begins with ``lab`` or ``gpt2lab``."""
    parts = path.split(".")
    if parts[0] == "lab":
        value, rest = lab, parts[1:]
    else:
        value, rest = import_module(".".join(parts[:2])), parts[2:]
    for part in rest:
        value = getattr(value, part)
    return value


def entries():
    """(class or None, path, arguments or None) of each line of the page's Python: arguments as pairs of name
    and default.
    """
    listed = []
    for section in re.split(r"^#{2,3} ", PAGE, flags=re.MULTILINE):
        heading = re.match(r"`((?:lab|gpt2lab)[\w.]+)`", section)
        for block in re.findall(r"```python\n(.*?)```", section, flags=re.DOTALL):
            for statement in ast.parse(block).body:
                value = statement.value
                for part in value.elts if isinstance(value, ast.Tuple) else [value]:
                    call = part if isinstance(part, ast.Call) else None
                    listed.append(
                        (
                            heading and heading[1],
                            ast.unparse(call.func if call else part),
                            call and arguments(call),
                        )
                    )
    return listed


def arguments(call):
    named = [
        (keyword.arg or f"**{keyword.value.id}", ast.literal_eval(keyword.value) if keyword.arg else REQUIRED)
        for keyword in call.keywords
    ]
    plain = [(ast.unparse(argument), REQUIRED) for argument in call.args]
    # In a call * stands before names, in a signature after them.
    starred = [pair for pair in plain if pair[0].startswith("*")]
    double = [pair for pair in named if pair[0].startswith("**")]
    return (
        [pair for pair in plain if pair not in starred]
        + [pair for pair in named if pair not in double]
        + starred
        + double
    )


def of_the_signature(function):
    marks = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    pairs = [
        (marks.get(parameter.kind, "") + name, parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
    ]
    return [pair for pair in pairs if pair[0] not in ("self", "cls")]


def members(kind):
    """What a class of gpt2lab shows: methods, properties, fields and the attributes that its methods set;
    True for what is called.
    """
    shown = {}
    for base in reversed(kind.__mro__):
        if not base.__module__.startswith("gpt2lab"):
            continue
        own = {
            name: value
            for name, value in vars(base).items()
            if getattr(value, "__module__", base.__module__) != "matplotlib.artist"
        }
        shown |= {
            name: inspect.isfunction(value) or isinstance(value, (classmethod, staticmethod))
            for name, value in own.items()
        }
        shown |= dict.fromkeys(getattr(base, "__annotations__", {}), False)
        tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        stored = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        ]
        shown |= {
            node.attr: False
            for node in stored
            if isinstance(node.value, ast.Name) and node.value.id == "self" and node.attr not in shown
        }
    return {name: called for name, called in shown.items() if not name.startswith("_")}


ENTRIES = entries()
CALLS = [(of, path, given) for of, path, given in ENTRIES if given is not None]
CLASSES = sorted({of for of, _, _ in ENTRIES if of})


def target(of, path):
    """The function of a line: ``corpus.first`` stands under the heading of its class."""
    return (
        found_at(path)
        if path.startswith(("lab.", "gpt2lab."))
        else getattr(found_at(of), path.partition(".")[2])
    )


def test_the_page_is_read():
    assert (
        len(CALLS) > 80
        and len(CLASSES) > 20
        and {"lab.Corpus", "lab.LanguageModel", "lab.Run"} <= set(CLASSES)
    )


@pytest.mark.parametrize("of, path, given", CALLS, ids=[path for _, path, _ in CALLS])
def test_every_call_has_the_arguments_and_defaults_of_the_page(of, path, given):
    actual = of_the_signature(target(of, path))
    assert [name for name, _ in given] == [name for name, _ in actual]
    # True is not 1
    assert [(name, repr(default)) for name, default in given] == [
        (name, repr(default)) for name, default in actual
    ]


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_has_the_members_of_the_page_and_no_others(name):
    lines = {
        path.rpartition(".")[2]: given is not None
        for of, path, given in ENTRIES
        if of == name and not path.startswith("gpt2lab.errors")
    }
    assert lines == members(found_at(name))


def test_every_public_name_is_on_the_page():
    rooms = [name for name in lab.__all__ if inspect.ismodule(getattr(lab, name))]
    public = {f"lab.{name}" for name in lab.__all__ if name not in rooms} | {
        f"lab.{room}.{name}" for room in rooms for name in getattr(lab, room).__all__
    }
    named = {path for _, path, given in ENTRIES if given is not None} | set(CLASSES)
    assert public - named == set()
    assert {path for path in named if path.count(".") == 1 and path.startswith("lab.")} - public == set()


def test_every_kind_of_error_is_on_the_page():
    kinds = {
        f"gpt2lab.errors.{name}"
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and kind is not lab.LabError
    }
    assert {
        path for _, path, given in ENTRIES if given is None and path.startswith("gpt2lab.errors.")
    } == kinds


def commands():
    """{command: what stands after it} of the page."""
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    lines = re.sub(r"\n    ", " ", block).splitlines()
    return {line.split()[1]: line.split()[2:] for line in lines if line.startswith("gpt2lab ")}


@pytest.mark.parametrize("name", sorted({*commands(), *main.commands}))
def test_every_command_has_the_options_of_the_page(name):
    actual = [
        (
            p.human_readable_name.upper()
            if isinstance(p, click.Argument)
            else "/".join([*p.opts, *p.secondary_opts])
        )
        for p in main.commands[name].params
    ]
    assert commands()[name] == actual


def columns(table):
    """The columns of the table that the page calls so."""
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{table}` |")]
    return re.findall(r"`([^`]+)`", row.split("|")[2])


def test_tables_have_the_columns_of_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = lab.presidential_speeches(since=2015).first(20_000)
    samples = ["The state of the union is not weak.", "It will be so, they say to us."]
    made = {
        "lab.models()": lab.models(),
        "splits.describe()": texts.split().describe("1M"),
        "lab.overlap(samples, reference).table": lab.overlap(samples, texts).table,
        "lab.compare_overlap(before, after, reference).table": (
            lab.compare_overlap(samples, samples, texts).table
        ),
        "lab.copied(samples, train)": lab.copied(samples, texts),
        "lab.copied_spans(sample, train)": lab.copied_spans(samples[0], texts),
        "lab.course.predictions()": lab.course.predictions(),
    }
    assert {name: list(table.columns) for name, table in made.items()} == {
        name: columns(name) for name in made
    }


@pytest.mark.slow
def test_tables_of_a_model_have_the_columns_of_the_page(small, run):
    texts = lab.Corpus.from_texts(["The state of the union is strong.", "It will be so."])
    found = lab.perplexity(small, texts)
    made = {
        "run.history": run.history,
        "lm.next_tokens(text)": small.next_tokens("The"),
        "lm.score(text)": small.score("The state"),
        "lab.perplexity(lm, text).table": found.table,
        "lab.compare_perplexity(before, after).table": lab.compare_perplexity(found, found).table,
        "lab.sweep(lm)": lab.sweep(
            small, temperature=[1.0], nsamples=2, length=8, reference=texts, train=texts
        ),
    }
    assert {name: list(table.columns) for name, table in made.items()} == {
        name: columns(name) for name in made
    }
