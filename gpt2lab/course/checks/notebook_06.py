"""The checks of notebook 6, Perplexity."""

import math

import numpy as np

from gpt2lab.course.checks.verdicts import choice, essay, exercise, here, number


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


@exercise("06.4")
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


@exercise("06.5")
def finding(answer):
    return essay(
        answer,
        "Say by how much it fell, how sure that is, and why the test split is reported, in two or three"
        " sentences.",
        points=(
            (
                "perplexity|bits",
                "Say what was measured: name the perplexity, and by how much it fell on the test split.",
            ),
            (
                r"interval|chance|sure|certain|every|each|\ball\b|\d of (the )?\d",
                "Say how sure it is: what is the interval of the ratio, and in how many documents did the"
                " perplexity fall?",
            ),
            (
                "valid|choose|chose|pick|select|check",
                "Say why it is the test split: what had the validation split been used for before?",
            ),
        ),
        reason=(
            "Compare: name the fall with its interval over documents, and whether it holds in most of them;"
            " the validation split chose the checkpoint, so only the test split is free of that choice."
        ),
    )
