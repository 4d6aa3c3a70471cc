"""The checks of notebook 8, Sampling."""

import operator

import numpy as np

from gpt2lab.course.checks.prose import Point, essay
from gpt2lab.course.checks.verdicts import (
    call,
    choice,
    exercise,
    half_right,
    here,
    number,
    right,
    unanswered,
    wrong,
)
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
    judged = half_right if given[0] == exact[0] or given[1] == exact[1] else wrong
    return judged(
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
    judged = wrong if len(missed) == 2 else half_right
    measure = measures[missed[0]]
    row = given[missed[0]]
    is_this = (
        f"row {row}, with {tried.loc[row, measure]:.3g} beside {human[measure].iloc[0]:.3g} of human text,"
    )
    chosen = here(is_this) or "your row"
    if row in (tried[measure].idxmin(), tried[measure].idxmax()):
        end = "lowest" if row == tried[measure].idxmin() else "highest"
        return judged(
            f"By {measure} {chosen} has the {end} value of all. Take the size of the difference from human"
            " text, with .abs()."
        )
    return judged(f"By {measure} {chosen} is not the nearest: another is nearer to human text.")


def _nearest_rows(tried, human, measure):
    """The rows that are nearest to human text, by the difference or by the ratio, as far as three digits
    tell.
    """
    ratio, difference = (
        distance_to_human(tried[measure], human[measure].iloc[0], kind) for kind in ("perplexity", "dist_1")
    )
    return {row for distance in (ratio, difference) for row in tried.index[distance <= distance.min() + 5e-4]}


_SETTING = r"temperatur|\btop ?[pk]\b|topp|topk|nucleus|\b[pkt] ?= ?\.?\d|\b[pkt] (of )?\.?\d"
_COLUMN = r"dist.?1|bleu|repetition|zipf|perple[xj]|\bppl\b|unknown|variety"
_SAFE = (
    r"repe[at]|repet|repite|keeps to phrases|said before|wiederhol|loop|circle|alike|\bsame\b|dull"
    r"|boring|resembl|monoton|over and over|again|\brond\b|stereotyp|generic|stuck"
    r"|(not|less) varied"
)
_WILD = (
    r"nonsens|sense|\bwild|random|invent|made ?up|makes? up|unlikely|improbable|incoheren|gibberish"
    r"|gobbledy|meaning|intelligib|salad|chao"
    r"|ungramm|garbage|rubbish|odd words|errors|derail|fall apart|readable|unsinn|kauderwelsch|charabia"
    r"|sentido|tokens ruin|not exist|does not mean"
)


@exercise("08.6", in_words=True)
def explanation(answer):
    return essay(
        answer,
        "Answer in three or four sentences.",
        question=(
            "You want this model to write a speech. Which setting do you take, and why? In three or four"
            " sentences: name the setting, give a figure from your table beside that of human text, and say"
            " what would go wrong on either side of it."
        ),
        points=(
            Point(
                "your setting",
                "Name your setting: the temperature, k or p that you take.",
                (rf"{_SETTING} & \d",),
            ),
            Point(
                "a figure",
                "Give a figure: name at least one column of your table, dist-1 or self-BLEU for example.",
                (rf"{_COLUMN} & \d",),
            ),
            Point(
                "what human text has",
                "A figure alone means nothing: say what human text has in the same column.",
                (r"human|people|person|mensch|humain|humano",),
            ),
            Point(
                "what goes wrong if it is held back more",
                "Say what goes wrong if the model is held back more, with temperature 0.5 for example.",
                (_SAFE,),
            ),
            Point(
                "what goes wrong if it is held back less",
                "Say what goes wrong if it is held back less, with temperature 1.5 for example.",
                (_WILD,),
            ),
        ),
        compare=(
            "Held back too much, samples repeat and resemble each other; too little, they are varied and"
            " make no sense. As varied as human text is a good place to begin, but no measure of variety"
            " knows whether a text makes sense, so somebody has to read it."
        ),
        topic=_SETTING,
    )


_NEAR = 0.08  # of the probability may lie elsewhere: chance moves a thousand draws by a third of it


def _kept(weights, top_p, more=0, rising=False):
    """Probabilities, once all tokens outside the nucleus are cut."""
    weights = weights / weights.sum()
    order = np.argsort(weights if rising else -weights, kind="stable")
    size = max(1, np.searchsorted(weights[order].cumsum(), top_p) + 1 + more)
    kept = np.zeros(len(weights))
    kept[order[:size]] = weights[order[:size]]
    return kept / kept.sum()


def _right_sampler(p, temperature, top_p):
    return _kept(p ** (1 / temperature), top_p)


# What samplers with a typical mistake draw from, and what to say.
_WRONG_SAMPLERS = (
    (
        lambda p, temperature, top_p: p,
        "Neither setting has an effect: you draw from the probabilities as they were given.",
    ),
    (
        lambda p, temperature, top_p: _kept(p, top_p),
        (
            "The temperature has no effect. (If all are divided by one number, their sum takes it back.)"
            " Raise the probabilities to a power."
        ),
    ),
    (
        lambda p, temperature, top_p: _kept(p**temperature, top_p),
        "Your temperature works the wrong way round: you took T for the power. It is 1/T.",
    ),
    (
        lambda p, temperature, top_p: _kept(np.exp(p / temperature), top_p),
        (
            "You put probabilities into a softmax, which wants logits. Take powers of the probabilities"
            " instead."
        ),
    ),
    (
        lambda p, temperature, top_p: _kept(p, top_p) ** (1 / temperature),
        (
            "You cut before the temperature. It comes first, and the nucleus is found among the probabilities"
            " that it makes."
        ),
    ),
    (
        lambda p, temperature, top_p: p * (_right_sampler(p, temperature, top_p) > 0),
        "The nucleus is right, but you draw from it with the probabilities from before the temperature.",
    ),
    (
        lambda p, temperature, top_p: p ** (1 / temperature),
        "top_p has no effect: tokens are drawn that should be cut off.",
    ),
    (
        lambda p, temperature, top_p: _kept(p ** (1 / temperature), top_p, more=-1),
        "The token with which the sum reaches top_p is never drawn. It belongs to the nucleus.",
    ),
    (
        lambda p, temperature, top_p: _kept(p ** (1 / temperature), top_p, more=1),
        "You keep one token too many: the one with which the sum reaches top_p is the last.",
    ),
    (
        lambda p, temperature, top_p: np.sort(_right_sampler(p, temperature, top_p))[::-1],
        (
            "You return a token's place in the sorted order. Its place in `probabilities` is asked for, which"
            " is what np.argsort holds."
        ),
    ),
    (
        lambda p, temperature, top_p: _kept(p ** (1 / temperature), top_p, rising=True),
        "You keep the least likely tokens: np.argsort puts the smallest first.",
    ),
    (
        lambda p, temperature, top_p: p == p.max(),
        "You always take the likeliest token. Draw one, with rng.choice.",
    ),
    (
        lambda p, temperature, top_p: _right_sampler(p, temperature, top_p) > 0,
        "All tokens of the nucleus are drawn equally often. Give rng.choice their probabilities too.",
    ),
)


@exercise("08.7")
def sampler(draws, cases):
    measured, failure = [], None
    for case in cases:
        drawn, failed = call(draws, *case)
        if failed and failed.state == "unanswered":
            return failed
        if failed:
            failure = failure or failed
            continue
        if not isinstance(drawn, (list, tuple)) or not drawn:
            return wrong("draws returns no list of tokens any more. Run its cell again.")
        if all(token is None or token is ... for token in drawn):
            return unanswered("sample_token returns nothing yet. Write its body, with a return.")
        if strange := _no_tokens(drawn, case[0]):
            return wrong(strange)
        measured.append((case, np.array(drawn, int)))
    shares = [np.bincount(drawn, minlength=len(case[0])) / len(drawn) for case, drawn in measured]

    def away(sampler):
        """The largest share of the draws, over all cases, that this sampler would have drawn otherwise."""
        found = []
        for (case, _), share in zip(measured, shares):
            p, *settings = case
            weights = np.asarray(sampler(np.array(p, float), *settings), float)
            found.append(np.abs(share - weights / weights.sum()).sum() / 2)
        return max(found, default=1)

    if away(_right_sampler) >= _NEAR:
        distance, reason = min(((away(wrong_one), said) for wrong_one, said in _WRONG_SAMPLERS), key=_first)
        if distance < _NEAR:
            return wrong(reason, _drawn_and_meant(measured, shares))
        if not failure:
            return wrong(
                "Your tokens are not drawn as often as they should be. Go through the four steps, with the"
                " first example on paper.",
                _drawn_and_meant(measured, shares),
            )
    if failure:
        return wrong(
            f"{failure.reason} (At least one token must be left, and rng.choice wants probabilities that"
            " add up to 1: divide by their sum after the cut.)"
        )
    if any((_right_sampler(np.array(case[0]), *case[1:])[drawn] == 0).any() for case, drawn in measured):
        return wrong("Now and then you draw a token from outside the nucleus.")
    (first, drawn), again = measured[0], 20
    if list(call(draws, *first, again)[0] or ()) != drawn[:again].tolist():
        return wrong(
            "The same seed gave other tokens the second time. Let all chance come from `rng`, not from"
            " np.random."
        )
    return right(
        "That is the whole of sampling: the model gives the probabilities, and a few lines that know nothing"
        " of language decide what is made of them."
    )


def _first(pair):
    return pair[0]


def _no_tokens(drawn, probabilities):
    """What is wrong with drawn tokens that are none, or None."""
    if any(isinstance(token, float) and 0 < token < 1 for token in drawn):
        return "You return a probability. Return the token's number, which is its place in `probabilities`."
    try:
        numbers = [operator.index(token) for token in drawn]
    except TypeError:
        return "sample_token has to return one whole number, the place of a token in `probabilities`."
    if min(numbers) < 0 or max(numbers) >= len(probabilities):
        return "You return a number that no token has: they run from 0 to len(probabilities) - 1."
    return None


def _drawn_and_meant(measured, shares):
    """A line on what was drawn, and one on what should have been, of the case that is farthest from it."""

    def apart(at):
        return np.abs(shares[at] - _right_sampler(np.array(measured[at][0][0]), *measured[at][0][1:])).sum()

    worst = max(range(len(shares)), key=apart)
    p, temperature, top_p = measured[worst][0]
    meant = _right_sampler(np.array(p), temperature, top_p)
    return (
        f"probabilities {p}, temperature {temperature:g}, top_p {top_p:g}",
        "drawn " + ", ".join(f"{share:.0%}" for share in shares[worst]),
        "meant " + ", ".join(f"{share:.0%}" for share in meant),
    )
