from types import SimpleNamespace

import numpy as np
import pandas as pd

NAMES = ["Ann", "Bob", "Cid", "Dan", "Eve"]
PERPLEXITY = pd.DataFrame(50.0 + 2 * (1 - np.eye(5)) + np.arange(5) / 10, index=NAMES, columns=NAMES)
OWN, OTHERS = PERPLEXITY.loc["Eve", "Eve"], PERPLEXITY.loc["Eve"].drop("Eve")
TYPICAL = float(np.exp(np.log(OTHERS).mean()))
GAIN = 1 - OWN / TYPICAL


def matrix(first):
    """A matrix in which the author's own prefix is the best for so many authors."""
    table = pd.DataFrame({"rank": [1] * first + [2] * (5 - first), "gain": [0.0] * 4 + [GAIN]}, index=NAMES)
    return SimpleNamespace(perplexity=PERPLEXITY, table=table, gain=0.02)


MODEL = SimpleNamespace(encode=list, decode="".join)
EXPLAINED = (
    "The author's own prefix lowers the perplexity by 2 %, and the classifier finds the right author of 45 of"
    " 100 texts, which chance would not; before fine-tuning it was 22. But these authors lived in different"
    " centuries."
)
CONFUSION = pd.DataFrame(
    [[8, 1, 1, 8, 2], [2, 3, 1, 12, 2], [1, 1, 4, 13, 1], [3, 1, 2, 12, 2], [1, 2, 1, 14, 2]],
    index=NAMES,
    columns=NAMES,
)
HITS, FOUND = 12, 29
FELL = {"ratio": 0.35, "ratio_low": 0.3, "ratio_high": 0.4}
SHARED = pd.DataFrame(
    {"after": 0.3, "low": 0.1, "high": 0.2, "human": 0.4}, index=["precision_1", "precision_2"]
)
TRIED = pd.DataFrame(
    {
        "parameter": ["temperature"] * 3 + ["human"],
        "value": [0.5, 1.0, 1.5, None],
        "words": [8.0, 11.0, 26.0, 10.0],
        "dist_1": [0.2, 0.4, 0.5, 0.4],
        "self_bleu": [0.3, 0.07, 0.03, 0.07],
    }
)
HOLDS = [True, False, True, True, True, False]


def _flipped(place):
    """The right list, with one finding decided the other way."""
    return [found != (number == place) for number, found in enumerate(HOLDS, 1)]


