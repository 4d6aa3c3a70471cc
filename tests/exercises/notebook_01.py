import pandas as pd


class FakeModel:
    """A model in which a token is a pair of characters and 'banana' is a surprise."""

    def encode(self, text):
        return list(range(0, len(text), 2))

    def decode(self, ids):
        return "ab" * len(ids)

    def score(self, text):
        return pd.DataFrame({"nats": [4.0 if "banana" in text else 0.5 if "dull" in text else 1.0 for _ in text.split()]})


LM, PARAGRAPH, PLAIN = FakeModel(), "ab cd ef gh ij" * 3, "we passed the law"
GUESSES = pd.DataFrame({"probability": [0.3, 0.2]})


def block(d):
    return 12 * d * d + 13 * d


def gpt2(vocabulary, window, d, layers):
    return vocabulary * d + window * d + layers * block(d) + 2 * d


EXERCISES = {
    "01.1": ((GUESSES,), "b", [("a", "30 %"), ("c", "surer"), ("d", "one letter"), (2, "one letter")]),
    "01.2": (
        (LM, PARAGRAPH),
        len(PARAGRAPH) / len(LM.encode(PARAGRAPH)),
        [
            (len(PARAGRAPH), "number of characters"),
            (0.5, "tokens per character"),
            (42 / 13, "per word"),
            (99, "too large"),
            ([1, 2], "entries"),
            ("2", "without quotes"),
            (float("nan"), "finite"),
            (True, "finite"),
            (len, "function"),
            (1j, "finite"),
        ],
    ),
    "01.3": ((), "b", [("a", "takes no seed"), ("C)", "only training")]),
    "01.4": (
        (LM, PLAIN),
        "we passed the banana",
        [
            (PLAIN, "plain one"),
            ("a banana passed banana law extra", "words"),
            ("they banana the law", "changed 2"),
            ("we passed the dull", "fell"),
            ("we passed the bill", "rose by 0.00"),
            (3, "in quotes"),
        ],
    ),
    "01.5": (
        ([1, 8],),
        block,
        [
            (lambda d: 12 * d * d, "matrices only"),
            (lambda d: 12 * d * d + 9 * d, "layer norms are missing"),
            (lambda d: "x", "text"),
            (lambda d: 1 / 0, "ZeroDivisionError"),
            (lambda: 1, "TypeError"),
            (25, "a function is asked for"),
            (lambda d: 7, "too small"),
        ],
    ),
    "01.6": (
        (["3M", (10, 4, 2, 3)],),
        gpt2,
        [
            (lambda v, w, d, n: gpt2(v, w, d, n) - 2 * d, "after the last block"),
            (lambda v, w, d, n: gpt2(v, w, d, n) + v * d, "twice"),
            (lambda v, w, d, n: gpt2(v, w, d, n) - w * d, "position embedding"),
            (lambda v, w, d, n: None + 1, "TypeError"),
            (lambda v, w, d, n: n * block(d), "blocks only"),
            (lambda v, w, d, n: gpt2(v, w, d, 1), "one block"),
        ],
    ),
}

ALIKE = {"01.4": ("we banana the law", "banana passed the law")}
