"""The checks of notebook 2, Fine-tune it."""

import math

from gpt2lab.course.checks.prose import Point, essay
from gpt2lab.course.checks.verdicts import (
    call,
    exercise,
    here,
    is_number,
    number,
    range_choice,
    right,
    unanswered,
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
        reason="A few hundred windows were enough to learn what such speeches have in common. English the"
        " model knew before.",
    )


@exercise("02.2", computed=True)
def epochs(answer, steps, batch_size, tokens):
    windows = steps * batch_size
    exact = windows * WINDOW / tokens
    part = " Less than once: some of the text it has not read yet." if exact < 1 else ""
    return number(
        answer,
        exact,
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
        reason=(
            f"{here(f'{exact:.2f} times.{part} ')}The history of the run counts epochs too: look at the last"
            " line of run.history."
        ),
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
    return right(
        "The first dots of the random weights lie there. A loss above it, later, means worse than knowing"
        " nothing."
    )


_LANGUAGE = (
    r"languag|english|\bgramm|spell|spelt|orthogra|ortograf|\bwords?\b|vocab|syntax|sentence|word order"
    r"|knowledge"
    r"|sprach|rechtschreib|worter|satzbau|\blangue|\bmots\b|idioma|palabras|\blengua"
)
_BY_HEART = (
    r"by heart|by rote|from memory|\bmemori|overfit|overtrain|verbatim|(word|nearly) (for|by) word|recit"
    r"|parrot"
    r"|\bcop(y|ies|ied)\b|repeat|regurgitat|reproduc|remember|stor(e|es|ed) the|spit out|give back"
    r"|quot(e|es)\b|(seen|read) and bad at"
    r"|auswendig|uberanpass|ubertrain|par coeur|surappr|surajust|de memoria|sobreajust|memoriz"
)
_OTHER_LOSS = r"\bval|other|unseen|heldout|held out|\bnew\b|validierung|unbekannt"


@exercise("02.5", in_words=True)
def explanation(answer):
    return essay(
        answer,
        "Answer both questions in two or three sentences.",
        question=(
            "In two or three sentences: what would the model have to learn from these speeches that a"
            " pretrained one knows already, and what would happen if your friend simply trained for longer?"
        ),
        points=(
            Point(
                "what the pretrained weights bring along",
                "Say what the pretrained weights bring along that the speeches would have to teach. Look at"
                " what the random model writes.",
                (_LANGUAGE,),
            ),
            Point(
                "what becomes of a short text that is read many times",
                "Say what happens when a short text is read many times. What does the training loss do, and"
                " what the loss on other text?",
                (
                    _BY_HEART,
                    rf"({_OTHER_LOSS}) ~ (ris|rose|higher|grow|increas|worse|go(es)? up|climb|steigt"
                    rf"|monte|sube)",
                    rf"({_OTHER_LOSS}) ~ (not|no longer|stops?) ~ (fall|drop|decreas|improv)",
                    r"(not|no longer|stops?) ~ (generali|write ~ new)",
                ),
            ),
        ),
        compare=(
            "The speeches would have to teach English itself, for which they are too short; trained longer,"
            " the model learns them by heart, and its loss on other text rises."
        ),
        topic=r"train|model|speech|\bloss|reden|discours|modelo",
    )


def _steps(
    weights,
    examples,
    rate,
    move=lambda weight, slope, rate: weight - rate * slope,
    restart=False,
    frozen=False,
):
    """What a loop comes to for the model of two weights (or of more): the weights and, of each step, the loss
    before it, the loss after it and the slopes.
    """
    first, history = dict(weights), []
    for example in examples:
        before = first if restart else weights
        loss, slopes = _loss_and_slopes(example, first if frozen else before)
        weights = {name: move(before[name], slopes[name], rate) for name in before}
        history.append((loss, _loss_and_slopes(example, weights)[0], slopes))
    return weights, history


def _loss_and_slopes(example, weights):
    error = sum(weights[name] * example[name] for name in weights) - example["y"]
    return error**2, {name: 2 * error * example[name] for name in weights}


def _one_by_one(weights, examples, rate):
    """The weights, if the slopes are computed anew for each."""
    weights = dict(weights)
    for example in examples:
        for name in weights:
            weights[name] -= rate * _loss_and_slopes(example, weights)[1][name]
    return weights


def _only(at):
    """The loop that moves one of the weights."""

    def loop(weights, examples, rate):
        weights = dict(weights)
        name = list(weights)[at]
        for example in examples:
            weights[name] -= rate * _loss_and_slopes(example, weights)[1][name]
        return weights

    return loop


# What weights come out with a typical mistake, and what to say.
_WRONG_LOOPS = (
    (
        lambda *case: _steps(*case, move=lambda weight, slope, rate: weight + rate * slope)[0],
        "You step along the gradient, where the loss rises. Take rate times the slope away from each weight.",
    ),
    (
        lambda *case: _steps(*case, move=lambda weight, slope, rate: weight - slope)[0],
        "You take away whole slopes. Multiply them by the rate.",
    ),
    (
        lambda *case: _steps(*case, move=lambda weight, slope, rate: -rate * slope)[0],
        "You put how far a weight moves in the place of the weight. Take it away from the weight.",
    ),
    (lambda weights, *_: weights, "The weights are as they were: no step has moved them."),
    (
        lambda weights, examples, rate: _steps(weights, examples[:1], rate)[0],
        "Only the first window has an effect. Is the return inside of the loop?",
    ),
    (
        lambda *case: _steps(*case, restart=True)[0],
        "Each of your steps begins at the first weights, so that only the last one counts.",
    ),
    (
        lambda *case: _steps(*case, frozen=True)[0],
        "All your gradients belong to the first weights. Give gradient the weights as they are at that step.",
    ),
    (
        _one_by_one,
        (
            "You compute the gradient again after each weight has moved. Compute it once a step, then move"
            " all weights."
        ),
    ),
    (lambda *case: _steps(*case)[1][-1][2], "You return the gradient in the place of the weights."),
    (_only(0), "Only the first weight has moved. A step moves all of them."),
    (
        _only(-1),
        "Only the last weight has moved. Is the line that moves a weight inside of a loop over the names?",
    ),
)


@exercise("02.6")
def training_loop(train, cases):
    returned, failure = [], None
    for case in cases:
        found, failed = call(train, *case)
        if failed and failed.state == "unanswered":
            return unanswered("train returns nothing yet. Write its body, with a return.")
        failure = failure or failed
        returned.append(found)
    if failure:
        return wrong(
            f"{failure.reason.rstrip('.')}. (gradient takes two things, a window and the weights, and returns"
            " two, the loss and the slopes by name.)"
        )
    for found, case in zip(returned, cases):
        if strange := _no_weights_and_losses(found, case[0]):
            return wrong(strange)
    returned = [
        ({name: float(value) for name, value in weights.items()}, [*map(float, losses)])
        for weights, losses in returned
    ]
    found = [weights for weights, _ in returned]
    meant = [_steps(*case) for case in cases]
    shown = _returned_and_meant(cases[0], returned[0], meant[0])
    if not _all_near(found, [weights for weights, _ in meant]):
        for loop, reason in _WRONG_LOOPS:
            if _all_near(found, [loop(*case) for case in cases]):
                return wrong(reason, shown)
        return wrong(
            "The weights do not arrive where they should. Go through the first two steps of the example on"
            " paper.",
            shown,
        )
    for (_, losses), (_, history) in zip(returned, meant):
        if len(losses) != len(history):
            return wrong("The weights are right. Of losses there should be one for each window.", shown)
        before, after, _ = zip(*history)
        if _near(losses, after) and not _near(losses, before):
            return wrong(
                "The weights are right, but your losses are those after each step. Give the one that came"
                " with the gradient.",
                shown,
            )
        if not _near(losses, before):
            return wrong("The weights are right, but not the losses.", shown)
    return right(
        "That is the whole of plain gradient descent. Nothing in it knows how many weights there are, so the"
        " same lines train a language model."
    )


def _no_weights_and_losses(returned, first):
    """What is wrong with what a loop returned, or None if it is weights by name and a list of losses."""
    if isinstance(returned, dict):
        return "You return the weights alone. Return two things: return weights, losses"
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        return "train has to return two things, the weights and the list of losses: return weights, losses"
    weights, losses = returned
    if isinstance(losses, dict):
        return "The order is: first the weights, then the losses."
    if not isinstance(weights, dict) or weights.keys() != first.keys():
        return (
            "The first thing returned has to be the dictionary of the weights, with the same names as before."
        )
    if is_number(losses):
        return "You return one loss. Collect those of all steps in a list."
    try:
        numbers = [*weights.values(), *losses]
    except TypeError:
        numbers = [None]
    # a NumPy array without axes is as good as a number
    if not all(is_number(value.item() if getattr(value, "ndim", None) == 0 else value) for value in numbers):
        return "Weights and losses have to be numbers."
    return None


def _all_near(found, meant):
    return all(
        _near([weights[name] for name in expected], expected.values())
        for weights, expected in zip(found, meant)
    )


def _near(values, others):
    return len(values) == len(others) and all(
        math.isclose(*pair, rel_tol=1e-4, abs_tol=1e-7) for pair in zip(values, others)
    )


def _returned_and_meant(case, returned, meant):
    """The first example, what came of it, and what should have."""

    def line(word, weights, losses):
        ends = ", ".join(f"{name} {value:.4g}" for name, value in weights.items())
        return f"{word} {ends}; losses " + ", ".join(f"{loss:.4g}" for loss in losses)

    return (
        f"weights {case[0]}, windows {case[1]}, rate {case[2]:g}",
        line("returned", *returned),
        line("meant", meant[0], [loss for loss, *_ in meant[1]]),
    )
