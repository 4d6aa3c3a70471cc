"""The blind reading test: which of two texts is more intelligible, when nobody says which model
wrote which.
"""

import random
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gpt2lab.base.arguments import whole_number
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.preference import Preference, preference, two_names
from gpt2lab.measures.words import WORD, strings_of

LEFT = "A"
RIGHT = "B"
NEITHER = "-"
WIDTH = 88  # characters a printed line
MORE = " …"  # ends every text, since every one was cut


@dataclass(frozen=True)
class ReadingTest:
    """Pairs of texts without the names of their writers.

    Attributes
    ----------
    pairs : tuple of (str, str)
        Text A and text B of each pair, cut to the same number of words.
    names : tuple of str
        The two writers; how often the second is preferred is what `score` counts.
    key : tuple of (str, str)
        Who wrote text A and text B of each pair. Look at it when you have answered.
    """

    pairs: tuple[tuple[str, str], ...]
    names: tuple[str, str]
    key: tuple[tuple[str, str], ...] = field(repr=False)

    @classmethod
    def draw(cls, samples: Mapping[str, Sequence[str]], pairs: int = 10, seed: int = 0) -> "ReadingTest":
        """Put the texts of two writers into pairs.

        Parameters
        ----------
        samples : dict of str to list of str
            Texts of two writers, for example ``{"1M": small.generate(nsamples=10), "3M":
            large.generate(nsamples=10)}``. They should be of the same kind: the same prefix, length,
            temperature. Preferences are counted for the second.
        pairs : int, default 10
            At most as many as either has texts. Chance is ruled out by 6 pairs at the least, and then only if
            all answers agree.
        seed : int, default 0
            Decides, with the texts, which of them are put together and which stands left. Each writer stands
            left as often as right, give or take one.

        Returns
        -------
        ReadingTest

        Raises
        ------
        ArgumentError
            If there are not two writers or too few texts.
        TextError
            If a text has no words.
        """
        if not hasattr(samples, "items"):
            raise ArgumentError(
                f"samples is of type {type(samples).__name__}; give a dictionary of two names, each with its"
                " list of texts."
            )
        names = two_names(tuple(samples), "The names of the samples")
        texts = [strings_of(samples[name], f"samples[{name!r}]", single=False) for name in names]
        fewest = min(map(len, texts))
        pairs = whole_number(
            "pairs", pairs, 1, fewest, f"the texts of {names[[len(some) for some in texts].index(fewest)]}"
        )
        # The texts take part: whoever has seen the key of one test knows nothing of another with the same
        # seed.
        dice = random.Random(repr((whole_number("seed", seed, 0), pairs, texts)))
        drawn = [dice.sample(some, pairs) for some in texts]
        first_left = [True] * (pairs // 2) + [False] * (pairs // 2) + [dice.random() < 0.5] * (pairs % 2)
        dice.shuffle(first_left)
        shown = []
        key = []
        for one, other, in_order in zip(*drawn, first_left):
            pair = _equally_long(one, other)
            shown.append(pair if in_order else pair[::-1])
            key.append(names if in_order else names[::-1])
        return cls(tuple(shown), names, tuple(key))

    def __len__(self) -> int:
        return len(self.pairs)

    def score(self, answers: str | Sequence[str]) -> Preference:
        """What the answers say.

        Parameters
        ----------
        answers : str or list of str
            For each pair ``A`` or ``B``, the more intelligible text, or ``-`` if you cannot tell:
            ``"ABBA-BABBA"``. Spaces and commas do not matter, nor do capitals.

        Returns
        -------
        Preference
            How often the second writer was preferred to the first.

        Raises
        ------
        ArgumentError
            If there are other characters, or more or fewer answers than pairs.
        """
        letters = self.answers(answers)
        preferred = [
            None if letter == NEITHER else writers[letter == RIGHT]
            for letter, writers in zip(letters, self.key)
        ]
        first, second = self.names
        return preference(
            preferred.count(second), preferred.count(first), preferred.count(None), names=(second, first)
        )

    def answers(self, answers: str | Sequence[str]) -> str:
        """``answers`` as a string of ``A``, ``B`` and ``-``, one for each pair; see `score`."""
        if not isinstance(answers, (str, list, tuple)) or not all(
            isinstance(answer, str) for answer in answers
        ):
            raise ArgumentError(
                f"answers is of type {type(answers).__name__}; give a string with A, B or - for each pair,"
                " such as 'ABBA-'."
            )
        letters = (
            "".join("".join(answers).replace(",", " ").split())
            .upper()
            .translate({ord("–"): "-", ord("−"): "-"})
        )
        strange = sorted(set(letters) - {LEFT, RIGHT, NEITHER})
        if strange:
            raise ArgumentError(
                f"answers has {', '.join(map(repr, strange))}; write A or B for each pair, or - where you"
                " cannot tell."
            )
        if len(letters) != len(self):
            raise ArgumentError(
                f"answers has {len(letters)} letters and there are {len(self)} pairs; write one for each: A,"
                " B or -."
            )
        return letters

    def __str__(self):
        """The pairs to read, without the key."""
        blocks = []
        for number, pair in enumerate(self.pairs, 1):
            blocks.append(f"Pair {number}")
            for letter, text in zip((LEFT, RIGHT), pair):
                paragraphs = [line for line in text.splitlines() if line.strip()]
                blocks += [
                    textwrap.fill(
                        line,
                        WIDTH,
                        initial_indent=f"  {letter if not i else ' '}  ",
                        subsequent_indent="     ",
                    )
                    for i, line in enumerate(paragraphs)
                ]
        return "\n".join(blocks)

    def key_in_words(self) -> str:
        """Who wrote what, a line a pair."""
        return "\n".join(
            f"Pair {number}: A is of {left}, B of {right}."
            for number, (left, right) in enumerate(self.key, 1)
        )


def _equally_long(*texts):
    """The texts, all cut after as many words as the shortest has: a length gives nothing away."""
    ends = [[match.end() for match in WORD.finditer(text)] for text in texts]
    number = min(map(len, ends))
    if not number:
        raise TextError("One of the texts has no words; generate longer ones, or leave it out.")
    return tuple(text[: end[number - 1]].strip() + MORE for text, end in zip(texts, ends))
