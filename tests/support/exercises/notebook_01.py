import pandas as pd


class FakeModel:
    """A model in which a token is a pair of characters and 'banana' is a surprise."""

    def encode(self, text):
        return list(range(0, len(text), 2))

    def decode(self, ids):
        return "ab" * len(ids)

    def score(self, text):
        return pd.DataFrame(
            {"nats": [4.0 if "banana" in text else 0.5 if "dull" in text else 1.0 for _ in text.split()]}
        )


LM, PARAGRAPH, PLAIN = FakeModel(), "ab cd ef gh ij" * 3, "we passed the law"
GUESSES = pd.DataFrame({"probability": [0.3, 0.2]})


WORDS = {"state": 7, "rest": 9, "east": 2, "stone": 4, "those": 2, "there": 4}
MERGES = [("s", "t"), ("r", "e"), ("re", "st")]


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
            ("we passed the " + 99 * "banana", "far longer"),
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
    "01.7": (
        (WORDS,),
        MERGES,
        [
            (["st", "re", "rest"], "what comes out of each merge"),
            ([(("s", "t"), 22), (("r", "e"), 13), (("re", "st"), 9)], "There are counts"),
            (["s", "t", "r"], "no pair of two texts"),
            (MERGES[:2], "Three pairs"),
            ([("s", "t"), ("r", "e"), ("t", "h")], "each word once"),
            ([("s", "t"), ("r", "e"), ("e", "s")], "count again before the next"),
            ([("s", "t"), ("e", " "), ("st", " ")], "border of two words"),
            ([("s", "t"), ("e", "st"), ("r", "est")], "border of two words"),
            (MERGES[::-1], "their order is not"),
            ([("s", "t"), ("r", "e"), ("a", "t")], "The third pair is not"),
            (3, "list of three pairs"),
            ("st", "list of three pairs"),
        ],
    ),
}

ALIKE = {"01.7": (MERGES, tuple(map(list, MERGES))), "01.4": ("we banana the law", "banana passed the law")}

ASKS_A_MODEL = True  # the check of 01.4

_MERGING = """from collections import Counter
parts = {word: list(word) for word in words}
merges = []
for _ in range(3):
    counts = Counter()
    for word, count in words.items():
        for pair in zip(parts[word], parts[word][1:]):
            counts[pair] += count
    best = max(counts, key=counts.get)
    merges.append(best)
    parts = {word: join(parts[word], best) for word in words}"""


def _but(old, new):
    """The source of the merges with a part replaced."""
    assert old in _MERGING
    return _MERGING.replace(old, new)


