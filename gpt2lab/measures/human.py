"""The figure that every measure is read beside: the same for text that people wrote."""

import random

from gpt2lab.base.arguments import whole_number
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.measures.words import WORD, Samples, strings_of, tokenize_samples, tokenize_texts


def human_samples(texts: "Samples | str", like: Samples, seed: int = 0) -> list:
    """Pieces of human text, as many as there are samples and each as long as its sample.

    Most measures move with the number and the length of samples, so that only equal numbers of equal length
    can be compared. The result goes wherever samples go: ``lab.self_bleu(lab.human_samples(splits.test,
    like=samples))``.

    Parameters
    ----------
    texts : Corpus, str, list of str, or list of list of tokens
        Human text: strings if the samples are strings, else lists of tokens.
    like : list of str or list of list
        The samples. Length is counted in `words`, or in tokens.
    seed : int, default 0
        Which pieces are taken.

    Returns
    -------
    list of str, or list of list
        Pieces drawn at random from everywhere in the texts. They do not overlap, and none runs over the end
        of a document. A document shorter than the longest sample gives one piece, which may be shorter than
        its sample; where there is too little text for all, there are fewer pieces than samples.

    Raises
    ------
    ArgumentError
        If one is text and the other tokens, or either is neither.
    TextError
        If the texts have no words.

    Examples
    --------
    >>> human_samples("We hold these truths to be self-evident.", like=["Four score and seven"])
    ['We hold these truths']
    """
    return cut_pieces(texts, tokenize_samples(like, "like"), whole_number("seed", seed, 0))


def cut_pieces(texts, like, seed, name="texts"):
    """The same for samples that are split already, whatever the text is called."""
    if like.unit == "words":
        documents = strings_of(texts, name)
        bounds = [[match.span() for match in WORD.finditer(text)] for text in documents]
    else:
        tokenized = tokenize_texts(texts, name)
        if tokenized.unit != "tokens":
            raise ArgumentError(
                f"The samples are lists of tokens and {name} is text; give both as strings or both as lists"
                " of tokens."
            )
        documents = tokenized.texts
        bounds = [[(i, i + 1) for i in range(len(tokens))] for tokens in documents]
    # Text is first cut into places that have room for any sample, so that the draw does not depend on the
    # order of the samples.
    room = max(1, *like.lengths)
    places = [
        (document, start)
        for document, words in enumerate(bounds)
        for start in range(0, max(1, len(words) - room + 1), room)
        if words
    ]
    if not places:
        raise TextError(
            f"{name} has no words to cut pieces from;"
            " give human text, for example the test split of the corpus."
        )
    random.Random(seed).shuffle(places)
    cut = []
    for (document, start), length in zip(places, like.lengths):
        words = bounds[document][start : start + length]
        cut.append(documents[document][words[0][0] : words[-1][1]] if words else documents[document][:0])
    return cut
