"""The checks of notebook 8, Sampling."""

import operator

import numpy as np

from gpt2lab.course.checks.verdicts import choice, essay, exercise, here, number, right, wrong
from gpt2lab.measures.diversity import distinct
from gpt2lab.measures.of_samples import distance_to_human
from gpt2lab.measures.words import words


@exercise("08.1", computed=True)
def at_half_the_temperature(answer, probability):
    p = np.asarray(probability, float)
    squares = p**2
    roots = p**0.5
    softmax = np.exp(p / 0.5)
    return number(
        answer,
        squares[0] / squares.sum(),
        mistakes=(
            (p[0], "That is the probability at temperature 1, which leaves everything as it is."),
            (squares[0], "The powers are right, but they do not add up to 1 any more. Divide by their sum."),
            (
                roots[0] / roots.sum(),
                (
                    "You took the power 0.5, which is temperature 2: the likeliest token has become less"
                    " likely. The power is 1/T."
                ),
            ),
            (roots[0], "You took the power 0.5. It is 1/T; and then divide by the sum of all."),
            (
                2 * p[0],
                "The temperature divides the logits, not the probabilities. For these it is a power, 1/T.",
            ),
            (
                p[0] / 2,
                "The temperature divides the logits, not the probabilities. For these it is a power, 1/T.",
            ),
            (
                softmax[0] / softmax.sum(),
                (
                    "You put probabilities into a softmax, which wants logits. Take powers of the"
                    " probabilities instead."
                ),
            ),
        ),
        otherwise="Raise all probabilities to the power 1/T, and divide the first by their sum.",
        reason=(
            "Raised to a power above 1, small probabilities lose most: what was unlikely nearly vanishes,"
            " and the likely tokens share what is left."
        ),
    )


@exercise("08.2", computed=True)
def survivors(answer, sure, open_ended):
    exact = tuple(_nucleus(probability) for probability in (sure, open_ended))
    given = _two_whole_numbers(answer)
    if given is None:
        return wrong("Give two whole numbers, of tokens that can be drawn: after SURE and after OPEN.")
    # Where thousands of small numbers are added, the last digit may decide.
    if given[0] == exact[0] and abs(given[1] - exact[1]) <= 1 and given[1] != _below(open_ended):
        return right(
            "The same p keeps few tokens where the model is sure and many where it is not. That is what a"
            " fixed k cannot do."
        )
    if given == exact[::-1]:
        return wrong("You have them the wrong way round: after which prompt is the model sure?")
    if given == (_below(sure), _below(open_ended)):
        return wrong(
            "One is missing in each: you counted the tokens whose sum stays below 0.9, and the one that"
            " reaches it is kept too."
        )
    likely = tuple(int((np.asarray(probability) > 0.9).sum()) for probability in (sure, open_ended))
    if given == likely:
        return wrong(
            "You counted tokens that are themselves more likely than 0.9. Add up from the likeliest on, with"
            " cumsum()."
        )
    if given == tuple(len(probability) - kept for probability, kept in zip((sure, open_ended), exact)):
        return wrong("That is how many are cut. How many are kept?")
    place = "SURE" if given[0] != exact[0] else "OPEN"
    found = given[place == "OPEN"]
    meant = exact[place == "OPEN"]
    return wrong(
        f"After {place} {here(f'{found:,}') or 'that'} is too {'large' if found > meant else 'small'}. Add up"
        " from the likeliest token on until 0.9 is reached."
    )


def _below(probability):
    return int((np.cumsum(np.asarray(probability, float)) < 0.9).sum())


def _nucleus(probability):
    return _below(probability) + 1


def _two_whole_numbers(answer):
    """The two numbers of a pair, or None if it is none."""
    try:
        pair = tuple(map(operator.index, answer))
    except TypeError:
        return None
    return pair if len(pair) == 2 and not any(isinstance(part, (bool, np.bool_)) for part in answer) else None


@exercise("08.3", computed=True)
def dist_1(answer, texts):
    found = [words(text) for text in texts]
    every = [word for text in found for word in text]
    types = set(every)
    spaced = " ".join(texts).split()
    return number(
        answer,
        distinct(texts),
        mistakes=(
            (len(types), "That is how many different words there are. Divide by the number of all words."),
            (len(every), "That is how many words there are. How many of them are different?"),
            (len(every) / len(types), "Turn the fraction round: different words, divided by all words."),
            (len(types) / len(texts), "You divided by the number of texts. Divide by the number of words."),
            (
                sum(len(set(text)) / len(text) for text in found if text) / len(found),
                (
                    "That is the mean over the texts, each by itself. A word that comes in two texts counts"
                    " once: put all words into one list first."
                ),
            ),
            (
                len(set(spaced)) / len(spaced),
                "You split at spaces, so that 'law' and 'law,' are two words. Use lab.words(text).",
            ),
            (
                len({word.lower() for word in every}) / len(every),
                (
                    "You made all letters small. Here The and the are two words, as in all measures of this"
                    " course."
                ),
            ),
            (len(set("".join(texts))) / len("".join(texts)), "That counts letters. Use lab.words(text)."),
        ),
        tolerance=1e-4,
        otherwise="Divide the number of different words by the number of all words, over all texts together.",
        reason=(
            "The dist-1 of all texts together is lower than that of a single one, since the frequent words"
            " come in every text."
        ),
    )


