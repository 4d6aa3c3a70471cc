"""What was done to texts on their way into a corpus: what was left out or changed, how often, and an
example.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from gpt2lab.base.wording import pluralize
from gpt2lab.corpus.document import Document

if TYPE_CHECKING:
    import pandas as pd

_LONGEST_EXAMPLE = 80  # characters


@dataclass(frozen=True)
class Event:
    """One thing that happened to texts: ``what`` ("left out", "changed" or "noticed"), ``why``, how often,
    the first example and its place.
    """

    what: str
    why: str
    count: int
    example: str = ""
    place: str = ""


@dataclass(frozen=True)
class Step:
    """One step on the way of texts into a corpus.

    Attributes
    ----------
    name : str
        The method that was called, such as ``from_tweets``.
    source : str
        Name of the file or folder; empty if it worked on the corpus itself.
    options : dict
        The options of the call, those with their default among them.
    read, kept : int
        How many texts came in and went out.
    events : tuple of Event
        What was left out, and what was changed.
    """

    name: str
    source: str = ""
    options: dict[str, object] = field(default_factory=dict)
    read: int = 0
    kept: int = 0
    events: tuple[Event, ...] = ()

    @property
    def note(self) -> str:
        """The step in a few sentences."""
        options = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        source = f" of {self.source}" if self.source else ""
        sentences = [f"{self.name}({options}): kept {self.kept:,} of {pluralize(self.read, 'text')}{source}."]
        for what in ("left out", "changed", "noticed"):
            events = [f"{event.why} ({event.count:,})" for event in self.events if event.what == what]
            if events:
                sentences.append(f"{what.capitalize()}: {'; '.join(events)}.")
        return " ".join(sentences)


class Texts(Protocol):
    """What a reader makes of the documents that it finds: a Corpus, which stands above the readers."""

    def __init__(self, documents: tuple[Document, ...], steps: tuple[Step, ...] = ()) -> None: ...


CorpusT = TypeVar("CorpusT", bound=Texts)


class Log:
    """Counts what happens to texts while they are read; becomes a `Step`."""

    def __init__(self):
        self.read = 0
        self._events = {}

    def count(self, what, why, example="", place="", times=1):
        """Count a text that was "left out", something in a text that was "changed", or something "noticed"
        that one should know though nothing was done about it.
        """
        event = self._events.setdefault((what, why), [0, _shorten(example), place])
        event[0] += times

    def step(self, name, source, options, kept):
        """All that was counted, as a `Step`."""
        events = tuple(Event(what, why, *counts) for (what, why), counts in self._events.items())
        return Step(name, str(source), options, self.read, kept, events)


def preparation_table(steps: tuple[Step, ...]) -> "pd.DataFrame":
    """The events of several steps as a DataFrame.

    Returns
    -------
    pandas.DataFrame
        Columns ``step``, ``what``, ``why``, ``count``, ``example``, ``place``; each step begins with a row
        "kept". ``attrs["options"]`` has the options of each step.
    """
    import pandas as pd

    rows = []
    for step in steps:
        rows.append((step.name, "kept", f"of {pluralize(step.read, 'text')}", step.kept, "", step.source))
        rows += [
            (step.name, event.what, event.why, event.count, event.example, event.place)
            for event in step.events
        ]
    found = pd.DataFrame(rows, columns=["step", "what", "why", "count", "example", "place"])
    found.attrs["options"] = [(step.name, dict(step.options)) for step in steps]
    return found


def _shorten(example):
    line = " ".join(example[: 4 * _LONGEST_EXAMPLE].split())
    return line if len(line) <= _LONGEST_EXAMPLE else line[: _LONGEST_EXAMPLE - 3] + "..."
