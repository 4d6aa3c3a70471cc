"""The checks of notebook 6, Perplexity."""

import math
from dataclasses import replace

import numpy as np

from gpt2lab.course.checks.prose import Point, essay
from gpt2lab.course.checks.verdicts import call, choice, exercise, here, is_number, number, right, wrong


@exercise("06.1", prediction="the text of the lowest perplexity")
def least_surprising_text(prediction, perplexities):
    found = "abcd"[int(np.argmin(perplexities))]
    lowest = f"The lowest is {min(perplexities):.1f}, of text {found}."
    reasons = {
        "a": f"{lowest} People say things that were not foreseen; that is why they say them.",
        "b": f"{lowest} The words are those of the speech, but each was expected in another place.",
        "c": f"{lowest} The recipe is plain, but the model has read little of its kind.",
        "d": f"{lowest} What repeats itself is easy to foresee, but not in this text.",
    }
    asks = (
        "Perplexity asks what the model expects, and nothing else: whether a text is good, or true, or makes"
        " sense, does not enter."
    )
    return choice(prediction, reasons | {found: asks}, found)


@exercise("06.2", computed=True)
def perplexity_of_a_sentence(answer, nats):
    nats = np.asarray(nats, float)
    mean = nats.mean()
    probabilities = np.exp(-nats)
    return number(
        answer,
        math.exp(mean),
        mistakes=(
            (mean, "That is the mean loss in nats. Perplexity is e to the power of it: math.exp."),
            (
                nats.sum(),
                "That is the loss of the whole sentence. Take the mean of the nats, then math.exp of that.",
            ),
            (
                _exp(nats.sum()),
                (
                    "You took the sum of the nats. That is one over the probability of the whole sentence;"
                    " take the mean."
                ),
            ),
            (
                np.exp(nats).mean(),
                "That is the ordinary mean, which a few rare tokens decide. First the mean, then math.exp.",
            ),
            (math.exp(np.median(nats)), "You took the median; the loss is the mean of the nats."),
            (
                math.exp(-mean),
                "The sign is wrong: that is the mean probability (of factors). Perplexity is one over it.",
            ),
            (
                1 / probabilities.mean(),
                "That is one over the ordinary mean of the probabilities. Take the mean of the nats first.",
            ),
            (
                2**mean,
                "2 to the power of the loss would be right if it was in bits. It is in nats: math.exp.",
            ),
            (10**mean, "Nats belong to e, not to 10: math.exp."),
        ),
        otherwise="First the mean of scores.nats, then math.exp of that.",
        reason=(
            "The model was as unsure as if it had to choose each token among that many equally probable ones."
        ),
    )


def _exp(nats):
    return math.exp(nats) if nats < 700 else math.inf


@exercise("06.3", computed=True)
def perplexity_of_all_documents(answer, documents):
    tokens = documents["tokens"].to_numpy(float)
    nats = documents["nats_per_token"].to_numpy(float)
    perplexities = np.exp(nats)
    pooled = (nats * tokens).sum() / tokens.sum()
    return number(
        answer,
        math.exp(pooled),
        mistakes=(
            (
                perplexities.mean(),
                (
                    "In the mean of the documents' perplexities a short speech counts as much as a long one."
                    " Pool the nats."
                ),
            ),
            (
                math.exp(nats.mean()),
                (
                    "Each document counts the same in your mean. A longer one has more tokens, and each token"
                    " is to count the same."
                ),
            ),
            (
                (perplexities * tokens).sum() / tokens.sum(),
                "You weighted perplexities. Weight the nats, and take math.exp at the end.",
            ),
            (
                pooled,
                (
                    "That is the loss of all documents in nats per token. Perplexity is e to the power of it:"
                    " math.exp."
                ),
            ),
            (
                (nats * tokens).sum(),
                "That is the nats of all documents together. Divide them by all tokens, and take math.exp.",
            ),
            (
                math.exp(np.median(nats)),
                "That is the perplexity of the middle document. All their tokens are to count.",
            ),
            (
                np.median(perplexities),
                "That is the perplexity of the middle document. All their tokens are to count.",
            ),
        ),
        tolerance=0.002,  # the mistakes are near
        otherwise="All nats (nats_per_token * tokens, added up), divided by all tokens, then math.exp.",
        reason=(
            "Pooled like this, a document that is cut in two counts as much as before: what is counted are"
            " tokens, not files."
        ),
    )