EXERCISES = {
    "09.1": ((matrix(4),), "c", [("a", "4 of 5"), ("b", "4 of 5"), ("d", "one letter")]),
    "09.2": ((), "b", [("a", "between sentences"), ("c", "before and after"), (2, "letter")]),
    "09.3": (
        (MODEL,),
        "\\Theodore Roosevelt-",
        [
            ("\\Theodore Roosevelt- ", "belongs to the word"),
            ("\\Theodore Roosevelt-  ", "belongs to the word"),
            ("Theodore Roosevelt-", "backslash"),
            ("\\theodore roosevelt-", "written as"),
            ("\\\\Theodore Roosevelt-", "two backslashes"),
            ("\\Roosevelt-", "The name is"),
            ("\\Theodore Roosevelt- The", "Only the prefix"),
            ("\\Theodore Roosevelt:", "character by character"),
            (5, "quotes"),
        ],
    ),
    "09.4": (
        (matrix(4), "Eve"),
        GAIN,
        [
            (100 * GAIN, "per cent"),
            (OWN / TYPICAL, "what is left"),
            (TYPICAL / OWN, "round"),
            (TYPICAL - OWN, "difference of perplexities"),
            (TYPICAL, "geometric mean of the others"),
            (1 - OWN / PERPLEXITY.loc["Eve"].mean(), "Leave the author's own prefix out"),
            (-GAIN, "sign"),
            (0.5, "too large"),
        ],
    ),
    "09.5": (
        (CONFUSION,),
        HITS / FOUND,
        [
            (100 * HITS / FOUND, "per cent"),
            (FOUND / HITS, "round"),
            (HITS, "number of that author's hits"),
            (HITS / 20, "own texts"),
            (HITS / 59, "guesses of that name"),
            (HITS / 100, "share of all texts"),
            (FOUND / 100, "among all texts"),
            (14 / FOUND, "no hit"),
            (0.2, "mean of the five"),
            (2 / FOUND, "fewest"),
            (0.9, "too large"),
        ],
    ),
    "09.6": (
        (),
        EXPLAINED,
        [
            ("It does.", "2 words"),
            (
                (
                    "The classifier finds the right author of 45 of 100 texts, and they are of another"
                    " century, so I think it works"
                ),
                "first measurement",
            ),
            (
                (
                    "The perplexity is lower by 2 % after its own prefix, in five centuries, and so I think"
                    " that it works a little"
                ),
                "second measurement",
            ),
            (
                (
                    "The perplexity is lower and the classifier is better than by chance, though the"
                    " centuries differ, so I think it works"
                ),
                "first measurement",
            ),
            (
                (
                    "The perplexity is 2 % lower and the classifier finds 45 of 100, so I think that the"
                    " prefix makes a voice"
                ),
                "differ",
            ),
            (
                (
                    "The perplexity is 2 % lower and the classifier finds 45 of 100, which may be the century"
                    " and not the voice"
                ),
                "Compare with the model",
            ),
            (3, "three quotes"),
        ],
    ),
    "09.7": (
        ({"r": "repeats", "b": "broken", "l": "lost"}, ["a", "b", "c"]),
        ["rb", "-", "l"],
        [
            ("rbl", "square brackets"),
            (["r", "b"], "another number"),
            (["r", "b", 3], "in quotes"),
            (["r", " ", "b"], "empty"),
            (["r-", "b", "-"], "stands alone"),
            (["r", "x", "b"], "no kind"),
        ],
    ),
    "09.8": (
        (FELL, SHARED, TRIED),
        HOLDS,
        [
            (_flipped(1), "ratio_high"),
            (_flipped(2), "Half of the perplexity"),
            (_flipped(3), "more than chance"),
            (_flipped(4), "columns human and after"),
            (_flipped(5), "each step"),
            (_flipped(6), "Divide words"),
            (HOLDS[:5], "another number"),
            ([*HOLDS[:5], "no"], "Entry 6"),
            ([0.35, *HOLDS[1:]], "Entry 1"),
            ("101110", "square brackets"),
            (dict(enumerate(HOLDS)), "square brackets"),
            (True, "square brackets"),
        ],
    ),
}

DECIDED = """
pairs = shared.table.loc["precision_2"]
tried = by_temperature[by_temperature.parameter == "temperature"]
shares = tried.words / by_temperature.iloc[-1].words
holds = [
    surprise.row["ratio_high"] < 1,
    surprise.row["ratio"] > 0.5,
    pairs.low > 0,
    pairs.human > pairs.after,
    tried.dist_1.is_monotonic_increasing and tried.self_bleu.is_monotonic_decreasing,
    shares.between(2 / 3, 4 / 3).all(),
]
"""


def _but(part, instead):
    """The findings decided rightly, but for a part."""
    assert DECIDED.count(part) == 1
    return DECIDED.replace(part, instead)


ALIKE = {
    "09.8": (HOLDS, np.array(HOLDS)),
    "09.7": (["rb", "-", "l"], ["-", "-", "bl"]),
    "09.6": (EXPLAINED, EXPLAINED + " So there."),
}

