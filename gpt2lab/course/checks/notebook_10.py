"""The checks of notebook 10, Report."""

from gpt2lab.course.checks.verdicts import choice, exercise, has_digit, number, right, too_short, wrong

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
def lost_seconds(answer, often):
    every, steps, seconds = (float(often[name]) for name in ("value", "steps", "seconds"))
    return number(
        answer,
        every / 2 * seconds / steps,
        mistakes=(
            (
                every * seconds / steps,
                "That is the worst case, just before the model is saved. On average it is half of that.",
            ),
            (every / 2, "That is the number of steps. How many seconds do they take?"),
            (every, "That is the number of steps in the worst case. You need seconds, and the average."),
            (seconds / steps, "That is the time of one step. How many steps are lost?"),
            (
                seconds / 2,
                "That is what is lost on average if nothing is saved before the end. Here the model is saved"
                " every few steps.",
            ),
            (every / 2 * steps / seconds, "Turn the fraction round: seconds per step, not steps per second."),
        ),
        otherwise="Multiply half of the steps between two saves by the seconds of a step.",
        reason=(
            "Here that is little. In a run of a day, saved only at its end, half a day is lost on average. So"
            " how often you save is a question of how much you can bear to lose, and of your disk."
        ),
    )


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


@exercise("10.4")
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
    return right(
        "Read them aloud once: does each say what was compared with what? Would you believe it, if somebody"
        " else had written it? If not, change it."
    )