# In standard deviations of the resamples, how far the ends may lie from those of many resamples: with 2,000
# resamples chance moves them by a third of it, and the middle 90 % end twice as far away.
_NEAR = 0.18
_RESAMPLES = 8000


def _drawn(nats, size=None, p=None):
    """Numbers of the documents in each resample."""
    return np.random.default_rng(0).choice(len(nats), (_RESAMPLES, size or len(nats)), p=p)


def _pooled(nats, tokens, **how):
    drawn = _drawn(nats, **how)
    return np.exp(nats[drawn].sum(1) / tokens[drawn].sum(1))


def _middle(resamples, share=0.95):
    return np.quantile(resamples, [(1 - share) / 2, (1 + share) / 2])


def _of_tokens(nats, tokens):
    """As if each token had the surprise of its document and was drawn by itself."""
    drawn = np.random.default_rng(0).multinomial(tokens.sum(), tokens / tokens.sum(), _RESAMPLES)
    return np.exp(drawn @ (nats / tokens) / tokens.sum())


def _apart(nats, tokens):
    """The nats of some documents divided by the tokens of others."""
    drawn = _drawn(nats)
    return np.exp(nats[drawn].sum(1) / tokens[np.random.default_rng(1).permutation(drawn)].sum(1))


def _true_interval(nats, tokens):
    return _middle(_pooled(nats, tokens))


# What a function with a typical mistake returns, and what to say.
_WRONG_INTERVALS = (
    (
        lambda nats, tokens: _middle(_pooled(nats, tokens), 0.9),
        "That is the middle 90 %: you cut 5 % off at each end. Of 95 % only 2.5 % lie beyond each end.",
    ),
    (
        lambda nats, tokens: _middle(_pooled(nats, tokens), 0.68),
        (
            "That is about the middle 68 %, one standard deviation to either side. Take the quantiles 0.025"
            " and 0.975."
        ),
    ),
    (
        lambda nats, tokens: _middle(_pooled(nats, tokens), 0.9995),
        (
            "You return the smallest and the largest of all, which move on with every resample more. Cut"
            " 2.5 % off at each end."
        ),
    ),
    (
        lambda nats, tokens: _middle(_of_tokens(nats, tokens)),
        (
            "Your intervals are far too narrow, as those of resampled tokens are. Draw whole documents, as"
            " many as there are."
        ),
    ),
    (
        lambda nats, tokens: _middle(_pooled(nats, tokens, size=1)),
        "Your resamples hold a single document each. Draw as many documents as there are, and pool them.",
    ),
    (
        lambda nats, tokens: _middle(_apart(nats, tokens)),
        (
            "You draw the nats and the tokens apart, so that the surprise of one document is divided by the"
            " length of another. Draw numbers of documents, and take both from the same."
        ),
    ),
    (
        lambda nats, tokens: _middle(_pooled(nats, tokens, p=tokens / tokens.sum())),
        "You draw long documents more often than short ones. Each document is drawn equally often; its length"
        " counts when you pool.",
    ),
    (
        lambda nats, tokens: _middle(np.exp(nats / tokens)[_drawn(nats)].mean(1)),
        "You take the mean of the documents' perplexities, so that a short one counts as much as a long one."
        " Pool each resample, as in exercise 06.3.",
    ),
    (
        lambda nats, tokens: _middle(np.exp((nats / tokens)[_drawn(nats)].mean(1))),
        "In your resamples each document counts the same. Pool them: all nats divided by all tokens.",
    ),
    (
        lambda nats, tokens: _middle(np.log(_pooled(nats, tokens))),
        "That is the interval of the loss in nats per token. Perplexity is e to the power of it: math.exp.",
    ),
)


