"""How varied samples are, among each other and within themselves."""

import numpy as np

from gpt2lab.base.arguments import whole_number
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.ngrams import NGrams
from gpt2lab.measures.words import Samples, tokenize_samples

# What smoothing method 1 puts in the place of a count of zero, in Chen and Cherry's code and in nltk's
_EPSILON = 0.1


def distinct(samples: Samples, n: int = 1) -> float:
    """Distinct-n: how many different n-grams there are for each word that was generated.

    ``distinct n-grams / words``, over all samples together. An n-gram does not run from one sample into the
    next.

    Parameters
    ----------
    samples : list of str, list of list, or Corpus
        Strings are split by `words`; lists of tokens (ids or strings) are taken as they are. Empty samples
        count nothing.
    n : int, default 1
        Length of the n-grams, in words.

    Returns
    -------
    float
        From 0 to 1; higher is more varied.

    Raises
    ------
    ArgumentError
        If there are no samples, they are neither strings nor lists of tokens, or n is below 1.
    TextError
        If all samples are empty.

    Notes
    -----
    Li et al. divide by the number of *words* generated. Some later code divides by the number of n-grams: its
    figures are a little higher for n above 1, and not comparable. The measure falls as the amount of text
    grows, since words come again: compare equal numbers of samples of equal length.

    References
    ----------
    Li et al. (2016), "A diversity-promoting objective function for neural conversation models".

    Examples
    --------
    >>> distinct(["a rose is a rose", "is a rose"])
    0.375
    """
    n = whole_number("n", n, 1)
    ngrams = _ngrams_of(samples)
    numbers, _ = ngrams.of(n)
    return (int(numbers.max()) + 1 if numbers.size else 0) / int(ngrams.lengths.sum())


def self_bleu(samples: Samples, n: int = 4) -> float:
    """Self-BLEU: how much of each sample stands in the others.

    The mean over samples of the sentence BLEU-n of the sample with all other samples as its references,
    uniform weights for 1-grams to n-grams, smoothing method 1. Equal to a loop over nltk's ``sentence_bleu``,
    which takes minutes where this takes a fraction of a second: each n-gram is counted once for all samples,
    and the largest count among *the others* is the largest of all or, for the sample that has it, the second
    largest.

    Parameters
    ----------
    samples : list of str, list of list, or Corpus
        At least two. Strings are split by `words`; lists of tokens (ids or strings) are taken as they are.
    n : int, default 4
        The longest n-grams.

    Returns
    -------
    float
        From 0 to 1; *lower* is more varied.

    Raises
    ------
    ArgumentError
        If there are fewer than two samples, they are neither strings nor lists of tokens, or n is below 1.
    TextError
        If all samples are empty.

    Notes
    -----
    - nltk scores a raw string by the character; here strings are split into words first.
    - A sample shorter than n has no n-grams: smoothing makes 0/1 of them 0.1/1, so that even two equal short
      samples score less than 1 (two words twice, n=4: ``(1 · 1 · 0.1 · 0.1) ** (1 / 4)`` = 0.32).
    - An empty sample, and one that shares no word with the others, scores 0 and counts in the mean; an empty
      one is also a reference of length 0.
    - The brevity penalty takes the other sample nearest in length, of two equally near ones the shorter.
    - It rises with the number of samples and falls with their length: compare equal numbers of equal length.

    References
    ----------
    Zhu et al. (2018), "Texygen: a benchmarking platform for text generation models"; BLEU: Papineni et al.
    (2002); smoothing: Chen and Cherry (2014), "A systematic comparison of smoothing techniques for
    sentence-level BLEU", method 1.

    Examples
    --------
    >>> round(self_bleu(["to be or not to be", "to be or not to see"]), 3)
    0.76
    """
    n = whole_number("n", n, 1)
    ngrams = _ngrams_of(samples, at_least=2)
    lengths = ngrams.lengths
    log_bleu = np.zeros(len(lengths))
    for order in range(1, n + 1):
        numbers, text, count = ngrams.counts(order)
        matches = np.bincount(
            text, np.minimum(count, _largest_elsewhere(numbers, text, count)), minlength=len(lengths)
        )
        if order == 1:
            shares_a_word = matches > 0
        log_bleu += np.log(np.where(matches > 0, matches, _EPSILON) / np.maximum(lengths - order + 1, 1)) / n
    nearest = _nearest_other(lengths)
    long_enough = np.maximum(lengths, 1)  # an empty sample scores 0 in any case
    log_penalty = np.where(lengths > nearest, 0.0, 1 - nearest / long_enough)
    return float(np.mean(np.where(shares_a_word, np.exp(log_bleu + log_penalty), 0.0)))


