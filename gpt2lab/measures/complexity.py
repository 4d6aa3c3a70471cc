"""How complex texts are, and how much of what they say people say too."""

import itertools
import math
from dataclasses import dataclass, fields

from gpt2lab.errors import TextError
from gpt2lab.measures.diversity import distinct, repetition
from gpt2lab.measures.words import Texts, strings_of, words

_ENDS = frozenset(".!?")
# A point after them ends no sentence
_TITLES = frozenset(("mr", "mrs", "ms", "dr", "st", "jr", "sr", "gen", "sen", "rep"))


@dataclass(frozen=True)
class Complexity:
    """What `complexity` measures.

    Attributes
    ----------
    sentence_words : float
        Mean length of a sentence, in words without punctuation; NaN if none comes to its end.
    word_letters : float
        Mean length of a word, in characters.
    distinct_2 : float
        Different 2-grams for each word (`distinct`): higher is more varied.
    repetition_4 : float
        Share of a text's 4-grams that it has used before (`repetition`).
    known_words : float
        Share of the words that stand in the human text, whatever their capitals: less than 1 where words are
        made up (or rare).
    known_3grams : float
        Share of the 3-grams that stand there: words in an order that people use. NaN where no text is that
        long.
    """

    sentence_words: float
    word_letters: float
    distinct_2: float
    repetition_4: float
    known_words: float
    known_3grams: float


NAMES = tuple(field.name for field in fields(Complexity))


def complexity(texts: Texts, human: Texts) -> Complexity:
    """How complex texts are, in words and sentences, and how much of them is found in human text.

    None of the six figures says whether a text makes sense. Read each beside that of human texts of the same
    length that are not part of ``human`` (`human_samples`): nearer to it is better, not higher or lower.

    Parameters
    ----------
    texts : list of str or Corpus
        For example samples; equal numbers of equal length if they are to be compared.
    human : Corpus, str or list of str
        What people wrote, for example the text that the model was trained on.

    Returns
    -------
    Complexity

    Raises
    ------
    ArgumentError
        If one is no text.
    TextError
        If the texts have no words, or none has four.

    Notes
    -----
    A sentence ends at ``.``, ``!`` or ``?`` after a word of two letters or more that is no title such as
    *Mr*. Texts that were cut out of longer ones begin and end within a sentence, so the mean is all words by
    all ends. Words and punctuation marks are those of `words`.

    Examples
    --------
    >>> human = "We must act. We must act now, and we shall."
    >>> found = complexity(["We must act now. We shall flurb."], human)
    >>> found.sentence_words, round(found.known_words, 2)
    (3.5, 0.86)
    """
    split = [words(text) for text in strings_of(texts, "texts", single=False)]
    spelled = [word for text in split for word in text if word[0].isalnum()]
    if not spelled:
        raise TextError("The texts have no words; give at least one that is not empty.")
    people = [[word.casefold() for word in words(text)] for text in strings_of(human, "human")]
    ends = sum(_sentence_ends(text) for text in split)
    return Complexity(
        sentence_words=len(spelled) / ends if ends else math.nan,
        word_letters=sum(map(len, spelled)) / len(spelled),
        distinct_2=distinct(split, 2),
        repetition_4=repetition(split, 4),
        known_words=_known([[word.casefold() for word in spelled]], people, 1),
        known_3grams=_known([[word.casefold() for word in text] for text in split], people, 3),
    )


def _sentence_ends(text):
    return sum(
        mark in _ENDS and len(before) > 1 and before.casefold() not in _TITLES
        for before, mark in itertools.pairwise(text)
    )


def _known(texts, people, n):
    """Share of the n-grams of texts, each counted as often as it comes, that people wrote."""
    said = [gram for text in texts for gram in _ngrams(text, n)]
    wanted = set(said)
    found = {gram for text in people for gram in _ngrams(text, n) if gram in wanted}
    return sum(gram in found for gram in said) / len(said) if said else math.nan


def _ngrams(tokens, n):
    return zip(*(tokens[start:] for start in range(n)))
