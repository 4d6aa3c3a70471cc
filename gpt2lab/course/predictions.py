"""Guess before you look: guesses are written down before a result is known, to be counted afterwards over all
notebooks (`scoreboard`).

They are kept in ``predictions.json`` in the folder where a notebook runs, beside the runs. The predictions of
the notebooks (exercises that score nothing) are written there too, by their checks.
"""

import contextlib
import json
import math
import numbers
import os
import re
from pathlib import Path

from gpt2lab.base.storage import lock, write_bytes
from gpt2lab.errors import ArgumentError, StorageError

FILE = "predictions.json"
DIRECTIONS = ("up", "down", "same")
SAME = 0.01  # a change by less than this share is none
TOLERANCE = 0.1  # of a guessed number, if none is given: this share of it


def predict(question: str, /, **guesses: str | float | tuple[float, float]) -> None:
    """Write a guess down before its result is known, and print it.

    A guess may be changed until `outcome` was called for it; after that it stays as it was.

    Parameters
    ----------
    question : str
        In a few words, the same ones that `outcome` is called with: ``"temperature from 0.5 to 1.5"``.
    **guesses : str, float or (float, float)
        Named, one or several: ``'up'``, ``'down'`` or ``'same'``; a number, which is right within a tenth of
        itself; a number and how far it may be off; or a word, such as the name of a model. ``...`` stands for
        no guess yet.

    Raises
    ------
    ArgumentError
        If there is no question, or a guess is none of these.
    """
    checked = _check_values(question, guesses, _read_guess, "dist1='up'")
    with _record() as record:
        for name, guess in checked.items():
            if guess is None:
                print(f"No guess yet for {name}: put one in the place of the ...")
                continue
            kept = _write_guess(record, question, name, guess, _notebook())
            print(
                f"{name}: the result is known already, so your guess stays {format_value(kept)}."
                if kept
                else f"{name}: you guess {format_value(guess)}."
            )


def outcome(question: str, /, **results: str | float | tuple[float, float]) -> None:
    """Write down what came out, and print how the guess did.

    Parameters
    ----------
    question : str
        That of `predict`.
    **results : str, float or (float, float)
        For each name what came out: ``'up'``, ``'down'`` or ``'same'``, a number, a word; or the numbers
        before and after, from which up, down or same (a change by less than a hundredth) is derived.

    Raises
    ------
    ArgumentError
        If a result is none of these, or cannot be compared with the guess.
    """
    checked = _check_values(question, results, _read_result, "dist1=(before, after)")
    with _record() as record:
        for name, found in checked.items():
            if found is None:
                print(f"No result yet for {name}.")
                continue
            entry = _entry(record, question, name) or {
                "notebook": _notebook(),
                "question": question,
                "name": name,
                "guess": None,
            }
            right = _is_right(name, entry["guess"], found)
            print(_compare(name, entry, found, right))
            if entry.get("outcome") is None:
                _put(record, entry | {"outcome": found, "right": right})


def written_guesses():
    """The entries of this folder in which something was guessed."""
    with _record(change=False) as record:
        return [entry for entry in record if entry["guess"] is not None]


def note(label, question, guess, outcome, options):
    """Write down, silently, what the check of a prediction found; the first guess that was checked is the one
    that counts.

    Where nothing can be written, as in grading, there is nothing to note.
    """
    with contextlib.suppress(StorageError), _record(quiet=True) as record:
        entry = {
            "notebook": label[:2],
            "question": question,
            "name": label,
            "guess": guess,
            "options": options,
        }
        if _entry(record, question, label) is None:
            _put(record, entry | {"outcome": outcome, "right": guess == outcome})


def _write_guess(record, question, name, guess, notebook):
    """Put a guess into the record, or give back the earlier one if its result is known."""
    earlier = _entry(record, question, name)
    if earlier and earlier.get("outcome") is not None:
        return earlier["guess"] or "not made"
    options = len(DIRECTIONS) if guess in DIRECTIONS else None
    _put(
        record, {"notebook": notebook, "question": question, "name": name, "guess": guess, "options": options}
    )
    return None


def _entry(record, question, name):
    return next((entry for entry in record if (entry["question"], entry["name"]) == (question, name)), None)


def _put(record, entry):
    """Put an entry in the place of that of the same question and name, or at the end."""
    earlier = _entry(record, entry["question"], entry["name"])
    if earlier is None:
        record.append(entry)
    else:
        record[record.index(earlier)] = entry


# What a guess and a result may be.


def _check_values(question, values, check, example):
    if not isinstance(question, str) or not question.strip():
        raise ArgumentError(
            f'question={question!r} is no question; write it in a few words, for example "temperature from'
            ' 0.5 to 1.5".'
        )
    if not values:
        raise ArgumentError(f"Nothing is named; write for example {example}.")
    return {
        name: None if value is ... or value is None else check(name, value) for name, value in values.items()
    }


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def _plain(value):
    return int(value) if isinstance(value, numbers.Integral) else float(value)


