"""Refuse a bad value before TensorFlow starts, in one sentence that says what would be right."""

import math
import numbers
import os
import re
from pathlib import Path

from gpt2lab.errors import ArgumentError


def whole_number(name, value, low, high=None, why_high=""):
    """Return ``value`` as an int in [``low``, ``high``].

    Raises
    ------
    ArgumentError
        If it is no whole number or lies outside the range; ``why_high`` says where the upper limit comes
        from.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or value != _int_or_none(value):
        raise ArgumentError(f"{name}={value!r} is not a whole number; give an integer of {low} or more.")
    value = int(value)
    if value < low:
        raise ArgumentError(f"{name}={value} is below {low}; give an integer of {low} or more.")
    if high is not None and value > high:
        raise ArgumentError(
            f"{name}={value} is above {high:,}{f' ({why_high})' if why_high else ''}; give an integer from"
            f" {low} to {high:,}."
        )
    return value


def _int_or_none(value):
    """The integer nearest to a finite ``value`` towards zero, else None (infinities and NaN have none)."""
    return int(value) if isinstance(value, numbers.Integral) or math.isfinite(value) else None


def real_number(name, value, low=None, high=None, above=None):
    """Return ``value`` as a finite float, at least ``low``, at most ``high``, and strictly more than
    ``above``.

    Raises
    ------
    ArgumentError
        If it is no finite number or lies outside the range.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not _fits_a_float(value):
        raise ArgumentError(
            f"{name}={value!r} is not a finite number; give {_describe_range(low, high, above)}."
        )
    value = float(value)
    if (
        (low is not None and value < low)
        or (high is not None and value > high)
        or (above is not None and value <= above)
    ):
        raise ArgumentError(f"{name}={value:g} is out of range; give {_describe_range(low, high, above)}.")
    return value


def _fits_a_float(value):
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer above 1.8e308
        return False


def _describe_range(low, high, above):
    if low is not None and high is not None:
        return f"a number from {low:g} to {high:g}"
    if low is not None:
        return f"a number of {low:g} or more"
    if above is not None:
        return f"a number above {above:g}"
    return "a number"


def one_of(name, value, choices):
    """Return ``value`` if it is one of ``choices``.

    Raises
    ------
    ArgumentError
        Otherwise; the message lists them.
    """
    if value not in choices:
        raise ArgumentError(f"{name}={value!r} is unknown; choose one of {', '.join(map(repr, choices))}.")
    return value


def yes_or_no(name, value):
    """Return ``value`` as a bool.

    Raises
    ------
    ArgumentError
        If it is something else: ``"no"`` would count as true.
    """
    # numpy's own, whether it is loaded or not
    if value is True or value is False or type(value).__name__ in ("bool", "bool_"):
        return bool(value)
    raise ArgumentError(f"{name}={value!r} is neither True nor False; give one of the two.")


def folder_path(name, value):
    """Return ``value`` as a Path.

    Raises
    ------
    ArgumentError
        If it is empty or no path at all.
    """
    if not isinstance(value, (str, os.PathLike)) or not str(value) or "\0" in str(value):
        raise ArgumentError(
            f"{name}={value!r} is no path; give the name of a folder, for example 'checkpoint'."
        )
    return Path(value).expanduser()


def folder_name(name, value):
    """Return ``value`` if it can name one folder, on any system.

    Raises
    ------
    ArgumentError
        If it is empty, a path, or has characters that some file system refuses.
    """
    if (
        not isinstance(value, str)
        or not re.fullmatch(r"[^\s/\\:*?\"<>|.][^/\\:*?\"<>|\x00-\x1f]*", value)
        or len(value) > 100
    ):
        raise ArgumentError(
            f"{name}={value!r} cannot name a folder; use letters, digits, '-' and '_', for example 'run1'."
        )
    return value


def file_path(path):
    """Return ``path`` as a Path.

    Raises
    ------
    ArgumentError
        If it is none, such as a text where the name of its file belongs.
    """
    if not isinstance(path, (str, os.PathLike)) or (
        isinstance(path, os.PathLike) and not isinstance(os.fspath(path), str)
    ):
        raise ArgumentError(f"path={path!r} is not a path; give a string or a pathlib.Path.")
    if isinstance(path, str) and (
        not path.strip() or "\n" in path or "\0" in path or max(map(len, Path(path).parts)) > 255
    ):
        raise ArgumentError(
            f"path={path[:40]!r}... is not a path; a text itself goes into Corpus.from_texts([text])."
            if path.strip()
            else "path is empty; give the name of a file or folder."
        )
    return Path(path).expanduser()
