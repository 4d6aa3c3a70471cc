"""The checks of notebook 3, Watch the loss."""

import math

from gpt2lab.course.checks.prose import Point, essay
from gpt2lab.course.checks.verdicts import choice, exercise, here, number, right


@exercise("03.1", prediction="the validation loss of a short text")
def validation_loss_of_a_short_text(prediction, run):
    measured = run.history["valid_loss"].dropna()
    end = measured.iloc[-1]
    first = measured.iloc[0]
    lowest = measured.min()
    found = "b" if end > 1.02 * lowest else "a" if end < 0.98 * first else "c"
    went = f"It went from {first:.2f} to {end:.2f} nats per token, and was lowest at {lowest:.2f}."
    reasons = {
        "a": f"{went} The training loss fell because the text came again; other text does not come again.",
        "b": f"{went} Each step moved the model away from what held for other text.",
        "c": (
            f"{went} A model that learns does not stay the same for other text; it gets better or worse"
            " at it."
        ),
    }
    learned = "What the model learns from a text that it reads again and again holds for that text only."
    return choice(prediction, reasons | {found: learned}, found)


_BEGAN = (
    "From there on the model got worse at text that it had not read. by_heart.best_step gives the same step."
)


@exercise("03.2", computed=True)
def best_step(answer, run):
    history = run.history
    measured = history.dropna(subset=["valid_loss"])
    best = measured.loc[measured["valid_loss"].idxmin()]
    trained = history.dropna(subset=["loss"])
    exact = int(best["step"])
    mistakes = [
        (
            float(best["valid_loss"]),
            "That is the lowest validation loss itself. At which step was it measured?",
        ),
        (
            int(trained.loc[trained["loss"].idxmin(), "step"]),
            "That is where the training loss was lowest. Look at the validation loss.",
        ),
        (
            int(measured.loc[measured["valid_loss"].idxmax(), "step"]),
            "That is where the validation loss was highest.",
        ),
        (
            int(history["step"].iloc[-1]),
            "That is the last step. The validation loss had risen for a long time by then.",
        ),
    ]
    if exact == 0 and isinstance(answer, (int, float)) and abs(answer) < 0.5:
        return right(_BEGAN)
    return number(
        answer,
        exact,
        mistakes,
        tolerance=1e-6,
        otherwise="Look for the lowest value in the column valid_loss.",
        reason=_BEGAN,
    )


@exercise("03.3", computed=True)
def generalisation_gap(answer, run):
    history = run.history
    losses = history["loss"].dropna()
    valid = history["valid_loss"].dropna()
    last = max(10, len(losses) // 10)
    train = losses.tail(last).mean()
    return number(
        answer,
        valid.iloc[-1] - train,
        mistakes=(
            (train - valid.iloc[-1], "The sign is turned round: validation loss less training loss."),
            (
                valid.iloc[-1] - losses.iloc[-1],
                (
                    "That is with the training loss of the last step alone. Take the mean of the last LAST"
                    " steps."
                ),
            ),
            (
                valid.iloc[-1] - history["average_loss"].iloc[-1],
                (
                    "That is with average_loss, gpt-2-simple's running average, which remembers the first,"
                    " higher losses. Take the mean of the last LAST training losses."
                ),
            ),
            (valid.min() - train, "That is with the lowest validation loss. Take the last one."),
            (
                valid.iloc[-1] - losses.mean(),
                "That is with the mean over all steps. Take the last LAST of them.",
            ),
            (valid.iloc[-1], "That is the validation loss alone. Take the training loss away from it."),
        ),
        otherwise="Take the last validation loss, less the mean of the last LAST training losses.",
        reason="It says by how much the training loss flatters the model.",
    )


@exercise("03.4", computed=True)
def probability_of_a_loss(answer, loss):
    return number(
        answer,
        math.exp(-loss),
        mistakes=(
            (
                math.exp(loss),
                "That is the perplexity, which is 1 at best. A probability is 1 at most: mind the sign.",
            ),
            (
                1 - loss,
                "Close, but 1 minus the loss is only what the exponential looks like near 0. Use math.exp.",
            ),
            (loss, "That is the loss. Turn it into a probability with the exponential."),
            (
                -math.log(loss),
                (
                    "You took the logarithm, which makes a loss of a probability. You have a loss, and want"
                    " the probability."
                ),
            ),
            (
                10**-loss,
                "That is with the logarithm to base 10. A loss in nats has the natural one: math.exp.",
            ),
            (2**-loss, "That is with the logarithm to base 2. A loss in nats has the natural one: math.exp."),
        ),
        tolerance=0.003,
        otherwise="The probability is e to the power of minus the loss.",
        reason=(
            f"{here(f'That is {math.exp(-loss):.2f}. ')}If all tokens were equally hard, the model would give"
            " each of them this probability."
        ),
    )


_BY_HEART = (
    r"by heart|by rote|from memory|\bmemori|overfit|overtrain|verbatim|word (for|by) word|recit|parrot"
    r"|\bcop(y|ies|ied)\b|repeat|reproduc|remember|stored"
    r"|auswendig|uberanpass|ubertrain|par coeur|surappr|surajust|de memoria|sobreajust|knows? (the|your"
    r"|her) diary|nothing but the diary|only the diary|(seen|read) ~ many times"
)
_HELD_OUT = (
    r"\bval(id\w*)?\b|held ?(out|back)|hold ?(out|back)|(set|put) ~ aside|kept? ~ back|unseen|not ~ seen"
    r"|(never|not) (been )?(seen|read|trained)|does not (see|read)|left out|other text|\bnew text"
    r"|\btest (set|loss|text|split)"
    r"|validierung|zuruckhalt|ungesehen|ungelesen|jamais lu|pas lu|validacion|no ha visto"
)
_REMEDY = (
    r"\bstop|early|earlier|sooner|patience|(fewer|less) (steps|epochs)|(more|longer) (text|data)|(larger"
    r"|bigger) (text|corpus|data)"
    r"|checkpoint|load\(|end (the )?training|aufhor|stopp|arret|parar|pare\b|antes|plus tot"
    r"|not train (so|too) long|\bbest\b"
    r"|(where|step) ~ (lowest|minimum|smallest)|not continue after"
)


@exercise("03.5", in_words=True)
def advice(answer):
    return essay(
        answer,
        "Answer all three questions in two or three sentences.",
        question=(
            'A friend fine-tuned GPT-2 on their diary. "The loss is 0.05," they write, "nearly'
            ' perfect." In two or three sentences: what has happened, how could your friend have noticed,'
            " and what should they do?"
        ),
        points=(
            Point(
                "that the diary was learned by heart",
                "Say what has happened. A loss of 0.05 on a diary: how can a model foresee nearly every word"
                " of it?",
                (_BY_HEART,),
            ),
            Point(
                "the loss on text that was held back",
                "Say how your friend could have noticed. Which loss did they not measure, and on which text?",
                (_HELD_OUT,),
            ),
            Point(
                "a remedy",
                "Say what your friend should do. What did you do above, in the second try?",
                (_REMEDY,),
            ),
        ),
        compare=(
            "The diary was learned by heart, which a rising loss on pages that were held back would have"
            " shown; stop where that loss is lowest, or use more text."
        ),
        topic=r"\bloss|train|diary|model|tagebuch|journal|diario",
    )