def repetition(samples: Samples, n: int = 4) -> float:
    """seq-rep-n: the share of a sample's n-grams that it has used before.

    ``1 - unique n-grams / n-grams`` of each sample, and the mean over samples. A sample shorter than n has no
    n-grams, repeated or not, and is left out of the mean.

    Parameters
    ----------
    samples : list of str, list of list, or Corpus
        Strings are split by `words`; lists of tokens (ids or strings) are taken as they are.
    n : int, default 4
        Length of the n-grams, in words.

    Returns
    -------
    float
        From 0, nothing comes twice, to nearly 1; longer samples repeat more, so compare equal lengths.

    Raises
    ------
    ArgumentError
        If there are no samples, they are neither strings nor lists of tokens, or n is below 1.
    TextError
        If all samples are shorter than n.

    References
    ----------
    Welleck et al. (2019), "Neural text generation with unlikelihood training" (there in tokens of the model).

    Examples
    --------
    >>> repetition(["a rose is a rose is a rose"], n=2)
    0.5714285714285714
    """
    n = whole_number("n", n, 1)
    ngrams = _ngrams_of(samples)
    _, text, _ = ngrams.counts(n)
    total = np.maximum(ngrams.lengths - n + 1, 0)
    unique = np.bincount(text, minlength=len(total))
    long_enough = total > 0
    if not long_enough.any():
        raise TextError(
            f"No sample has {n} words; the longest has {ngrams.lengths.max()}. Give longer samples or a"
            " smaller n."
        )
    return float(np.mean(1 - unique[long_enough] / total[long_enough]))


def zipf(samples: Samples, most: int = 5000) -> float:
    """Zipf coefficient: how steeply the frequency of words falls with their rank.

    Words of all samples together are ranked by how often they occur; the coefficient is the slope, with its
    sign turned, of the straight line fitted by least squares to log frequency against log rank. Words that
    occur equally often keep ranks of their own.

    Parameters
    ----------
    samples : list of str, list of list, or Corpus
        Strings are split by `words`; lists of tokens (ids or strings) are taken as they are. Empty samples
        count nothing.
    most : int, default 5000
        Only that many of the most frequent words are fitted, as in the code of the paper.

    Returns
    -------
    float
        About 1 for human text; higher where a few words make up most of the text, 0 where all are equally
        frequent.

    Raises
    ------
    ArgumentError
        If there are no samples, they are neither strings nor lists of tokens, or ``most`` is below 2.
    TextError
        If there are fewer than two different words: no line goes through one point.

    Notes
    -----
    Rare words outnumber all others, so that the line mostly fits them, and the value depends on how much text
    there is: compare equal amounts. Holtzman et al. give 0.93 for human text in 5,000 passages of 200 tokens
    of GPT-2.

    References
    ----------
    Zipf (1949), "Human behavior and the principle of least effort"; as a measure of generated text, Holtzman
    et al. (2019), "The curious case of neural text degeneration", table 1.
    """
    most = whole_number("most", most, 2)
    ngrams = _ngrams_of(samples)
    frequency = np.sort(np.bincount(ngrams.of(1)[0]))[::-1][:most]
    if len(frequency) < 2:
        raise TextError(
            "The samples have only one different word;"
            " a Zipf coefficient needs two, and means something with hundreds."
        )
    rank = np.log(np.arange(1, len(frequency) + 1))
    centred = rank - rank.mean()
    return float(-(centred @ np.log(frequency)) / (centred @ centred)) + 0.0  # no minus zero


def _ngrams_of(samples, at_least=1):
    tokenized = tokenize_samples(samples)
    if len(tokenized.texts) < at_least:
        raise ArgumentError(
            "samples has only one entry;"
            " self-BLEU compares each sample with the others, so give at least two."
        )
    if not any(tokenized.texts):
        raise TextError(f"The samples have no {tokenized.unit}; give at least one that is not empty.")
    return NGrams(tokenized.texts)


def _largest_elsewhere(numbers, text, count):
    """For each n-gram of each text: its largest count in any other text."""
    order = np.lexsort((count, numbers))
    sorted_numbers = numbers[order]
    last = np.flatnonzero(np.append(sorted_numbers[1:] != sorted_numbers[:-1], True)) if len(order) else order
    holder = text[order[last]]
    largest = count[order[last]]
    second = np.zeros(len(last), np.int64)
    shared = (last > 0) & (sorted_numbers[last - 1] == sorted_numbers[last])
    second[shared] = count[order[last[shared] - 1]]
    return np.where(holder[numbers] == text, second[numbers], largest[numbers])


def _nearest_other(lengths):
    """The length of the other text that is nearest in length, for each text; of two equally near the
    shorter.
    """
    kinds, inverse, count = np.unique(lengths, return_inverse=True, return_counts=True)
    far = np.int64(4 * (int(lengths.max()) + 1))
    below = np.append(-far, kinds[:-1])
    above = np.append(kinds[1:], far)
    nearest = np.where(kinds - below <= above - kinds, below, above)
    return np.where(count > 1, kinds, nearest)[inverse]
