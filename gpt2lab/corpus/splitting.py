"""Which part of a corpus is held out: whole documents, or passages where there are too few documents."""

import hashlib
import itertools
import math
import random
import re
from collections import Counter, defaultdict

import numpy as np

from gpt2lab.base.arguments import real_number
from gpt2lab.base.wording import pluralize
from gpt2lab.errors import ArgumentError, TextError

# A held-out passage shorter than this (about 50 tokens) measures nothing.
SHORTEST_PASSAGE = 200

# Two documents that have 3 % of the shorter one's 8-grams of words in common, and at least five of them (as
# twelve words in a row have), tell on each other. Among the State of the Union texts these are for example
# the message of 1945 and the radio address that summarises it, or Carter's of 1980 and 1981. What stands in
# more than five documents is a formula ("May God bless America"), not a copy.
SHARED = 0.03
_FEWEST_SHARED = 5
_NGRAM = 8  # as Radford et al. 2019 count what test sets and training text have in common
_FORMULA = 5  # documents
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd and irregular, so that sums of products spread over all 64 bits

_LONGEST_WORD = 100  # characters; what is longer (a language without spaces, a link) may be cut anywhere

# Where a text may be cut, best first; each pattern ends where the next passage begins.
_CUTS = (
    re.compile(r"<\|endoftext\|>\s*"),
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"\n"),
    re.compile(r"[.!?…][\"'”’)\]]*\s+"),
    re.compile(r"\s+"),
)

# Where one sentence ends and the next begins; a point after "Mr" or after a single capital, as in initials
# and "U.S.", ends none.
_SENTENCE_ENDS = re.compile(
    r"\n+|(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\b[A-Z])[.!?…]+[\"'”’)\]]*(?=\s)"
)
_LINE_ENDS = re.compile(r"\n+")
PIECES = {"lines": _LINE_ENDS, "sentences": _SENTENCE_ENDS}


def check_shares(valid, test):
    """The share of each split that is wanted, as a dict; splits of share 0 are left out.

    Raises
    ------
    ArgumentError
        If a share is not a number from 0 up to 1, or nothing is left to train on.
    """
    valid = real_number("valid", valid, low=0)
    test = real_number("test", test, low=0)
    if valid + test >= 1:
        raise ArgumentError(
            f"valid={valid:g} and test={test:g} leave nothing to train on; give shares that add up to less "
            "than 1, for example 0.1 and 0.1."
        )
    shares = {"train": 1 - valid - test, "valid": valid, "test": test}
    return {split: share for split, share in shares.items() if share > 0}


def assign_documents(texts, shares, seed, groups=()):
    """Choose a split for every document, so that the shares (in characters) come as near as whole documents
    allow.

    Documents with the same text go to the same split, and so do documents of one group and documents that
    share much of their text, where that leaves enough documents to choose from. The choice depends on the
    texts and the seed only, not on the order of the documents.

    Parameters
    ----------
    texts : list of str
        The documents.
    shares : dict of str to float
        Wanted share of each split, as ``check_shares`` gives it.
    seed : int
        Another seed gives another choice.
    groups : sequence of str, optional
        The group of each document; empty where it has none.

    Returns
    -------
    tuple of (list of str, list of list of int) or None
        The name of a split per document, and which documents were kept together though their texts are not
        the same; None if there are fewer different documents than splits.
    """
    same = find_same_text(texts)
    related = [*_pairs_of(groups), *find_shared_text(texts)]
    joined = _join_pairs(len(texts), same + related)
    if len(joined) < len(shares):
        joined, related = _join_pairs(len(texts), same), []
    if len(joined) < len(shares):
        return None
    chosen = _fill(
        {tuple(group): sum(len(texts[i]) for i in group) for group in _shuffle(joined, texts, seed)}, shares
    )
    together = {i for pair in related for i in pair}
    return [chosen[i] for i in range(len(texts))], [group for group in joined if together & set(group)]