SOURCES = {
    "09.2": [
        ("effect = 'a'", "between sentences"),
        ("effect = 'c'", "before and after"),
        ("effect = 'leakage'", "one letter"),
    ],
    "09.3": [
        (r"prefix = '\\Theodore Roosevelt- '", "belongs to the word"),
        ("prefix = lab.author_prefix('Theodore Roosevelt')", "belongs to the word"),
        ("prefix = 'Theodore Roosevelt-'", "backslash"),
        (r"prefix = r'\\Theodore Roosevelt-'", "two backslashes"),
        (r"prefix = r'\Theodore Roosevelt:'", "character by character"),
        (r"prefix = r'\Roosevelt-'", "The name is"),
        (r"prefix = r'\Theodore Roosevelt- The'", "Only the prefix"),
    ],
    "09.4": [
        ("import numpy as np\ngain = 100 * (1 - own / np.exp(np.log(others).mean()))", "per cent"),
        ("import numpy as np\ngain = own / np.exp(np.log(others).mean())", "what is left"),
        ("import numpy as np\ngain = np.exp(np.log(others).mean()) / own", "round"),
        ("import numpy as np\ngain = np.exp(np.log(others).mean()) - own", "difference of perplexities"),
        ("import numpy as np\ngain = np.exp(np.log(others).mean())", "geometric mean of the others"),
        ("import numpy as np\ngain = own / np.exp(np.log(others).mean()) - 1", "sign"),
        ("gain = 1 - own / row.mean()", "Leave the author's own prefix out"),
        ("gain = 1 - own / others.min()", "best of the others"),
        ("gain = 1 - own / others.max()", "worst of the others"),
        ("gain = 0.051", "is too"),
    ],
    "09.5": [
        ("share = 100 * np.diag(confusion).max() / np.diag(confusion).sum()", "per cent"),
        ("share = np.diag(confusion).sum() / np.diag(confusion).max()", "round"),
        ("share = np.diag(confusion).max()", "number of that author's hits"),
        (
            "most = np.diag(confusion).argmax()\nshare = (np.diag(confusion) / confusion.sum()).iloc[most]",
            "name were right",
        ),
        ("share = np.diag(confusion).max() / confusion.sum(axis=1).max()", "own texts"),
        ("share = np.diag(confusion).max() / confusion.to_numpy().sum()", "share of all texts"),
        ("share = guessed['after'].share", "among all texts"),
        ("share = confusion.to_numpy().max() / guessed['after'].right", "no hit"),
        ("share = confusion.sum().max() / confusion.to_numpy().sum()", "commonest name"),
        ("share = np.diag(confusion).mean() / np.diag(confusion).sum()", "mean of the five"),
        ("share = 0.41", "is too"),
    ],
    "09.6": [
        ("answer = 'It does.'", "2 words"),
        (
            (
                "answer = 'The classifier finds the right author of 45 of 100 texts, and they are of another"
                " century, so I think it works'"
            ),
            "first measurement",
        ),
        (
            (
                "answer = 'The perplexity is lower by 2 % after its own prefix, in five centuries, and so I"
                " think that it works a little'"
            ),
            "second measurement",
        ),
        (
            (
                "answer = 'The perplexity is lower and the classifier is better than by chance, though the"
                " centuries differ, so I think it works'"
            ),
            "first measurement",
        ),
        (
            (
                "answer = 'The perplexity is 2 % lower and the classifier finds 45 of 100, so I think that"
                " the prefix makes a voice'"
            ),
            "differ",
        ),
        (
            (
                "answer = 'The perplexity is 2 % lower and the classifier finds 45 of 100, which may be the"
                " century and not the voice'"
            ),
            "Compare with the model",
        ),
    ],
    "09.7": [
        ("marks = 'rblaf-rbla'", "square brackets"),
        ("marks = ['r', 'b', '-']", "another number"),
        ("marks = ['r'] * 9 + ['']", "empty"),
        ("marks = ['r'] * 9 + ['-l']", "stands alone"),
        ("marks = ['r'] * 9 + ['lost']", "no kind"),
        ("marks = ['r'] * 9 + [0]", "in quotes"),
    ],
    "09.8": [
        (_but('surprise.row["ratio_high"] < 1', 'surprise.row["ratio"] < 1'), "ratio_high"),
        (
            _but('surprise.row["ratio_high"] < 1', "surprise.row['after'] < surprise.row['before']"),
            "ratio_high",
        ),
        (_but('surprise.row["ratio"] > 0.5', 'surprise.row["ratio"] < 0.5'), "Half of the perplexity"),
        (_but("pairs.low > 0", "pairs.after > pairs.before"), "more than chance"),
        (_but("pairs.low > 0", "pairs.difference > 0"), "more than chance"),
        (_but("pairs.human > pairs.after", "pairs.human < pairs.after"), "columns human and after"),
        (_but("and tried.self_bleu.is_monotonic_decreasing", ""), "each step"),
        (
            _but("tried.self_bleu.is_monotonic_decreasing", "tried.self_bleu[0] > tried.self_bleu[2]"),
            "each step",
        ),
        (
            _but("shares.between(2 / 3, 4 / 3).all()", "not shares.between(2 / 3, 4 / 3).all()"),
            "Divide words",
        ),
        (_but("shares.between(2 / 3, 4 / 3).all()", "shares.between(2 / 3, 4 / 3)"), "Entry 6"),
        (_but("shares.between(2 / 3, 4 / 3).all(),", ""), "another number"),
        ("holds = [True, False, True, True, True, False]", "ratio_high"),
        ("holds = 'the first, the third and the fourth'", "square brackets"),
    ],
}
ALSO_RIGHT = {
    "09.2": ["effect = 'B'", "effect = ' (b) '"],
    "09.3": [
        "prefix = lab.author_prefix('Theodore Roosevelt').rstrip()",
        "prefix = lab.author_prefix(AUTHORS[2])[:-1]",
        r"prefix = f'\\{AUTHORS[2]}-'",
        r"""name = 'Theodore Roosevelt'
prefix = chr(92) + name + '-'""",
    ],
    "09.4": [
        "import math\nimport numpy as np\ngain = 1 - own / np.prod(others) ** (1 / 4)",
        "import numpy as np\ngain = 1 - own / others.prod() ** 0.25",
        "import math\ngain = -math.expm1(math.log(own) - sum(map(math.log, others)) / len(others))",
        "gain = matrix['after'].table.loc[AUTHORS[-1], 'gain']",
        (
            "import math\n"
            "from statistics import geometric_mean\n"
            "gain = (geometric_mean(others) - own) / geometric_mean(others)"
        ),
    ],
    "09.5": [
        "share = max(confusion.loc[author, author] for author in AUTHORS) / guessed['after'].right",
        "hits = np.diagonal(confusion.to_numpy())\nshare = sorted(hits)[-1] / sum(hits)",
        "share = np.diag(confusion).max() / np.trace(confusion)",
        (
            "found = guessed['after'].table\n"
            "right = found[found.author == found.guess]\n"
            "share = right.author.value_counts(normalize=True).iloc[0]"
        ),
    ],
    "09.6": [
        (
            'answer = f\'{matrix["after"].answer} {guessed["after"].answer} Before, it was less. It may'
            " be the century or the subjects.'"
        ),
        (
            "answer = f'''Hardly: gain {gain:.1%} for {AUTHORS[-1]}, and the classifier gave"
            " {guessed['after'].share:.0%} right, against {guessed['before'].share:.0%} before.\n"
            "The words of the time may be enough to explain that.'''"
        ),
    ],
    "09.8": [
        DECIDED,
        _but("pairs.low > 0", "pairs.more == 'after'"),
        (
            "import numpy as np\n"
            "row, pairs, words = surprise.row, shared.table.loc['precision_2'], by_temperature.words\n"
            "dist_1, bleu = (by_temperature[name][:3] for name in ('dist_1', 'self_bleu'))\n"
            "varied = (np.diff(dist_1) > 0).all() and (np.diff(bleu) < 0).all()\n"
            "long = all(2 / 3 * words[3] <= number <= 4 / 3 * words[3] for number in words[:3])\n"
            "more = row['after'] > row['before'] / 2\n"
            "shared_more = pairs['low'] > 0, pairs.after < pairs.human\n"
            "holds = (not row['ratio_high'] >= 1, more, *shared_more, varied, long)"
        ),
    ],
    "09.7": ["marks = ('-',) * 10", "marks = ['r', 'lb'] * 5", "marks = 'r b - lb a f - - r l'.split()"],
}
