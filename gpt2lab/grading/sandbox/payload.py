"""Read what the probe in a student's kernel printed. It may be anything: what is no plain value of the known
kinds is refused.
"""

import builtins
import json
import math

from gpt2lab.grading.sandbox.probe import CHARACTERS, DEPTH, ITEMS

LONGEST = 2_000_000  # characters
UNREAD = "Your answer could not be read: its cell, or what it left running, disturbed the check."
# What a student's object may be called in a reason. Its real name is the student's to choose, so that it
# could carry hidden inputs to the outside.
_KINDS = {
    *dir(builtins),
    *"ndarray Series Index DataFrame module Figure Axes".split(),
    *"LanguageModel Corpus Run Splits Perplexity".split(),
}
_WERE_LISTS = ("Series", "Index", "ndarray", "set")
# Those that are made without arguments.
_PLAIN_ERRORS = (
    ValueError,
    TypeError,
    NameError,
    ZeroDivisionError,
    RecursionError,
    IndexError,
    KeyError,
    AttributeError,
)
_MISSING = ...


class Unreadable(ValueError):
    """The probe's output is none."""


class Other:
    """An answer of a kind that no exercise asks for; a check says so."""


class Outcomes:
    """A student's function, known by what it returned for the arguments that the key named."""

    __name__ = "your function"

    def __init__(self, calls, outcomes):
        self._outcomes = dict(zip(map(repr, calls), outcomes))

    def __call__(self, *arguments):
        outcome = self._outcomes.get(repr(arguments), Failure("LookupError"))
        if isinstance(outcome, Failure):
            raise outcome.as_exception()
        return outcome


class Failure:
    """An error in the place of a value: the name of its kind, and for a NameError the name."""

    def __init__(self, kind, name=""):
        known = getattr(builtins, kind, None)
        self.kind = (
            kind if isinstance(known, type) and issubclass(known, BaseException) else "error of its own"
        )
        self.name = name if name.isidentifier() and len(name) <= 60 else ""

    def as_exception(self):
        known = getattr(builtins, self.kind, RuntimeError)
        return known() if known in _PLAIN_ERRORS else RuntimeError()


def read_payload(text, calls=None):
    """The value that a probe's output stands for.

    Parameters
    ----------
    text : str
        JSON, from a kernel that is not trusted.
    calls : list of tuple, optional
        The arguments with which a function was called.

    Returns
    -------
    object
        A number, text, list, tuple, dict, DataFrame, `Outcomes`, `Failure`, `Other`, or ``...`` for a missing
        answer.

    Raises
    ------
    Unreadable
        If it is no such output.
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        raise Unreadable("the answer is longer than two million characters")
    try:
        return _value(json.loads(text), calls)
    except Exception as error:  # of the readers of JSON, of pandas
        raise Unreadable(f"the probe's output cannot be read ({type(error).__name__})") from error


def _value(made, calls=None, depth=0):
    kind = made["kind"]
    if depth > DEPTH + 1:
        raise Unreadable("nested too deeply")
    if kind == "missing":
        return _MISSING
    if kind == "bool":
        return bool(made["value"])
    if kind == "number":
        value = made["value"]
        value = float(value) if isinstance(value, str) else value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Unreadable("no number")
        return value
    if kind == "text":
        return _text(made["value"])
    if kind in ("list", "tuple"):
        items = [_value(item, depth=depth + 1) for item in _short_list(made["items"])]
        if kind == "list" and made.get("was") in _WERE_LISTS:
            return type(made["was"], (list,), {})(items)  # a reason says what it was
        return tuple(items) if kind == "tuple" else items
    if kind == "dict":
        return {_key(key): _value(item, depth=depth + 1) for key, item in _short_list(made["items"])}
    if kind == "table":
        return _table(made)
    if kind == "function":
        return _function(made["outcomes"], calls)
    if kind == "error":
        return Failure(_text(made["type"]), _text(made["name"]))
    if kind == "other":
        return type(made["type"] if made["type"] in _KINDS else "object", (Other,), {})()
    raise Unreadable("an unknown kind of value")


def _function(outcomes, calls):
    if outcomes is None or calls is None:
        return lambda *_: None
    if len(outcomes) != len(calls):
        raise Unreadable("not one outcome for each call")
    return Outcomes(calls, [_value(outcome) for outcome in outcomes])


def _text(value):
    if not isinstance(value, str) or len(value) > CHARACTERS:
        raise Unreadable("no text, or a longer one than a probe shows")
    return value


def _short_list(items):
    if not isinstance(items, list) or len(items) > ITEMS:
        raise Unreadable("no list, or a longer one than a probe shows")
    return items


def _key(made, depth=0):
    if made["kind"] == "tuple" and depth <= DEPTH:
        return tuple(_key(item, depth + 1) for item in _short_list(made["items"]))
    key = _value(made)
    if not isinstance(key, (str, int, float, bool)) or (isinstance(key, float) and math.isnan(key)):
        raise Unreadable("a key that is neither text nor number")
    return key


def _table(made):
    import pandas as pd

    index = [_key(item) for item in _short_list(made["index"])]
    columns = _short_list(made["columns"])
    table = pd.DataFrame(
        {at: [_cell(item) for item in _short_list(column)] for at, (_, column) in enumerate(columns)},
        index=pd.Index(index),
    )
    # Names may stand there twice, and tuples make several levels.
    table.columns = pd.Index([_key(name) for name, _ in columns])
    return table


def _cell(made):
    value = _value(made)
    return math.nan if value is _MISSING else value if isinstance(value, (str, int, float, bool)) else None
