"""Texts and models that know them, for the hidden inputs of notebooks that measure what models read and
write. A moment's work, without TensorFlow.
"""

from gpt2lab.corpus import Corpus, Splits, presidential_speeches
from gpt2lab.corpus.document import author_prefix
from gpt2lab.course.scenes.counted_model import CountedModel

# characters of the test documents
LONG = 6000
SHORT = (1600, 1000, 700, 500)


def speeches(rng):
    """Some speeches, drawn by lot.

    The first test document is a modern one, and longer than the others together; these are old.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    Splits
    """
    modern, old = (
        list(presidential_speeches(since=since, until=until).documents)
        for since, until in ((1947, None), (1800, 1890))
    )
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
        The first knows two documents of the training text, the second all, and both half of the long test
        document: so documents differ much in how hard they are, and with them the means that could be taken.
    """
    texts = [document.text for document in splits.train]
    known = splits.test.documents[0].text[LONG // 2 :]
    return CountedModel([*texts[:2], known], name), CountedModel([*texts, known], name)


# After some of these a model of such speeches is sure what comes next, after others anything may.
PROMPTS = (
    "The President of the United",
    "we are in the Middle",
    "We met with the Soviet",
    "It is a Federal",
    "This was in order",
    "I went to the",
    "It is a",
    "We have to",
    "I know that our",
    "This means more",
    "and",
    "There is no",
)


def sure_and_open(lm, rng):
    """The prompt of some after which a model is surest what comes next, with two tokens or more to draw from,
    and the one after which it is least so.

    Returns
    -------
    tuple of str
    """
    tried = [str(prompt) for prompt in rng.permutation(PROMPTS)[:9]]
    before_it_is_reached = {
        prompt: lm.next_tokens(prompt).probability.cumsum().searchsorted(0.9) for prompt in tried
    }
    return min(filter(before_it_is_reached.get, tried), key=before_it_is_reached.get), max(
        tried, key=before_it_is_reached.get
    )


def speeches_of(authors, rng):
    """A passage by each author to learn from and one to test on, drawn by lot.

    Parameters
    ----------
    authors : sequence of str
    rng : numpy.random.Generator

    Returns
    -------
    Splits
    """
    train = []
    test = []
    for author in authors:
        own = list(presidential_speeches().select(lambda document: document.author == author).documents)
        rng.shuffle(own)
        train.append(own[0].part(0, 5000))
        test.append(own[1].part(0, 4000))
    return Splits(Corpus(train), Corpus(), Corpus(test))


def models_of_authors(splits, name):
    """What stands for a pretrained model and for one that has learned which words follow which prefix.

    A prefix announces the words of its author, and some of its neighbours' in time, the fewer the farther
    away they are.

    Parameters
    ----------
    splits : Splits
        Of pieces with authors, in the order of their time, and without the prefix.
    name : str

    Returns
    -------
    tuple of CountedModel
    """
    authors = list(dict.fromkeys(document.author for document in splits.test))
    prefixed = [document.text for document in splits.train.with_author_prefix()]
    after = {
        author_prefix(author).rstrip(): _near(place, authors, splits.test)
        for place, author in enumerate(authors)
    }
    return CountedModel(prefixed[::3], name), CountedModel(prefixed, name, after)


def _near(place, authors, texts):
    """Every second text by the author of a place, every fourth by a neighbour, every eighth by a
    neighbour's.
    """
    every = {author: 2 ** (1 + abs(other - place)) for other, author in enumerate(authors)}
    return [document.text for number, document in enumerate(texts) if number % every[document.author] == 0]
