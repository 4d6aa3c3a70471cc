import math

import gpt2lab as lab

NATS, TOKENS, BYTES = 3.7, 8000, 30_000
PANEL = lab.widgets.reading_test({name: [f"My fellow {i}" for i in range(10)] for name in ("1M", "3M")}, pairs=10)
EXPLAINED = "The loss of the larger model is lower, but in the reading test I could not tell them apart: ten answers are few."

EXERCISES = {
    "05.1": ((57.0, 40.0), "b", [("a", "30 % lower"), ("c", "30 % lower"), ("yes", "one letter")]),
    "05.2": (
        (NATS, TOKENS, BYTES),
        NATS * TOKENS / BYTES / math.log(2),
        [
            (NATS * TOKENS / BYTES, "nats a byte"),
            (NATS * TOKENS / BYTES * math.log(2), "multiplied"),
            (NATS / math.log(2), "bits a token"),
            (NATS * BYTES / TOKENS / math.log(2), "round"),
            (NATS * TOKENS / math.log(2), "whole text"),
            (NATS * TOKENS, "nats of the whole text"),
            (math.exp(NATS), "perplexity"),
            (NATS * TOKENS / BYTES / math.log10(2), "base 10"),
            (17, "too large"),
            ("1.4", "without quotes"),
        ],
    ),
    "05.3": (
        (60, 0.1, 0.26),
        156,
        [
            (60 * 0.1 / 0.26, "round"),
            (2.6, "How many does that make"),
            (60 * 0.26, "in seconds"),
            (60, "quicker"),
            (60 * 0.16, "earlier"),
            (1000, "too large"),
        ],
    ),
    "05.4": ((PANEL,), "ABBA-BABBA", [("ABBA", "4 letters"), ("ABBA-BABBX", "'X'"), (12, "int")]),
    "05.5": (
        (),
        EXPLAINED,
        [
            ("It is larger.", "3 words"),
            ("The larger one writes so much better in every way that I think it is worth all that it costs us", "name at least one column"),
            ("The loss of the larger model is lower and so is its perplexity and that is all there is to say", "your reading"),
            (3, "three quotes"),
        ],
    ),
}

ALIKE = {"05.4": ("A" * 10, "BABABABABA"), "05.5": (EXPLAINED, EXPLAINED + " So there.")}