def cut_passages(text, shares, seed):
    """Cut one document into contiguous passages: each held-out split one passage, what lies around them for
    training.

    Parameters
    ----------
    text : str
        The document.
    shares : dict of str to float
        Wanted share of each split, as ``check_shares`` gives it.
    seed : int
        Decides where the held-out passages lie.

    Returns
    -------
    list of (str, int, int)
        Split, first character and end of each passage, in the order of the text; together they are the text.
    """
    chance = random.Random(f"{seed}:{_digest(text)}")  # a string seeds it alike on every platform
    held = sorted((split for split in shares if split != "train"), key=lambda split: (chance.random(), split))
    weights = [1 + chance.random() for _ in range(len(held) + 1)]
    lengths = [shares["train"] * weight / sum(weights) for weight in weights]
    layout = [("train", lengths[0])]
    for split, length in zip(held, lengths[1:]):
        layout += [(split, shares[split]), ("train", length)]
    # A cut moves by at most a tenth of the shortest passage, and never far, to where a paragraph (or a line,
    # or a sentence) ends.
    reach = min(2000, int(len(text) * min(length for _, length in layout) / 10))
    ideals = itertools.accumulate(length * len(text) for _, length in layout[:-1])
    cuts = [0, *(_cut_near(text, int(ideal), reach) for ideal in ideals), len(text)]
    return [(split, start, end) for (split, _), start, end in zip(layout, cuts, cuts[1:])]


def cut_beginning(text, room):
    """The longest beginning of at most ``room`` characters that ends between two words; empty if a word
    takes all the room.
    """
    end = room
    while end and not text[end].isspace() and not text[end - 1].isspace():
        end -= 1
        if room - end > _LONGEST_WORD:
            return text[:room]
    return text[:end].rstrip()


def cut_pieces(text, of):
    """Where the lines or the sentences of a text begin and end, white space around them left out: (start,
    end) of each that is not empty.
    """
    start = 0
    for end in [*(match.end() for match in PIECES[of].finditer(text)), len(text)]:
        piece = text[start:end]
        if piece.strip():
            yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        start = end


def fewest_characters(shares):
    """How long a document must be, in characters, so that its smallest passage is worth measuring on."""
    return math.ceil(round(SHORTEST_PASSAGE / min(shares.values()), 6))


def cut_document(text, shares, seed):
    """``cut_passages``, or the whole document for training if it is too short for that."""
    if len(text) < fewest_characters(shares):
        return [("train", 0, len(text))]
    passages = cut_passages(text, shares, seed)
    if any(not text[start:end].strip() for _, start, end in passages):
        return [("train", 0, len(text))]
    return passages


def too_short_error(texts, shares):
    """The error for documents of which none can be cut."""
    longest = max(map(len, texts))
    return TextError(
        f"The text is too short to split: the corpus has {pluralize(len(texts), 'document')} for"
        f" {len(shares)} splits, and cutting one into passages needs at least {fewest_characters(shares):,}"
        f" characters in it (the longest has {longest:,}); add text, or hold out less with valid=0 or test=0."
    )


def note_on_shares(parts, shares):
    """A note if whole documents are too large for a share to come within half of what was asked for."""
    total = sum(len(document.text) for _, document in parts)
    reached = {
        name: sum(len(document.text) for split, document in parts if split == name) / total for name in shares
    }
    if all(abs(reached[name] - share) <= share / 2 for name, share in shares.items()):
        return ""
    in_words = ", ".join(f"{name} {share:.0%}" for name, share in reached.items())
    return f"Whole documents come no nearer to the shares asked for than {in_words}."


def _cut_near(text, ideal, reach):
    for boundary in _CUTS:
        places = [match.end() for match in boundary.finditer(text, ideal - reach, ideal + reach)]
        if places:
            return min(places, key=lambda place: abs(place - ideal))
    return ideal


