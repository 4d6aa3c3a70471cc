"""Show the value of an answer as plain values. This file's text is run in the student's kernel, after the
answer: standard library only.

What arrives outside is what the student's side says of itself, no more; it is read by
`gpt2lab.grading.sandbox.payload`.
"""

import json
import math
import numbers

MIME = "application/vnd.gpt2lab.answer+json"
DEPTH = 4
ITEMS = 2000
CHARACTERS = 20_000


def show(answer, calls=None):
    """Publish the value of ``answer()``; if it is a function, what it returns for each tuple of arguments in
    ``calls``.
    """
    try:
        value = answer()
        made = _outcomes(value, calls) if calls is not None and callable(value) else plain(value)
    except BaseException as error:
        made = _error(error)
    get_ipython().display_pub.publish({MIME: json.dumps(made)})  # noqa: F821


def _outcomes(function, calls):
    outcomes = []
    for arguments in calls:
        try:
            outcomes.append(plain(function(*arguments)))
        except BaseException as error:
            outcomes.append(_error(error))
    return {"kind": "function", "outcomes": outcomes}


def _error(error):
    return {
        "kind": "error",
        "type": type(error).__name__[:100],
        "name": str(getattr(error, "name", None) or "")[:100],
    }


def plain(value, depth=0):
    """A value as a dictionary with its kind, of JSON's own types."""
    kind = type(value).__name__[:100]
    other = {"kind": "other", "type": kind}
    if value is None or value is ...:
        return {"kind": "missing"}
    if isinstance(value, bool) or kind in ("bool_", "bool"):
        return {"kind": "bool", "value": bool(value)}
    if isinstance(value, str):
        return {"kind": "text", "value": str(value)[:CHARACTERS]}
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:  # NumPy's scalars
        scalar = value.item()
        if type(scalar) is not type(value):
            return plain(scalar, depth)
    if isinstance(value, numbers.Integral) and abs(value) < 2**63:
        return {"kind": "number", "value": int(value)}
    if isinstance(value, numbers.Real) or kind == "Decimal":  # also those of NumPy's long double and of sympy
        try:
            value = float(value)
        except OverflowError:
            value = math.inf if value > 0 else -math.inf
        return {"kind": "number", "value": value if math.isfinite(value) else repr(value)}
    if depth >= DEPTH:
        return other
    if isinstance(value, dict):
        items = list(value.items())[:ITEMS]
        return {"kind": "dict", "items": [[_key(key), plain(item, depth + 1)] for key, item in items]}
    if isinstance(value, (list, tuple)):
        return {
            "kind": "tuple" if isinstance(value, tuple) else "list",
            "items": [plain(item, depth + 1) for item in value[:ITEMS]],
        }
    if kind == "DataFrame":
        columns = [
            [_key(name), [plain(item, DEPTH) for item in list(value.iloc[:ITEMS, at])]]
            for at, name in enumerate(list(value.columns)[:50])
        ]
        return {
            "kind": "table",
            "index": [_key(item) for item in list(value.index)[:ITEMS]],
            "columns": columns,
        }
    if kind in ("Series", "Index", "ndarray", "set", "frozenset", "dict_values", "range"):
        return {
            "kind": "list",
            "items": [plain(item, depth + 1) for item in list(value)[:ITEMS]],
            "was": kind,
        }
    return {"kind": "function"} | {"outcomes": None} if callable(value) else other


def _key(value, depth=0):
    """A key of a dict or a table: a number, a text, a tuple of such; of any other, such as a date, its
    text.
    """
    if isinstance(value, tuple) and depth < DEPTH:
        return {"kind": "tuple", "items": [_key(item, depth + 1) for item in value[:ITEMS]]}
    made = plain(value, DEPTH)
    is_plain = made["kind"] in ("bool", "text") or (made["kind"] == "number" and made["value"] != "nan")
    return made if is_plain else {"kind": "text", "value": str(value)[:CHARACTERS]}