@exercise("08.4", prediction="dist-1 and self-BLEU of a higher temperature")
def direction(prediction, table):
    rows = table[table["parameter"] == "temperature"].sort_values("value")
    moves = {
        name: "rises" if rows[name].iloc[-1] > rows[name].iloc[0] else "falls"
        for name in ("dist_1", "self_bleu")
    }
    key = {
        ("rises", "rises"): "a",
        ("rises", "falls"): "b",
        ("falls", "rises"): "c",
        ("falls", "falls"): "d",
    }[tuple(moves.values())]
    measured = f"Here dist-1 {moves['dist_1']} and self-BLEU {moves['self_bleu']}."
    reasons = dict.fromkeys(
        "abcd", f"{measured} A high dist-1 means that words differ, a high self-BLEU that samples are alike."
    )
    opposite = (
        "They go opposite ways: one counts what is different, the other what is alike. A higher k or p does"
        " the same as a higher temperature."
    )
    return choice(prediction, reasons | {key: opposite}, key)


@exercise("08.5", computed=True)
def nearest_to_people(answer, table):
    tried = table[table["parameter"] != "human"]
    human = table[table["parameter"] == "human"]
    given = _two_whole_numbers(answer)
    if given is None:
        return wrong("Give the numbers of two rows of the table, whole numbers, by dist_1 and by perplexity.")
    if unknown := [row for row in given if row not in table.index]:
        return wrong(
            f"There is no row {here(str(unknown[0])) or 'of such a number'}; the rows run from"
            f" {table.index[0]} to {table.index[-1]}."
        )
    if set(given) & set(human.index):
        return wrong(
            "The last row is human text itself, which is of course nearest. Look among the settings that were"
            " tried."
        )
    measures = ("dist_1", "perplexity")
    nearest = [_nearest_rows(tried, human, measure) for measure in measures]
    missed = [number for number, (row, rows) in enumerate(zip(given, nearest)) if row not in rows]
    if not missed:
        return right(
            "Like human text in one respect is not like it in all. And this is one draw of a hundred samples:"
            " another seed may choose the neighbour of your setting, but hardly one at the other end of the"
            " figure."
        )
    if given[0] in nearest[1] and given[1] in nearest[0]:
        return wrong("You have them the wrong way round: first by dist_1, then by perplexity.")
    measure = measures[missed[0]]
    row = given[missed[0]]
    is_this = (
        f"row {row}, with {tried.loc[row, measure]:.3g} beside {human[measure].iloc[0]:.3g} of human text,"
    )
    chosen = here(is_this) or "your row"
    if row in (tried[measure].idxmin(), tried[measure].idxmax()):
        end = "lowest" if row == tried[measure].idxmin() else "highest"
        return wrong(
            f"By {measure} {chosen} has the {end} value of all. Take the size of the difference from human"
            " text, with .abs()."
        )
    return wrong(f"By {measure} {chosen} is not the nearest: another is nearer to human text.")


def _nearest_rows(tried, human, measure):
    """The rows that are nearest to human text, by the difference or by the ratio, as far as three digits
    tell.
    """
    ratio, difference = (
        distance_to_human(tried[measure], human[measure].iloc[0], kind) for kind in ("perplexity", "dist_1")
    )
    return {row for distance in (ratio, difference) for row in tried.index[distance <= distance.min() + 5e-4]}


_TOO_SAFE = "repe|loop|circle|alike|same|dull|boring|resembl|safe|monoton|again"
_TOO_WILD = (
    "nonsense|sense|wild|random|invent|surpris|unlikely|incoherent|gibberish|meaning|intelligib|salad|chao"
    "|grammat|garbage|rubbish|fit together"
)


@exercise("08.6")
def explanation(answer):
    return essay(
        answer,
        "Answer in three or four sentences.",
        points=(
            (
                "temperature|top_p|top_k|top-p|top-k|p =|k =|t =| p | k ",
                "Name your setting: the temperature, k or p that you take.",
            ),
            (
                "dist|bleu|repetition|zipf|perplex",
                "Give a figure: name at least one column of your table, dist-1 or self-BLEU for example.",
            ),
            (
                "human|people|person",
                "A figure alone means nothing: say what human text has in the same column.",
            ),
            (
                _TOO_SAFE,
                "Say what goes wrong if the model is held back more, with temperature 0.5 for example.",
            ),
            (_TOO_WILD, "Say what goes wrong if it is held back less, with temperature 1.5 for example."),
        ),
        reason=(
            "Compare: held back too much, samples repeat and resemble each other; too little, they are varied"
            " and make no sense. As varied as human text is a good place to begin, but no measure of variety"
            " knows whether a text makes sense, so somebody has to read it."
        ),
        fewest=25,
    )
