"""The checks of notebook 5, Model sizes."""

import math

from gpt2lab.course.checks.prose import Point, essay
from gpt2lab.course.checks.verdicts import exercise, number, range_choice, right, unanswered, wrong
from gpt2lab.errors import ArgumentError


@exercise("05.1", prediction="the perplexity of the largest model")
def gain_of_the_larger_model(prediction, smaller, larger):
    gain = 1 - larger / smaller
    found = "a" if gain < 0.1 else "b" if gain <= 0.5 else "c"
    measured = f"It is {100 * abs(gain):.0f} % {'lower' if gain >= 0 else 'higher'}."
    more = f"{measured} What the largest model has learned in pretraining shows in every word."
    less = (
        f"{measured} Parameters do not count one for one. How much each doubling takes away, the last figure"
        " of the notebook says."
    )
    return range_choice(
        prediction,
        found,
        before=more,
        after=less,
        reason=(
            "More parameters help, but not in proportion. How much each doubling takes away, the last figure"
            " of the notebook says."
        ),
    )


@exercise("05.2")
def reading(answer, panel):
    """Whoever answered every pair has done it; what they answered is theirs."""
    if isinstance(answer, str) and len(answer) < len(panel.test) and answer and answer == panel.answers:
        return unanswered(
            f"Not finished yet: you have answered {len(answer)} of {len(panel.test)} pairs. Go on above, then"
            " run this cell again."
        )
    try:
        panel.score(answer)
    except ArgumentError as error:
        return wrong(str(error))
    return right(
        "Thank you for reading. Any honest answers are right; the next cell says what they tell about the two"
        " models."
    )


@exercise("05.3", computed=True)
def bits_a_byte(answer, nats, tokens, text_bytes):
    exact = nats * tokens / text_bytes / math.log(2)
    return number(
        answer,
        exact,
        mistakes=(
            (nats * tokens / text_bytes, "That is nats per byte. One bit is math.log(2) nats: divide by it."),
            (
                nats * tokens / text_bytes * math.log(2),
                "You multiplied by math.log(2). A bit is less than a nat, so there are more bits: divide.",
            ),
            (
                nats / math.log(2),
                (
                    "That is bits per token. A token has several bytes: how many bits are there in all, and"
                    " how many bytes?"
                ),
            ),
            (
                nats * text_bytes / tokens / math.log(2),
                "Turn the fraction round: tokens times nats are all nats, and these are shared by the bytes.",
            ),
            (nats * tokens / math.log(2), "That is the bits of the whole text. Divide by its bytes."),
            (
                nats * tokens,
                "That is the nats of the whole text. Make bits of them, and divide by the bytes.",
            ),
            (math.exp(nats), "That is the perplexity. Bits per byte need no exponential."),
            (
                nats * tokens / text_bytes / math.log10(2),
                "math.log10 is the logarithm to base 10. The loss is in nats: math.log(2).",
            ),
        ),
        otherwise="All nats of the text are nats * tokens. Divide by the bytes, and by math.log(2).",
        reason=(
            "With it this model can be compared with any other, whatever its tokens: the table below has it"
            " for all sizes."
        ),
    )


@exercise("05.4", computed=True)
def steps_in_the_same_time(answer, steps, smaller, larger):
    exact = steps * larger / smaller
    return number(
        answer,
        exact,
        mistakes=(
            (
                steps * smaller / larger,
                "Turn the fraction round: the smallest model's steps are shorter, so it takes more of them.",
            ),
            (
                larger / smaller,
                (
                    "That is how many of its steps fit into one of the largest model's. How many does that"
                    " make in all?"
                ),
            ),
            (
                steps * larger,
                "That is the time in seconds. How many steps of the smallest model fit into it?",
            ),
            (steps, "That is the largest model's number of steps. The smallest model is quicker."),
            (
                steps * (larger - smaller),
                "That is the seconds by which it is done earlier. How many steps fit into the whole time?",
            ),
        ),
        otherwise=(
            "Divide the time of all steps of the largest model by the seconds of one step of the smallest."
        ),
        # no number here: it hangs on seconds, and the solved notebook is compared
        reason="Whether so many make up for the size only the experiment can say.",
    )


_MEASURED = (
    r"\bloss|perplex|\bppl\b|\bbits?\b|\bbpb\b|\bnats\b|distinct|known|repetition|verlust|\bperte"
    r"|perdida|measurement|numbers?\b|zahlen"
    r"|chiffres|numeros"
)
_READING = (
    r"\bread|prefer|\bchose|choice|pick|\bvot(e|ed)\b|blind|\bliked?\b|judg|tell (them|the texts)"
    r"|not (really )?tell|human test|my eyes"
    r"|\bles(en|e)\b|gelesen|bevorzug|lecture|lisant|leyendo|preferi"
)
_AGREE = (
    r"agree|\bfits?\b|contradict|compatible|confirm|refute|inconclusive|undecided|chance|luck|coin"
    r"|too few|\bfew\b|not (be )?(enough|sure|clear)"
    r"|\bboth\b|cannot tell|same\b|not tell|no (difference|winner|preference)|widerspr|zufall|zu wenig"
    r"|hasard|trop peu|azar|suficiente|noisy|weak|reason is"
    r"|average|hundred"
)


@exercise("05.5", in_words=True)
def explanation(answer):
    return essay(
        answer,
        "Answer the questions in two or three sentences.",
        question=(
            "In two or three sentences: what did the numbers say about the sizes, what did your reading"
            " say, and do the two agree? If they do not, or if you could not tell, why might that be?"
        ),
        points=(
            Point(
                "a figure of the tables",
                "Say what the numbers were: name at least one column of the tables, and how the sizes"
                " differ in it.",
                (rf"({_MEASURED}) & \d|lower|lowest|smaller|favou?r",),
            ),
            Point(
                "what your reading said",
                "Say what your reading was: could you tell the two models apart, and were there enough pairs"
                " to be sure?",
                (_READING,),
            ),
            Point(
                "whether the two agree, or how sure that is",
                "Say whether the two agree. How sure can you be of it, with so many pairs?",
                (_AGREE,),
            ),
        ),
        compare=(
            "A loss is a mean over thousands of tokens and finds small differences; a reader judges whether"
            " a whole text makes sense, and with ten answers only a large difference shows. If the two"
            " disagree, ask first how wide the interval is."
        ),
        topic=r"text|model|size|pair|larger|parameter",
    )