@exercise("06.4")
def bootstrap_of_documents(ends_of, cases):
    found = []
    for number_of_case in range(len(cases)):
        answer, failed = call(ends_of, number_of_case)
        if failed:
            return replace(
                failed, reason=failed.reason.replace(f"your function({number_of_case})", "interval")
            )
        ends = _two_ends(answer)
        if ends is None:
            return wrong("Return two numbers, the lower end and the upper end of the middle 95 %.")
        found.append(ends)
    found = np.array(found)
    if (found <= 0).any() or (found[:, 0] > found[:, 1]).any():
        return wrong("Return the lower end first, then the upper one; both are perplexities.")
    cases = [tuple(np.asarray(part, float) for part in case) for case in cases]
    if (found[:, 1] - found[:, 0] < 1e-9 * found[:, 0]).all():
        return wrong(
            "All your resamples are alike. Draw with replacement: then some documents come twice or more,"
            " and others not at all."
        )
    spread = np.array([np.log(_pooled(nats, tokens)).std() for nats, tokens in cases])

    def away(interval):
        """How far the ends are from those of this function, in standard deviations of the resamples."""
        meant = np.array([interval(nats, tokens) for nats, tokens in cases])
        return np.sqrt(np.mean((np.log(found / meant) / spread[:, None]) ** 2, axis=0)).max()

    off = away(_true_interval)
    if off >= _NEAR:
        distance, reason = min(
            ((away(interval), said) for interval, said in _WRONG_INTERVALS), key=lambda pair: pair[0]
        )
        if distance >= min(0.6 * off, max(0.6, 0.2 * off)):
            reason = (
                "Your intervals end elsewhere. Go through the three steps, with two documents on paper, and"
                " take 2,000 resamples: with few of them chance decides where the ends are."
            )
        low, high = _true_interval(*cases[0])
        ends = f"{found[0][0]:.1f} to {found[0][1]:.1f}, meant {low:.1f} to {high:.1f}"
        return wrong(reason, (f"first case: yours {ends}",))
    if _two_ends(call(ends_of, 0, 0)[0]) != tuple(found[0]):  # 0 is the seed that it had before
        return wrong(
            "The same seed gave other ends the second time. Let all chance come from `rng`, not from"
            " np.random."
        )
    if _two_ends(call(ends_of, 0, 1)[0]) == tuple(found[0]):
        return wrong(
            "Another `rng` gave the very same ends. Draw the documents with the `rng` that is given."
        )
    return right(
        "You needed no formula: the documents themselves say how much another choice of documents would have"
        " changed. The same lines serve any other measure."
    )


def _two_ends(answer):
    """The two finite numbers of a pair, or None if it is none."""
    try:
        ends = tuple(answer)
    except TypeError:
        return None
    if len(ends) != 2 or not all(is_number(end) and math.isfinite(end) for end in ends):
        return None
    return tuple(map(float, ends))


@exercise("06.5")
def what_decides(answer, comparison):
    before, after = (found.intervals["perplexity"] for found in (comparison.before, comparison.after))
    overlap = (
        "They do overlap here."
        if after[1] > before[0] and before[1] > after[0]
        else "They do not overlap here, but they well might."
    )
    low, high = comparison.interval
    said = here(f"The interval of the ratio is {low:.2f} to {high:.2f}.")
    return choice(
        answer,
        {
            "a": (
                f"{here(overlap)} Both are wide because speeches differ, and both models read the same"
                f" speeches: that part cancels. {said}"
            ),
            "b": (
                "Each speech is compared with itself, so how hard it is cancels out. What is left is how"
                " evenly the speeches fell."
            ),
            "c": (
                "Of any two models one is lower, and for two equally good ones by chance. The question is"
                f" whether it could be chance. {said}"
            ),
        },
        "b",
    )


