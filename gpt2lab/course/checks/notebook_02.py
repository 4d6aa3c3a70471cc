"""The checks of notebook 2, Fine-tune it."""

import math
import re

from gpt2lab.course.checks.verdicts import (
    essay,
    exercise,
    is_number,
    number,
    range_choice,
    right,
    wrong,
    wrong_number,
)

WINDOW = 1024  # tokens


@exercise("02.1", prediction="the fall of perplexity on unseen text")
def fall_of_perplexity(prediction, before, after):
    fall = 1 - after / before
    found = "a" if fall < 0.05 else "b" if fall <= 0.5 else "c"
    measured = f"It fell by {100 * fall:.0f} %." if fall >= 0 else f"It rose by {-100 * fall:.0f} %."
    more = f"{measured} Even so few windows teach what such texts have in common: words, topics, form."
    less = (
        f"{measured} Most of what it takes to predict a text is the language, and that the model knew before."
    )
    return range_choice(
        prediction,
        found,
        before=more,
        after=less,
        reason="What such texts have in common is learned from few windows; the language was there before.",
    )


@exercise("02.2", computed=True)
def epochs(answer, steps, batch_size, tokens):
    windows = steps * batch_size
    return number(
        answer,
        windows * WINDOW / tokens,
        mistakes=(
            (
                tokens / (windows * WINDOW),
                "Turn the fraction round: tokens read, divided by the tokens that there are.",
            ),
            (steps * WINDOW / tokens, "Each step read BATCH_SIZE windows, not one."),
            (windows / tokens, "Each window has 1,024 tokens, not one."),
            (steps / tokens, "Each step read BATCH_SIZE windows of 1,024 tokens, not one token."),
            (windows * WINDOW, "That is how many tokens were read. Divide by the length of the text."),
            (tokens / WINDOW, "That is how many windows the text has. How many of them did the steps read?"),
            (steps, "That is the number of steps. How many tokens did they read, and how many are there?"),
            (windows, "That is the number of windows. How many tokens are in them, and how many are there?"),
            (windows * WINDOW // tokens, "You rounded down. Divide with /, not with //."),
        ),
        otherwise="Multiply the steps by BATCH_SIZE and by 1,024, and divide by training_tokens.",
        reason="The history of the run counts epochs too: look at the last line of run.history.",
    )


@exercise("02.3", computed=True)
def weights_after_a_step(answer, w1, w2, x1, x2, y, rate):
    if problem := _no_pair(answer):
        return wrong(problem)
    found = tuple(map(float, answer))
    error = w1 * x1 + w2 * x2 - y
    slopes = (2 * error * x1, 2 * error * x2)
    moved = (w1 - rate * slopes[0], w2 - rate * slopes[1])
    if _same(found, moved):
        return right("Both slopes belong to the old weights, so both weights move at once.")
    later = moved[0] * x1 + w2 * x2 - y
    mistakes = (
        ((w1 + rate * slopes[0], w2 + rate * slopes[1]), "That is a step up: the loss rises. Go against it."),
        ((moved[0], w2 - rate * 2 * later * x2), "You moved w1 before you computed the slope of w2."),
        ((w1 - rate * error * x1, w2 - rate * error * x2), "A factor is missing: the square brings a 2."),
        (
            (w1 - 2 * rate * error, w2 - 2 * rate * error),
            "A factor is missing: how much the prediction moves with a weight depends on its input.",
        ),
        ((w1 - slopes[0], w2 - slopes[1]), "You took away the whole slope. The rate says how much of it."),
        (slopes, "That is the gradient. Where are the weights after the step against it?"),
        ((-rate * slopes[0], -rate * slopes[1]), "That is how far they move. Where do they arrive?"),
        ((rate * slopes[0], rate * slopes[1]), "That is how far they move. Where do they arrive?"),
        (
            (w1, w2),
            (
                "Those are the weights before the step. If your cell sets w1 or w2 anew, give the new values"
                " other names, and run the cell above it again."
            ),
        ),
        (moved[::-1], "The order is w1, w2."),
    )
    for values, reason in mistakes:
        if _same(found, values):
            return wrong(reason)
    return wrong("Each weight loses the rate times its slope. Compute error first, from the old weights.")


def _no_pair(answer):
    """Why an answer is no pair of finite numbers, or None if it is one."""
    try:
        values = tuple(answer)
    except TypeError:
        values = ()
    if isinstance(answer, str) or len(values) != 2:
        return (
            "Two numbers are asked for: the new w1 and the new w2, in this order, with a comma between them."
        )
    if not all(is_number(value) and math.isfinite(value) for value in values):
        return "Two finite numbers are asked for, the new w1 and the new w2."
    return None


def _same(values, others):
    return all(math.isclose(*pair, rel_tol=0.005, abs_tol=1e-6) for pair in zip(values, others))


@exercise("02.4", computed=True)
def loss_of_a_random_model(answer, scratch, vocabulary):
    wrong_because = wrong_number(
        answer,
        math.log(vocabulary),
        mistakes=(
            (
                math.log2(vocabulary),
                "That is in bits, with the logarithm to base 2. The loss is in nats: math.log.",
            ),
            (math.log10(vocabulary), "That is the logarithm to base 10. The loss is in nats: math.log."),
            (
                -math.log(vocabulary),
                (
                    "The sign is wrong: 1 / vocabulary is below 1, so its logarithm is negative, and minus"
                    " that is positive."
                ),
            ),
            (vocabulary, "That is the perplexity. The loss is its natural logarithm."),
            (
                1 / vocabulary,
                "That is the probability of a token. Its surprise is minus the logarithm of it.",
            ),
            (math.exp(-1 / vocabulary), "Take the logarithm, not the exponential."),
        ),
        otherwise="Take minus the natural logarithm of 1 / vocabulary.",
    )
    if wrong_because:
        return wrong(wrong_because)
    measured = float(scratch.history.loss.dropna().iloc[0])  # step 0 has no training loss
    if abs(measured - math.log(vocabulary)) > 0.5:
        return right(
            f"The run began at {measured:.2f} and not there, so its first weights were not random: see"
            " restore_from."
        )
    return right("The upper curve begins there. A loss above it, later, means worse than knowing nothing.")


_LANGUAGE = "language|english|gramma|spell|words|vocab|syntax|sentence|linguist|meaning|knowledge"
_DENIES = re.compile(
    r"\b(not|never|no|n't)\s+(\w+\s+)?(over-?fit|over-?fitting|memori\w+|learn \w+ by heart)"
)
_BY_HEART = re.compile("heart|memori|over-fit|overfit|over fit|copy|copies|repeat|parrot")
_STOPS = re.compile(r"\b(not|no longer|stops?)\s+(\w+\s+)?(fall|drop|decreas|improv)")
_RISES = re.compile(r"\b(rise|rises|rising|rose|higher|grow|grows|increase|increases|worse|goes up|go up)\b")


def _says_what_happens(text):
    rises = "loss" in text and (_STOPS.search(text.replace("n't", " not")) or _RISES.search(text))
    return rises or _BY_HEART.search(text)


@exercise("02.5")
def explanation(answer):
    return essay(
        answer,
        "Answer both questions in two or three sentences.",
        points=(
            (
                _LANGUAGE,
                "Say what the pretrained weights bring along that the speeches would have to teach. Look at"
                " what the random model writes.",
            ),
            (
                lambda text: not _DENIES.search(text),
                "Look again at what happens to the loss on other text when a short text is read a hundred"
                " times.",
            ),
            (
                _says_what_happens,
                "Say what happens when a short text is read many times. What does the training loss do, and"
                " what the loss on other text?",
            ),
        ),
        reason=(
            "Compare: the speeches would have to teach English itself, for which they are too short; trained"
            " longer, the model learns them by heart, and its loss on other text rises."
        ),
    )
