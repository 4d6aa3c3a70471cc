"""N-grams of many texts at once, each one numbered, so that they are counted by numpy."""

import numpy as np


class NGrams:
    """The n-grams of texts. None runs from one text into the next.

    Parameters
    ----------
    texts : list of list
        Tokens of each text.

    Attributes
    ----------
    lengths : numpy.ndarray
        Tokens of each text.
    """

    def __init__(self, texts):
        self.lengths = np.array([len(text) for text in texts], np.int64)
        self._text_of_token = np.repeat(np.arange(len(texts)), self.lengths)
        vocabulary = {}
        tokens = (vocabulary.setdefault(token, len(vocabulary)) for text in texts for token in text)
        self._numbers = {1: np.fromiter(tokens, np.int64, int(self.lengths.sum()))}

    def of(self, n):
        """All n-grams in reading order: their numbers (the same for the same n-gram, 0 and up) and the texts
        they stand in.
        """
        windows = max(0, len(self._text_of_token) - n + 1)
        first = self._text_of_token[:windows]
        last = self._text_of_token[len(self._text_of_token) - windows :]
        inside = first == last
        return np.unique(self._windows(n)[inside], return_inverse=True)[1], first[inside]

    def counts(self, n):
        """How often each n-gram stands in each text: arrays of n-gram numbers, texts and counts, only where
        it does.
        """
        numbers, text = self.of(n)
        kinds = int(numbers.max(initial=0)) + 1
        pairs, count = np.unique(text * kinds + numbers, return_counts=True)
        return pairs % kinds, pairs // kinds, count

    def _windows(self, n):
        # An n-gram is its first half followed by its second: log2(n) sorts, and numbers that stay small
        # however large n is.
        if n not in self._numbers:
            half = n // 2
            windows = max(0, len(self._text_of_token) - n + 1)
            left = self._windows(half)[:windows]
            right = self._windows(n - half)[half : half + windows]
            pairs = left * (int(right.max(initial=0)) + 1) + right
            self._numbers[n] = np.unique(pairs, return_inverse=True)[1]
        return self._numbers[n]
