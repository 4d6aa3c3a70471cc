"""Texts, models that know them, and tables of experiments, for the hidden inputs of the notebooks about texts: all in a moment, without TensorFlow."""

from gpt2lab.corpus import Corpus, Splits, presidential_speeches
from gpt2lab.course.counted_model import CountedModel

LONG, SHORT = 6000, (1600, 1000, 700, 500)  # characters of the test documents


def speeches(rng):
    """Some speeches, drawn by lot.

    The first test document is a modern one, and longer than the others together; these are old and harder for a model of modern speeches. So each way
    to take the mean of the documents gives another number.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    Splits
    """
    modern, old = (list(presidential_speeches(since=since, until=until).documents) for since, until in ((1947, None), (1800, 1890)))
    rng.shuffle(modern)
    rng.shuffle(old)
    train = [document.part(0, 6000) for document in modern[:6]]
    valid = [document.part(0, length) for document, length in zip(modern[6:10], (2000, 1500, 1000, 700))]
    test = [modern[10].part(0, LONG), *(document.part(0, length) for document, length in zip(old, SHORT))]
    return Splits(*(Corpus(documents) for documents in (train, valid, test)))


def models(splits, name):
    """What stands for the pretrained model and the fine-tuned one.

    Parameters
    ----------
    splits : Splits
    name : str

    Returns
    -------
    tuple of CountedModel
        The first knows two documents of the training text, the second all.
    """
    texts = [document.text for document in splits.train]
    return CountedModel(texts[:2], name), CountedModel(texts, name)