SOURCES = {
    "01.2": [
        ("characters_per_token = 3.3393", "too large"),
        ("characters_per_token = len(lm.encode(paragraph)) / len(paragraph)", "turn the fraction round"),
        ("characters_per_token = len(paragraph) / len(paragraph.split())", "not split"),
        ("characters_per_token = len(lm.encode(paragraph)) / len(paragraph.split())", "tokens per word"),
        ("characters_per_token = len(paragraph.split()) / len(lm.encode(paragraph))", "words per token"),
        ("characters_per_token = len(paragraph)", "the number of characters"),
        ("characters_per_token = len(lm.encode(paragraph))", "the number of tokens"),
        ("characters_per_token = len(paragraph) // len(lm.encode(paragraph))", "rounded down"),
        (
            "characters_per_token = len(paragraph.replace(' ', '')) / len(lm.encode(paragraph))",
            "left out the spaces",
        ),
        (
            "characters_per_token = len(paragraph) / (len(lm.encode(paragraph)) + len(paragraph.split()))",
            "too small",
        ),
        ("characters_per_token = lm.encode(paragraph)", "Your answer is a list; one number is asked for"),
        ("characters_per_token = f'{len(paragraph) / len(lm.encode(paragraph)):.2f}'", "without quotes"),
        ("characters_per_token = len", "function"),
    ],
    "01.3": [
        ('what_the_seed_changes = "a"', "takes no seed"),
        ('what_the_seed_changes = "c"', "only training"),
        ('what_the_seed_changes = "the probabilities"', "one letter"),
        ("what_the_seed_changes = 2", "one letter"),
    ],
    "01.4": [
        ("surprising = plain", "plain one"),
        ('surprising = plain + " Bananas."', "one word in the place of one word"),
        ('surprising = "The Congress of the Disunited Bananas passed the law."', "Change one only"),
        ('surprising = plain.replace("a", "the")', "You changed"),
        ('surprising = plain.replace("law", "bill")', "The loss fell by"),
        ('surprising = plain.replace("law", "act")', "and should rise by 0.5"),
        ('surprising = "Bananas"', "words"),
        ("surprising = lm.encode(plain)", "in quotes"),
        ('surprising = plain.replace("law", "xyz" * 1000)', "far longer"),
    ],
    "01.5": [
        ("def block_parameters(d):\n    return 12 * d**2", "matrices only"),
        ("def block_parameters(d):\n    return 12 * d**2 + 9 * d", "layer norms are missing"),
        ("def block_parameters(d):\n    return 12 * d**2 + 11 * d", "One layer norm"),
        ("def block_parameters(d):\n    return 12 * d**2 + 4 * d", "biases are missing"),
        ("def block_parameters(d):\n    return 4 * d**2 + 8 * d", "perceptron is missing"),
        ("def block_parameters(d):\n    return 8 * d**2 + 9 * d", "attention is missing"),
        ("def block_parameters(d):\n    return 3*d*d + 3*d + d*d + d", "attention alone"),
        ("def block_parameters(d):\n    return {10: 1330, 128: 198272, 768: 7087872}[d]", "KeyError"),
        ("def block_parameters(d):\n    return {10: 1330, 128: 198272, 768: 7087872}.get(d, 0)", "too small"),
        ("def block_parameters(d):\n    print(12 * d**2 + 13 * d)", "returns nothing"),
        ("block_parameters = 12 * 768**2 + 13 * 768", "a function is asked for"),
    ],
    "01.6": [
        (
            (
                "def gpt2_parameters(vocabulary, window, d, layers):\n"
                "    return vocabulary * d + window * d + layers * block_parameters(d)"
            ),
            "after the last",
        ),
        (
            (
                "def gpt2_parameters(vocabulary, window, d, layers):\n"
                "    return 2 * vocabulary * d + window * d + layers * block_parameters(d) + 2 * d"
            ),
            "twice",
        ),
        (
            (
                "def gpt2_parameters(vocabulary, window, d, layers):\n"
                "    return vocabulary * d + layers * block_parameters(d) + 2 * d"
            ),
            "position embedding",
        ),
        (
            (
                "def gpt2_parameters(vocabulary, window, d, layers):\n"
                "    return window * d + layers * block_parameters(d) + 2 * d"
            ),
            "token embedding is missing",
        ),
        (
            (
                "def gpt2_parameters(vocabulary, window, d, layers):\n"
                "    return vocabulary * d + window * d + block_parameters(d) + 2 * d"
            ),
            "one block",
        ),
        (
            "def gpt2_parameters(vocabulary, window, d, layers):\n    return layers * block_parameters(d)",
            "blocks only",
        ),
        (
            (
                "def gpt2_parameters(vocabulary, window, d, layers):\n"
                "    return int(lab.models().loc['124M', 'parameters'])"
            ),
            "too large",
        ),
        ("def gpt2_parameters(d, layers):\n    return layers * block_parameters(d)", "TypeError"),
    ],
    "01.7": [
        ("merges = [('s', 't'), ('r', 'e'), ('re', 'st')]", "not the most frequent one at its time"),
        (_but("+= count", "+= 1"), "each word once"),
        (
            _but("    parts = {word: join(parts[word], best) for word in words}", "    del best"),
            "not the most",
        ),
        (
            _but("range(3)", "range(1)")
            + "\nparts = {word: list(word) for word in words}\ncounts = Counter()"
            "\nfor word in words:\n    for pair in zip(word, word[1:]):\n        counts[pair] += words[word]"
            "\nmerges = [pair for pair, _ in counts.most_common(3)]",
            "count again before the next",
        ),
        (
            _but(
                "list(word) for word in words}",
                "list(word) for word in words}\nspaced = ' '.join(word for word"
                " in words for _ in range(words[word]))\nwords, parts = {spaced: 1}, {spaced: list(spaced)}",
            ),
            "border of two words",
        ),
        (_but("append(best)", "append(''.join(best))"), "what comes out of each merge"),
        (_but("append(best)", "append((best, counts[best]))"), "There are counts"),
        (_but("range(3)", "range(2)"), "Three pairs"),
        (_but("append(best)", "insert(0, best)"), "their order is not"),
        (_MERGING + "\nmerges = merges[0]", "no pair of two texts"),
        (_MERGING + "\nmerges = ''.join(merges[0])", "list of three pairs"),
    ],
}

