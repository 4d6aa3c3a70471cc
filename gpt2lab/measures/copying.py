"""What a model copies word for word from the text that it was trained on."""

import functools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gpt2lab.base.arguments import whole_number
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.words import WORD, Texts, strings_of

if TYPE_CHECKING:
    import pandas as pd

_BORDER = b"\xff"  # occurs in no UTF-8, so that nothing matches across it
_NOWHERE = {"start": None, "document": None, "name": None, "position": None}


def copied(samples: Texts, train: Texts, n: int | Sequence[int] = (5, 8)) -> "pd.DataFrame":
    """The longest span that each sample has word for word from the training text, and the share of its
    n-grams that stand there.

    People repeat phrases too. Read the figures beside those of human text that was not trained on, cut to the
    lengths of the samples: ``lab.copied(lab.human_samples(splits.test, like=samples), splits.train)``.

    Parameters
    ----------
    samples : list of str or Corpus
        Generated texts. An empty one has nothing copied.
    train : Corpus, str or list of str
        The training text. A span never runs over the end of a document. What was sorted for it is kept until
        another one is given, so that the second call is quicker.
    n : int or tuple of int, default (5, 8)
        Lengths of the n-grams, in `words`. Radford et al. count 8-grams.

    Returns
    -------
    pandas.DataFrame
        A row per sample, in order:

        - ``characters``, ``words``: length of the longest span that sample and training text have in common,
          and how many whole words of the sample lie in it. It may begin and end within a word. Capitals,
          spaces and line ends must be the same.
        - ``span``: the span itself; of several equally long ones the first in the sample.
        - ``start``: the character of the sample at which it begins, from 0.
        - ``document``, ``name``, ``position``: the first place where it stands in the training text: number
          of the document from 0, its name, and the character in it. Missing where nothing is copied.
        - ``share_5``, ``share_8``: share of the sample's 5-grams and 8-grams of words, each one counted as
          often as it comes, that stand in the training text, whatever the spaces between the words. NaN for a
          sample that is too short to have any.

    Raises
    ------
    ArgumentError
        If there are no samples or no training texts, one of them is no string, or n is below 1.
    TextError
        If the training text is empty.

    References
    ----------
    Radford et al. (2019), "Language models are unsupervised multitask learners", section 4: 1 to 6 % of the
    8-grams of common test sets stand in WebText, 5.9 % on average in their own training sets. Carlini et al.
    (2021), "Extracting training data from large language models". The suffix array is libdivsufsort's (Yuta
    Mori).

    Examples
    --------
    >>> train = "We hold that all men are created unequal."
    >>> found = copied(["I say: all men are created equal."], train, n=3)
    >>> found.loc[0, "span"]
    ' all men are created '
    >>> float(round(found.loc[0, "share_3"], 3))  # two of seven
    0.286
    """
    import pandas as pd

    lengths = [whole_number("n", each, 1) for each in (n if isinstance(n, (tuple, list)) else [n])]
    if not lengths:
        raise ArgumentError("n has no lengths; give at least one, for example n=(5, 8).")
    samples = strings_of(samples, "samples", single=False)
    trained = _training_text(train)
    rows = [trained.longest_span(sample) | trained.ngram_shares(sample, lengths) for sample in samples]
    return pd.DataFrame(rows, index=pd.RangeIndex(len(rows), name="sample")).astype(
        {"start": "Int64", "document": "Int64", "position": "Int64"}
    )


def copied_spans(sample: str, train: Texts, least: int = 8) -> "pd.DataFrame":
    """All stretches of a sample that stand word for word in the training text, for `plots.copied_spans` to
    underline.

    The longest stretch is taken first, then the longest of what remains. Each begins and ends with a whole
    word of the sample.

    Parameters
    ----------
    sample : str
        One generated text.
    train : Corpus, str or list of str
        The training text.
    least : int, default 8
        Words of the shortest stretch that counts.

    Returns
    -------
    pandas.DataFrame
        A row per stretch, in the order of the sample: ``start`` and ``end`` (characters of the sample),
        ``words``, ``span``, and where it first stands in the training text: ``document``, ``name``,
        ``position``.

    Raises
    ------
    ArgumentError
        If sample is no string, train has none, or least is below 1.
    TextError
        If the training text is empty.
    """
    import pandas as pd

    if not isinstance(sample, str):
        raise ArgumentError(
            f"sample is of type {type(sample).__name__}; give one string, for example samples[0]."
        )
    least = whole_number("least", least, 1)
    trained = _training_text(train)
    columns = ["start", "end", "words", "span", "document", "name", "position"]
    return pd.DataFrame(trained.spans(sample, least), columns=columns)


def copied_share(samples: Texts, train: Texts, least: int = 8) -> float:
    """Share of the words of all samples together that stand word for word in the training text, in stretches
    of ``least`` words or more.

    Parameters
    ----------
    samples : list of str or Corpus
        Generated texts.
    train : Corpus, str or list of str
        The training text.
    least : int, default 8
        Words of the shortest stretch that counts; people share shorter ones by chance.

    Returns
    -------
    float
        From 0 to 1; NaN if the samples have no words.

    Raises
    ------
    ArgumentError
        If there are no samples or no training texts, one of them is no string, or least is below 1.
    TextError
        If the training text is empty.
    """
    samples = strings_of(samples, "samples", single=False)
    least = whole_number("least", least, 1)
    trained = _training_text(train)
    total = sum(len(WORD.findall(sample)) for sample in samples)
    return (
        sum(span["words"] for sample in samples for span in trained.spans(sample, least)) / total
        if total
        else math.nan
    )


