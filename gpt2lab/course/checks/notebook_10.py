"""The checks of notebook 10, Report."""

import math

import numpy as np

from gpt2lab.course.checks.verdicts import (
    choice,
    exercise,
    has_digit,
    is_number,
    right,
    to_be_read,
    too_short,
    wrong,
)

CLAIMS = ("loss", "flags", "findings")
_ABOUT_THE_SAME = 0.01  # nats per token


def _row(flags, flag):
    return flags[flags["flag"] == flag].iloc[0]


@exercise("10.1", prediction="the validation loss of fewer, surer steps")
def accumulated(prediction, flags):
    usual = _row(flags, "none")
    changed = _row(flags, "accumulate_gradients")
    more = changed["valid_loss"] - usual["valid_loss"]
    found = "c" if abs(more) < _ABOUT_THE_SAME else "b" if more > 0 else "a"
    measured = (
        f"With {changed['value']:.0f} windows per step it ended at {changed['valid_loss']:.2f}, without at"
        f" {usual['valid_loss']:.2f}, after {changed['steps']:.0f} and {usual['steps']:.0f} steps."
    )
    reasons = {
        "a": (
            f"{measured} A mean over more windows points more surely to where the loss falls, but the step in"
            " that direction is as short as before."
        ),
        "b": f"{measured} Each step is surer, but as short as before, and fewer of them do not get as far.",
        "c": (
            f"{measured} Reading changes nothing by itself: the weights move once a step, and there are fewer"
            " steps."
        ),
    }
    return choice(prediction, reasons, found)


@exercise("10.2", computed=True)
def times_chance(answer, flags, alike):
    losses = flags["valid_loss"].to_numpy(float)
    away = np.abs(losses[1:] - losses[0])
    strays, variance = np.std(alike, ddof=1), np.var(alike, ddof=1)
    numbers = _read_numbers(answer)
    if numbers is None:
        return wrong("A list of numbers is asked for, one for each row of flags but the first.")
    if len(numbers) == len(losses) and abs(numbers[0]) < _ABOUT_THE_SAME**2:
        numbers = numbers[1:]  # the first row beside itself
    if len(numbers) != len(away):
        return wrong(
            "One number is asked for each row of flags but the first, in their order. How many have you?"
        )

    def are(exact):
        return np.allclose(np.abs(numbers), exact, rtol=0.01, atol=1e-9)

    if are(away / (math.sqrt(2) * strays)):
        return right(
            "What is far above 2 is hardly chance. Below that, more seeds are needed before you call it a"
            " finding. Three runs say only roughly how far one strays, and rows that read the same windows as"
            " the first have some of their chance in common with it."
        )
    few = np.std(alike)
    mistakes = (
        (away, "These are the differences. How many times as large are they as what chance does?"),
        (away / strays, "So far strays one loss. In a difference two losses stray, each for itself."),
        (
            away / (2 * strays),
            "Chance seldom drives both losses as far apart as it can: not the standard deviations add up,"
            " but their squares.",
        ),
        (away / (2 * variance), "That is the square of it. Take the root, and you have nats again."),
        (away / variance, "That is the square of how far one loss strays. Take the root, and think of two."),
        (
            away / (math.sqrt(2) * few),
            "np.std divides by 3; from three runs take 2, as ddof=1 and statistics.stdev do.",
        ),
        (away / few, "np.std divides by 3, not by 2 (ddof=1). And in a difference two losses stray."),
        (
            losses[1:] / (math.sqrt(2) * strays),
            "You divided the losses themselves. What is each one's difference from the first row?",
        ),
        (
            away / (max(alike) - min(alike)),
            "The range grows with the number of runs. Take the standard deviation, and think of two losses.",
        ),
    )
    reason = next((reason for exact, reason in mistakes if are(exact)), None)
    return wrong(
        reason
        or "For each row: its difference from the first, divided by how large a difference chance makes."
    )


def _read_numbers(answer):
    """An answer that is a row of finite numbers, as an array; None if it is another thing."""
    values = answer.values() if isinstance(answer, dict) else answer
    if isinstance(values, str) or not hasattr(values, "__len__") or getattr(values, "ndim", 1) != 1:
        return None
    values = list(values)
    if not all(is_number(value) and math.isfinite(value) for value in values):
        return None
    return np.array(values, float)


@exercise("10.3")
def whose_choice(answer):
    reasons = {
        "a": (
            "That is honest, but it still says little: nobody knows what the other samples are like, and the"
            " best of a hundred are good for a weak model too."
        ),
        "b": (
            "A random sample shows what the model writes; a chosen one shows what the chooser likes. So"
            " choose by lot, with a seed, and give all samples along."
        ),
        "c": (
            "Ten chosen ones are ten times the same mistake. What matters is not how many are shown, but who"
            " chose them."
        ),
    }
    return choice(answer, reasons, "b")


@exercise("10.4", in_words=True)
def claims(answer):
    if not isinstance(answer, dict):
        return wrong(
            f"claims is a {type(answer).__name__}; make it a dictionary from the name of a question to your"
            ' words: {\'loss\': """…""", …}.'
        )
    missing = [name for name in CLAIMS if name not in answer]
    if missing:
        return wrong(
            f"There are no words on {missing[0]!r} yet; the keys are {', '.join(map(repr, CLAIMS))}."
        )
    for name in CLAIMS:
        if short := too_short(answer[name], f"Write two or three sentences on {name!r}."):
            return wrong(f"{name}: {short}")
        if not has_digit(answer[name]):
            return wrong(
                f"{name}: there is no number in your answer. Which number of the report does your claim"
                " rest on?"
            )
    return to_be_read(
        "Read them aloud once: does each say what was compared with what? Would you believe it, if somebody"
        " else had written it? If not, change it."
    )