ALSO_RIGHT = {
    "01.2": [
        "tokens = lm.encode(paragraph)\ncharacters_per_token = len(paragraph) / len(tokens)",
        "import numpy as np\ncharacters_per_token = np.mean([len(piece) for piece in pieces(paragraph)])",
        "characters_per_token = round(len(paragraph) / len(lm.encode(paragraph)), 2)",
        "characters_per_token = len(paragraph) / len(pieces(paragraph))",
        "characters_per_token = round(len(paragraph) / len(lm.encode(paragraph)), 1)",
    ],
    "01.3": ['what_the_seed_changes = "B"', "what_the_seed_changes = 'b)'\nprint(pieces(text))"],
    "01.4": [
        'surprising = plain.replace("States", "Bananas")',
        'words = plain.split()\nwords[5] = "Bananas"\nsurprising = " ".join(words)',
        'surprising = f"The Congress of the United Tomatoes passed the law."',
    ],
    "01.5": [
        "block_parameters = lambda d: 2 * 2 * d + (3*d*d + 3*d + d*d + d) + (4*d*d + 4*d + 4*d*d + d)",
        (
            "def block_parameters(d):\n"
            "    norms, attention = 4 * d, 4 * d * d + 4 * d\n"
            "    return norms + attention + 8 * d * d + 5 * d"
        ),
        "def block_parameters(d):\n    return np.int64(12) * d * d + 13.0 * d",
    ],
    "01.6": [
        (
            "def gpt2_parameters(vocabulary, window, d, layers):\n"
            "    return (vocabulary + window + 2) * d + sum(block_parameters(d) for _ in range(layers))"
        ),
        "def gpt2_parameters(v, w, d, n):\n    return d * (v + w + 2) + n * (12 * d * d + 13 * d)",
    ],
    "01.7": [
        _MERGING,
        (
            "import re\n"
            "cut = {' '.join(word): count for word, count in words.items()}\n"
            "merges = []\n"
            "for _ in range(3):\n"
            "    counts = {}\n"
            "    for word, count in cut.items():\n"
            "        symbols = word.split()\n"
            "        for at in range(len(symbols) - 1):\n"
            "            pair = symbols[at], symbols[at + 1]\n"
            "            counts[pair] = counts.get(pair, 0) + count\n"
            "    best = max(counts, key=counts.get)\n"
            "    merges = [*merges, list(best)]\n"
            "    found = re.compile(r'(?<!\\S)' + re.escape(' '.join(best)) + r'(?!\\S)')\n"
            "    cut = {found.sub(''.join(best), word): count for word, count in cut.items()}"
        ),
        _but("range(3)", "range(9)") + "\nmerges = tuple(merges[:3])",
    ],
}