def _is_pair(value):
    return isinstance(value, (tuple, list)) and len(value) == 2 and all(map(_is_number, value))


def _normalize(value):
    return " ".join(value.lower().split())


def _read_guess(name, value):
    if isinstance(value, str) and value.strip():
        return _normalize(value)
    if _is_number(value):
        return [_plain(value), abs(TOLERANCE * value)]
    if _is_pair(value) and value[1] >= 0:
        return [_plain(part) for part in value]
    raise ArgumentError(
        f"{name}={value!r} is no guess; give 'up', 'down' or 'same', a word, a number, or a number and how"
        " far it may be off, as in (40, 5)."
    )


def _read_result(name, value):
    if isinstance(value, str) and value.strip():
        return _normalize(value)
    if _is_number(value):
        return _plain(value)
    if _is_pair(value):
        before, after = map(float, value)
        return (
            "same"
            if abs(after - before) <= SAME * max(abs(before), abs(after))
            else "up"
            if after > before
            else "down"
        )
    raise ArgumentError(
        f"{name}={value!r} is no result; give 'up', 'down' or 'same', a number, a word, or the numbers before"
        " and after."
    )


def _is_right(name, guess, found):
    if guess is None:
        return None
    if isinstance(guess, list) != isinstance(found, (int, float)):
        wanted = "a number" if isinstance(guess, list) else "a word, or the numbers before and after"
        raise ArgumentError(
            f"{name}={found!r} cannot be compared with your guess, {format_value(guess)}; give {wanted}."
        )
    return abs(found - guess[0]) <= guess[1] if isinstance(guess, list) else guess == found


# What is said of them.


def format_value(value):
    """A guess or a result as it is shown."""
    if isinstance(value, list):
        return f"{value[0]:,.4g} ± {value[1]:,.3g}"
    return value if isinstance(value, str) else f"{value:,.4g}"


def _compare(name, entry, found, right):
    if entry["guess"] is None:
        return (
            f"{name}: {format_value(found)}. You had not guessed; next time write a guess down before you"
            " look."
        )
    verdict = (
        f"{name}: {format_value(found)}, as you foresaw."
        if right
        else f"{name}: {format_value(found)}; you had guessed {format_value(entry['guess'])}. What did you"
        " overlook?"
    )
    first = entry.get("outcome")
    return (
        verdict
        if first in (None, found)
        else f"{verdict} The first time it was {format_value(first)}, and that is what counts."
    )


# Where they are kept.


@contextlib.contextmanager
def _record(change=True, quiet=False):
    """The list of entries of this folder; what the block changes in it is written. Where that cannot be, a
    sentence says so.
    """
    path = Path(FILE)
    held = contextlib.ExitStack()
    with held:
        with contextlib.suppress(StorageError):
            if change:
                held.enter_context(lock(path.with_name(f"{FILE}.lock")))
        record = _read(path, quiet)
        before = json.dumps(record)
        yield record
        if not change or json.dumps(record) == before:
            return
        try:
            write_bytes(path, (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())
        except StorageError as error:
            if not quiet:
                print(f"Your predictions are not kept: {error}")


def _read(path, quiet):
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(record, list) or not all(_is_entry(entry) for entry in record):
            raise ValueError("not a list of guesses")
        return record
    except OSError:
        return []
    except ValueError:
        aside = path.with_suffix(".damaged.json")
        with contextlib.suppress(OSError):
            os.replace(path, aside)
        if not quiet:
            print(f"{path} was damaged; it is kept as {aside}, and a new one begun.")
        return []


def _is_entry(entry):
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(key), str) for key in ("notebook", "question", "name"))
        and _is_value(entry.get("guess"))
        and _is_value(entry.get("outcome"))
        and isinstance(entry.get("right"), bool | None)
        and isinstance(entry.get("options"), int | None)
        and (entry.get("outcome") is None or entry["guess"] is None or entry.get("right") is not None)
    )


def _is_value(value):
    return value is None or isinstance(value, str) or _is_number(value) or _is_pair(value)


def _notebook():
    """The number of the notebook that runs, from the anchors of its exercises; else the name of its file,
    where that can be known.
    """
    from IPython import get_ipython

    shell = get_ipython()
    names = shell.user_ns if shell else {}
    for cell in reversed(names.get("In", [])):
        if anchor := re.match(r"# (?:EXERCISE|CHECK) (\d\d)\.\d+", cell):
            return anchor[1]
    name = Path(names.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME") or "").stem
    return name[:2] if re.match(r"\d\d_", name) else name