def _training_text(train):
    texts = strings_of(train, "train")
    documents = getattr(train, "documents", ())
    names = [document.name for document in documents] or [f"text {i}" for i in range(1, len(texts) + 1)]
    if not any(texts):
        raise TextError("train has no text; give the text that the model was trained on.")
    return _sort_texts(tuple(texts), tuple(names))


@functools.lru_cache(maxsize=1)  # five bytes of memory for each byte of text, twice
def _sort_texts(texts, names):
    return _TrainingText(texts, names)


class _Sorted:
    """Texts as bytes with all their suffixes sorted, to find the longest match of any string in time that
    hardly grows with them.
    """

    def __init__(self, texts):
        from pydivsufsort import divsufsort

        pieces = [_bytes(text) + _BORDER for text in texts]
        self.bytes = b"".join(pieces)
        self.starts = np.cumsum([0, *map(len, pieces[:-1])]).tolist()
        order = divsufsort(self.bytes)
        # In the machine's own format, the only one a memoryview can index
        self._order = memoryview(order.astype(order.dtype.type))

    def match(self, sample, start):
        """How many bytes of the sample, from ``start`` on, stand in one of the texts."""
        text = self.bytes
        order = self._order
        width = 64
        while True:  # a longer look only where the shorter one matches throughout
            wanted = sample[start : start + width]
            place = bisect_left(order, wanted, key=lambda at: text[at : at + width])
            # The longest match is one of the two neighbours in the order.
            length = max(
                _common(wanted, text[at : at + width]) for at in order[max(0, place - 1) : place + 1]
            )
            if length < width:
                return length
            width *= 8


class _TrainingText:
    """The training text, sorted by characters and by words."""

    def __init__(self, texts, names):
        self.names = names
        self._characters = _Sorted(texts)
        self._words = _Sorted([_join_spaced(WORD.findall(text)) for text in texts])

    def longest_span(self, sample):
        """The longest span of characters that the sample and one document have in common, as a row of
        `copied`.
        """
        ends = self._ends(sample, range(len(sample)))
        lengths = ends - np.arange(len(sample))
        if not lengths.any():
            return {"characters": 0, "words": 0, "span": ""} | _NOWHERE
        start = int(lengths.argmax())
        end = int(ends[start])
        words = sum(start <= first and last <= end for first, last in _word_bounds(sample))
        return {
            "characters": end - start,
            "words": words,
            "span": sample[start:end],
            "start": start,
        } | self._place(sample[start:end])

    def spans(self, sample, least):
        """Stretches of whole words, the longest first; rows of `copied_spans` in the order of the sample."""
        bounds = _word_bounds(sample)
        lasts = [last for _, last in bounds]
        # Word i to the word before reach[i] stand in one document.
        reach = [
            bisect_right(lasts, end) for end in self._ends(sample, [first for first, _ in bounds]).tolist()
        ]
        free = [True] * len(bounds)
        rows = []
        while True:
            runs = _free_runs(reach, free)
            first = max(range(len(runs)), key=runs.__getitem__, default=0)
            if not runs or runs[first] < least:
                return sorted(rows, key=lambda row: row["start"])
            free[first : first + runs[first]] = [False] * runs[first]
            start = bounds[first][0]
            end = lasts[first + runs[first] - 1]
            rows.append(
                {"start": start, "end": end, "words": runs[first], "span": sample[start:end]}
                | self._place(sample[start:end])
            )

    def ngram_shares(self, sample, lengths):
        """``share_n`` for each n of ``lengths``."""
        words = WORD.findall(sample)
        spaced = _bytes(_join_spaced(words))
        spaces = [i for i, byte in enumerate(spaced) if byte == 32]
        # A match from the space before one word to the space after another holds whole words only.
        known = np.array(
            [
                bisect_right(spaces, space + self._words.match(spaced, space) - 1) - 1 - i
                for i, space in enumerate(spaces[:-1])
            ],
            int,
        )
        return {
            f"share_{n}": float(np.mean(known[: len(words) - n + 1] >= n)) if len(words) >= n else np.nan
            for n in lengths
        }

    def _ends(self, sample, starts):
        """Where the longest match from each character of ``starts`` ends, in characters of the sample."""
        raw = _bytes(sample)
        # Where each character begins: a match may end in the middle of one, of which then nothing counts.
        begins = np.append(np.flatnonzero((np.frombuffer(raw, np.uint8) & 0xC0) != 0x80), len(raw)).tolist()
        ends = []
        end = 0
        for start in starts:
            # What follows a start ends no earlier, so once the end is reached it stays there
            if end < len(raw):
                end = begins[start] + self._characters.match(raw, begins[start])
            ends.append(end)
        return np.searchsorted(begins, np.array(ends, np.int64), side="right") - 1

    def _place(self, span):
        texts = self._characters
        at = texts.bytes.index(_bytes(span))
        document = bisect_right(texts.starts, at) - 1
        before = texts.bytes[texts.starts[document] : at].decode("utf-8", "surrogatepass")
        return {"document": document, "name": self.names[document], "position": len(before)}


def _free_runs(reach, free):
    """For each word, how many words from it on are copied in one piece and not taken yet."""
    runs = [0] * len(reach)
    end = len(reach)
    for i in reversed(range(len(reach))):
        if free[i]:
            runs[i] = min(reach[i], end) - i
        else:
            end = i
    return runs


def _bytes(text):
    return text.encode("utf-8", "surrogatepass")


def _join_spaced(words):
    return "".join([" ", *(f"{word} " for word in words)])


def _word_bounds(text):
    return [match.span() for match in WORD.finditer(text)]


def _common(one, other):
    """Length of the common beginning of two byte strings; the first bit in which they differ tells, without
    a loop.
    """
    length = min(len(one), len(other))
    difference = int.from_bytes(one[:length], "big") ^ int.from_bytes(other[:length], "big")
    return length - (difference.bit_length() + 7) // 8