def _fill(sizes, shares):
    """First fit: every split but the largest takes what fits into its share; the largest takes the rest."""
    total = sum(sizes.values())
    *small, largest = sorted(shares, key=lambda split: (shares[split], split))
    left = dict(sizes)
    chosen = {}
    for done, split in enumerate(small):
        target = shares[split] * total
        taken = 0
        spare = len(left) - (len(shares) - done - 1)  # the others need one document each
        for group in list(left):
            if spare and taken + left[group] <= target:
                taken += left.pop(group)
                spare -= 1
                chosen |= dict.fromkeys(group, split)
        nearest = min(left, key=lambda group: abs(taken + left[group] - target))
        if spare and (not taken or abs(taken + left[nearest] - target) < abs(taken - target)):
            left.pop(nearest)
            chosen |= dict.fromkeys(nearest, split)
    return chosen | dict.fromkeys(itertools.chain(*left), largest)


def _digest(text):
    return hashlib.sha256(" ".join(text.split()).encode("utf-8")).hexdigest()


def _shuffle(groups, texts, seed):
    # Sorting by a hash needs no random generator, whose shuffle may change between versions of Python.
    return sorted(groups, key=lambda group: min(_digest(f"{seed}: {_digest(texts[i])}") for i in group))


def find_same_text(texts):
    """Pairs of documents with the same text, white space aside: of each text the first with every
    later one.
    """
    first = {}
    pairs = []
    for i, text in enumerate(texts):
        j = first.setdefault(_digest(text), i)
        if j != i:
            pairs.append((j, i))
    return pairs


def find_shared_text(texts):
    """Pairs of documents that have much of their text in common: dict of pair to share, from 0 to 1, of the
    shorter one's 8-grams.
    """
    return {pair: share for pair, share in shared_ngrams(texts).items() if share >= SHARED}


def shared_ngrams(texts):
    """Pairs of documents that have at least five 8-grams of words in common, letter case and punctuation
    aside: dict of pair to share, from 0 to 1, of the different 8-grams of the document with fewer of them.
    8-grams that stand in more than five documents do not count.
    """
    numbers = {}
    found = [_hashes([numbers.setdefault(word, len(numbers)) for word in _words(text)]) for text in texts]
    every = np.concatenate([np.empty(0, np.uint64), *found])
    document = np.repeat(np.arange(len(found)), [len(hashes) for hashes in found])
    order = np.argsort(every, kind="stable")
    every, document = every[order], document[order]
    starts = np.flatnonzero(np.r_[True, every[1:] != every[:-1]]) if len(every) else np.empty(0, int)
    holders = np.diff(np.r_[starts, len(every)])
    common = Counter()
    for number in range(2, _FORMULA + 1):
        sets = document[starts[holders == number][:, None] + np.arange(number)]
        for one, other in itertools.combinations(range(number), 2):
            pairs, times = np.unique(sets[:, [one, other]], axis=0, return_counts=True)
            common.update({(int(i), int(j)): int(count) for (i, j), count in zip(pairs, times)})
    return {
        (i, j): count / min(len(found[i]), len(found[j]))
        for (i, j), count in common.items()
        if count >= _FEWEST_SHARED
    }


def _words(text):
    return _WORD.findall(text.lower())


def _hashes(words):
    """The different 8-grams of a text, each as a number of 64 bits: numpy.ndarray, sorted."""
    words = np.array(words, dtype=np.uint64) + np.uint64(1)
    places = len(words) - _NGRAM + 1
    if places < 1:
        return np.empty(0, np.uint64)
    hashes = np.zeros(places, dtype=np.uint64)
    for place in range(_NGRAM):
        hashes = hashes * _FACTOR + words[place : place + places]
    return np.unique(hashes ^ (hashes >> np.uint64(29)))


def _pairs_of(groups):
    """Of each group the first document with every later one."""
    first = {}
    return [(first[group], i) for i, group in enumerate(groups) if group and first.setdefault(group, i) != i]


def _join_pairs(count, pairs):
    """The groups into which ``count`` documents fall when the two of each pair belong together."""
    leader = list(range(count))

    def lead(i):
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    for i, j in pairs:
        leader[max(lead(i), lead(j))] = min(lead(i), lead(j))
    groups = defaultdict(list)
    for i in range(count):
        groups[lead(i)].append(i)
    return list(groups.values())
