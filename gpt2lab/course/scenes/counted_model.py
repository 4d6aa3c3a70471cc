"""A language model that only counts which token follows which. Hidden inputs are made with it: it learns in
a moment and needs no TensorFlow.
"""

import hashlib
import itertools
from collections import Counter

import numpy as np

from gpt2lab.language_model import LanguageModel
from gpt2lab.pretrained.bundled import packed_folder
from gpt2lab.pretrained.checkpoints import read_hparams
from gpt2lab.pretrained.encoder import END_OF_TEXT, encode, load_encoder

VOCABULARY = "3M"  # whose tokens it has, whatever it is called: those of a bundled size are always there
# Shares of the guess that come from the token before and, after a known beginning, from what followed it; the
# rest comes from how frequent tokens are.
FROM_THE_TOKEN_BEFORE = 0.94
FROM_THE_BEGINNING = 0.3


class CountedModel(LanguageModel):
    """All that a `LanguageModel` can be asked, answered from counts of neighbours (a bigram model), without
    weights.

    Parameters
    ----------
    texts : sequence of str
        What to count.
    name : str, default "3M"
    after : dict of str to sequence of str, optional
        Beginnings, such as the prefixes of authors, each with the texts whose words are then more probable.
    """

    def __init__(self, texts, name=VOCABULARY, after=None):
        encoder = load_encoder(packed_folder(VOCABULARY))
        counts = Counts(encoder, texts, after)
        super().__init__(counts, counts, encoder, name)


class Counts:
    """Network and reader in one: what a `Network` and a `Reader` can be asked, from counts.

    Parameters
    ----------
    encoder : Encoder
    texts : sequence of str
    after : dict of str to sequence of str, or None
    """

    graph = None

    def __init__(self, encoder, texts, after):
        self.hparams = read_hparams(packed_folder(VOCABULARY))
        self._what = (list(texts), after)
        vocabulary = self.hparams["n_vocab"]
        end = encoder.encoder[END_OF_TEXT]
        documents = [[end, *encode(encoder, text), end] for text in texts]
        beginnings = {
            tuple(encode(encoder, prefix)): [token for text in own for token in encode(encoder, text)]
            for prefix, own in (after or {}).items()
        }
        followers = {}
        for tokens in documents:
            for token, following in itertools.pairwise(tokens):
                followers.setdefault(token, []).append(following)
        self._followers = {
            token: {each: count / len(found) for each, count in Counter(found).items()}
            for token, found in followers.items()
        }
        # No token is impossible, or the first new one would be an infinite surprise.
        self._frequency = _shares(
            [token for tokens in documents for token in tokens[1:]], vocabulary, at_least=0.05
        )
        self._beginnings = {
            known: (
                (1 - FROM_THE_BEGINNING) * self._frequency + FROM_THE_BEGINNING * _shares(found, vocabulary)
            )
            for known, found in beginnings.items()
        }

    def checksum(self):
        """As `Network.checksum`: what tells these counts from others."""
        return hashlib.sha256(repr(self._what).encode()).hexdigest()

    def close(self):
        """As `Network.close`; nothing is held open."""

    def _before_the_last(self, tokens):
        """Probabilities by frequency, and by how the text begins, with or without an end-of-text token
        before it.
        """
        tokens = tuple(map(int, tokens[: 1 + max(map(len, self._beginnings), default=0)]))
        fitting = (
            shares
            for known, shares in self._beginnings.items()
            if known in (tokens[: len(known)], tokens[1 : 1 + len(known)])
        )
        return next(fitting, self._frequency)

    def _after(self, token, before):
        seen = self._followers.get(int(token))
        if seen is None:
            return before
        shares = (1 - FROM_THE_TOKEN_BEFORE) * before
        shares[list(seen)] += FROM_THE_TOKEN_BEFORE * np.array(list(seen.values()))
        return shares

    def losses(self, windows):
        """As `Reader.losses`."""
        return np.array(
            [self._losses(list(map(int, tokens)), self._before_the_last(tokens)) for tokens in windows],
            np.float32,
        )

    def _losses(self, tokens, before):
        shares = []
        for token, following in itertools.pairwise(tokens):
            seen = self._followers.get(token)
            share = before[following]
            shares.append(
                share
                if seen is None
                else (1 - FROM_THE_TOKEN_BEFORE) * share + FROM_THE_TOKEN_BEFORE * seen.get(following, 0.0)
            )
        return -np.log(shares)

    def last_logits(self, prompt):
        """As `Reader.last_logits`."""
        return np.log(self._after(prompt[-1], self._before_the_last(prompt))).astype(np.float32)

    def cut(self, logits, temperature, top_k, top_p):
        """As `Reader.cut`."""
        weights = np.exp((logits.astype(float) - logits.max()) / (temperature or 1))
        if temperature == 0 or top_k or 0 < top_p < 1:
            order = np.argsort(-logits, kind="stable")
            weights[order[1 if temperature == 0 else top_k or len(order) :]] = 0
            if 0 < top_p < 1:
                shares = weights[order] / weights.sum()
                weights[order[np.cumsum(shares) - shares >= top_p]] = 0
        return weights > 0, weights / weights.sum()

    def generate(self, prompt, uniform, temperature, top_k, top_p):
        """As `Reader.generate`."""
        before = self._before_the_last(prompt)
        last = [prompt[-1]] * len(uniform)
        cumulated = {}
        for numbers in uniform.T:
            for token in set(last) - set(cumulated):
                cumulated[token] = np.cumsum(
                    self.cut(np.log(self._after(token, before)), temperature, top_k, top_p)[1]
                )
            drawn = [
                np.searchsorted(cumulated[token], number * cumulated[token][-1], side="right")
                for token, number in zip(last, numbers)
            ]
            last = [min(int(token), len(before) - 1) for token in drawn]
            yield np.array(last, np.int32)


def _shares(tokens, vocabulary, at_least=0.0):
    counts = np.bincount(tokens, minlength=vocabulary) + at_least
    return counts / counts.sum()