_FELL = (
    r"\bfell\b|\bfalls?\b|fallen|drop|lower|decreas|reduc|sank\b|sunk|shr[au]nk|less\b|improv|(went|gone"
    r"|go) (down )?from|down to|minus|- ?\d"
    r"|baiss|tomb|diminu|bajo\b|disminu|gesunken|not rise|% of what|->|→"
)
_SURE = (
    r"interval|\bcis?\b|\bic\b|confiden|certain|\bsure\b|significan|chance|luck|plus or minus|±|\d+ ?(of"
    r"|out of|/|von|sur|de) (the )?\d+|\d ?%? ?(to|bis|a|and|or|-) \d"
    r"|\b(every|each|all) |uncertain"
)
_CHOSEN = (
    r"cho[os]|chose|choice|select|pick|\bused\b|optimis|luck|decid|bias|taint|checkpoint|say in"
    r"|made choices|independent|ausgewahlt|gewahlt|benutzt|servi|choisi|eleg|utilis|load\("
)


@exercise("06.6", in_words=True)
def finding(answer):
    return essay(
        answer,
        "Say by how much it fell, how sure that is, and why the test split is reported, in two or three"
        " sentences.",
        question=(
            "Answer in two or three sentences. By how much did the perplexity fall on text that the model has"
            " never seen? How sure is that? And why do you report the test split?"
        ),
        points=(
            Point(
                "by how much it fell",
                "Say what was measured: name the perplexity, and by how much it fell on the test split.",
                (
                    rf"perple[xj]|\bppl\b|bits|\bit\b|the fall & {_FELL}"
                    rf"|ratio & \d",
                    r"from \d[\d.]* to \d",
                    r"perplexity is \d[\d.]* ~ was \d",
                ),
            ),
            Point(
                "how sure that is",
                "Say how sure it is: what is the interval of the ratio, and in how many documents did the"
                " perplexity fall?",
                (_SURE,),
            ),
            Point(
                "what the validation split had been used for",
                "Say why it is the test split: what had the validation split been used for before?",
                (
                    rf"valid|\bval\b|validierung|other split & {_CHOSEN}",
                    r"test & untouched|(not|never|nothing|no|unlike|kept) ~ (used|chosen|choice|select"
                    r"|influenc|decision|picked|until|the end)",
                ),
            ),
        ),
        compare=(
            "Name the fall with its interval over documents, and whether it holds in most of them; the"
            " validation split chose the checkpoint, so only the test split is free of that choice."
        ),
        topic=r"fell|test|split|perple|\d ?%",
    )


@exercise("06.7", computed=True)
def most_forgotten(answer, bits):
    rises = bits.drop(columns="pretrained").sub(bits["pretrained"], axis=0)
    largest = rises.max().max()
    return number(
        answer,
        largest,
        mistakes=(
            (-largest, "The sign is wrong: what rose by this much was lost. Subtract the pretrained model."),
            (rises.min().min(), "That is the largest fall, which is what was gained. Forgetting is a rise."),
            (-rises.min().min(), "That is the largest fall, which is what was gained. Forgetting is a rise."),
            (
                bits.max().max(),
                "That is the largest number of the table. A kind that was hard before is hard still: by how"
                " much did it rise?",
            ),
            (
                bits.max().max() - bits["pretrained"].max(),
                "You took the largest number of each side. Compare each kind with itself: row by row.",
            ),
            (
                bits.max().max() - bits.min().min(),
                "That compares one kind of text with another. Compare each kind with itself: subtract row by"
                " row.",
            ),
            (
                (rises.div(bits["pretrained"], axis=0)).max().max(),
                "That is a share of what it was. The difference in bits per byte is asked for.",
            ),
        ),
        otherwise="Subtract the column of the pretrained model from the others; take the largest difference.",
        reason=(
            "The farther apart two kinds of text are, the more one pays for the other, as a rule: the weights"
            " that serve the new kind served the old one before."
        ),
    )
