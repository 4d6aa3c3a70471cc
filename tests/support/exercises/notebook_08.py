import numpy as np
import pandas as pd

import gpt2lab as lab

P = pd.Series([0.3, 0.25, 0.2, 0.15, 0.1])
HALF = 0.09 / 0.225
# 1 and 5 tokens reach 0.9
SURE, OPEN = pd.Series([0.95, 0.03, 0.02]), pd.Series([0.3, 0.25, 0.2, 0.1, 0.08, 0.07])
TEXTS = ["The law, and the law again", "A law of the land"]  # 12 words and marks, of which 9 differ
TABLE = pd.DataFrame(
    [
        ("temperature", 0.5, 0.11, 0.54, 5.0),
        ("temperature", 1.0, 0.39, 0.07, 52.0),
        ("temperature", 1.5, 0.58, 0.016, 700.0),
        ("top_p", 0.9, 0.33, 0.04, 30.0),
        ("human", None, 0.32, 0.08, 60.0),
    ],
    columns=["parameter", "value", "dist_1", "self_bleu", "perplexity"],
)
EXPLAINED = (
    "I take top_p 0.9: its dist-1 of 0.33 is nearest to the 0.32 of human text. At temperature 0.5 the model"
    " repeats itself, at 1.5 it writes nonsense, and no column knows whether a text is true."
)

CASES = [
    ([0.12, 0.38, 0.05, 0.25, 0.20], 0.5, 0.75),
    ([0.12, 0.38, 0.05, 0.25, 0.20], 2.0, 0.8),
    ([0.05, 0.09, 0.32, 0.11, 0.16, 0.27], 1.0, 0.5),
    ([0.02, 0.90, 0.05, 0.03], 1.0, 0.5),
]


def drawing(sampler):
    """What the notebook's `draws` makes of a sampler."""

    def draws(probabilities, temperature, top_p, n=1000):
        rng = np.random.default_rng(0)
        return [sampler(np.array(probabilities), temperature, top_p, rng) for _ in range(n)]

    return draws


def sample_token(probabilities, temperature, top_p, rng):
    p = probabilities ** (1 / temperature)
    p = p / p.sum()
    order = np.argsort(-p)
    nucleus = order[: (p[order].cumsum() < top_p).sum() + 1]
    return rng.choice(nucleus, p=p[nucleus] / p[nucleus].sum())


_SAMPLER = """def sample_token(probabilities, temperature, top_p, rng):
    p = probabilities ** (1 / temperature)
    p = p / p.sum()
    order = np.argsort(-p)
    k = (p[order].cumsum() < top_p).sum() + 1
    nucleus = order[:k]
    return rng.choice(nucleus, p=p[nucleus] / p[nucleus].sum())"""


def _but(*changes):
    """The source of a sampler with some parts replaced: each old one is followed by its new one."""
    source = _SAMPLER
    for old, new in zip(changes[::2], changes[1::2]):
        assert old in source
        source = source.replace(old, new)
    return source


EXERCISES = {
    "08.1": (
        (P,),
        HALF,
        [
            (0.3, "temperature 1"),
            (0.09, "add up to 1"),
            (0.3**0.5 / (P**0.5).sum(), "temperature 2"),
            (0.3**0.5, "divide by the sum"),
            (0.6, "divides the logits"),
            (0.15, "divides the logits"),
            (np.exp(0.6) / np.exp(P / 0.5).sum(), "softmax"),
            (0.45, "too large"),
            ("0.42", "without quotes"),
            (P, "5 entries"),
        ],
    ),
    "08.2": (
        (SURE, OPEN),
        (1, 5),
        [
            ((5, 1), "wrong way round"),
            ((0, 4), "the one that reaches it"),
            ((1, 0), "themselves more likely"),
            ((2, 1), "how many are cut"),
            ((1, 9), "After OPEN 9 is too large"),
            ((1, 4), "After OPEN 4 is too small"),
            ((2, 5), "After SURE 2 is too large"),
            ((1, 4.5), "whole numbers"),
            (5, "whole numbers"),
            ((1, 5, 9), "whole numbers"),
        ],
    ),
    "08.3": (
        (TEXTS,),
        9 / 12,
        [
            (9, "Divide by the number"),
            (12, "How many of them"),
            (12 / 9, "round"),
            (4.5, "number of texts"),
            (np.mean([6 / 7, 1]), "mean over the texts"),
            (9 / 11, "lab.words"),
            (8 / 12, "all letters"),
            (0.5, "too small"),
            (lab.distinct, "a function"),
        ],
    ),
    "08.4": (
        (TABLE,),
        "b",
        [("a", "self-BLEU falls"), ("c", "dist-1 rises"), ("d", "alike"), ("up", "one letter")],
    ),
    "08.5": (
        (TABLE,),
        (3, 1),
        [
            ((1, 3), "wrong way round"),
            ((4, 4), "human text itself"),
            ((0, 1), "row 0, with 0.11 beside 0.32 of human text, has the lowest"),
            ((2, 1), "row 2, with 0.58 beside 0.32 of human text, has the highest"),
            ((3, 2), "row 2, with 700 beside 60 of human text, has the highest"),
            ((1, 1), "By dist_1 row 1, with 0.39"),
            ((3, 3), "By perplexity row 3, with 30"),
            ((3, 17), "no row 17"),
            ((0.33, 0.04), "whole numbers"),
            ("top_p", "whole numbers"),
        ],
    ),
    "08.6": (
        (),
        EXPLAINED,
        [
            ("I take top_p.", "3 words"),
            (
                (
                    "I would choose the middle one since it is the best of all that we have tried here today"
                    " and everything else was much worse in every way"
                ),
                "Name your setting",
            ),
            (EXPLAINED.replace("dist-1", "value"), "Give a figure"),
            (EXPLAINED.replace("human text", "the last row"), "human text"),
            (EXPLAINED.replace("repeats itself", "is bad"), "held back more"),
            (EXPLAINED.replace("nonsense", "badly"), "held back less"),
            (3, "three quotes"),
        ],
    ),
    "08.7": (
        (CASES,),
        drawing(sample_token),
        [
            (drawing(lambda p, t, top_p, rng: rng.choice(len(p), p=p)), "Neither setting"),
            (drawing(lambda p, t, top_p, rng: sample_token(p, 1, top_p, rng)), "temperature has no effect"),
            (drawing(lambda p, t, top_p, rng: sample_token(p, 1 / t, top_p, rng)), "wrong way round"),
            (drawing(lambda p, t, top_p, rng: sample_token(p, t, 1, rng)), "top_p has no effect"),
            (drawing(lambda p, t, top_p, rng: int(np.argmax(p))), "always take the likeliest"),
            (drawing(lambda p, t, top_p, rng: rng.choice(p)), "a probability"),
            (drawing(lambda p, t, top_p, rng: len(p)), "no token has"),
            (drawing(lambda p, t, top_p, rng: [1]), "one whole number"),
            (drawing(lambda p, t, top_p, rng: rng.choice(len(p))), "not drawn as often"),
            (drawing(lambda p, t, top_p, rng: rng.choice(len(p), p=p**2)), "fails with ValueError"),
            (
                drawing(lambda p, t, top_p, rng: sample_token(p, t, top_p, np.random.default_rng())),
                "The same seed",
            ),
            (
                drawing(
                    lambda p, t, top_p, rng: (
                        np.argmin(p) if rng.random() < 0.01 else sample_token(p, t, top_p, rng)
                    )
                ),
                "Now and then",
            ),
            (lambda *case: 3, "returns no list"),
            (3, "a function is asked for"),
        ],
    ),
}

ALIKE = {"08.2": ((1, 5), [1, np.int64(5)]), "08.6": (EXPLAINED, EXPLAINED + " So there.")}

SOURCES = {
    "08.1": [
        ("at_half = p[0]", "temperature 1"),
        ("at_half = p[0] ** 2", "add up to 1"),
        ("at_half = p[0] ** 0.5 / (p ** 0.5).sum()", "temperature 2"),
        ("at_half = p[0] / 0.5", "divides the logits"),
        ("at_half = p[0] * 0.5", "divides the logits"),
        ("import numpy as np\nat_half = (np.exp(p / 0.5) / np.exp(p / 0.5).sum())[0]", "softmax"),
        ("at_half = p ** 2 / (p ** 2).sum()", "one number"),
        ("at_half = 0.151", "is too"),
    ],
    "08.2": [
        (
            "survive_sure = (sure.cumsum() < 0.9).sum()\nsurvive_open = (open_ended.cumsum() < 0.9).sum()",
            "One is missing",
        ),
        (
            "survive_sure = (sure > 0.9).sum()\nsurvive_open = (open_ended > 0.9).sum()",
            "more likely than 0.9",
        ),
        (
            (
                "survive_open = (sure.cumsum() < 0.9).sum() + 1\n"
                "survive_sure = (open_ended.cumsum() < 0.9).sum() + 1"
            ),
            "wrong way round",
        ),
        (
            "survive_sure = (sure.cumsum() > 0.9).sum()\nsurvive_open = (open_ended.cumsum() > 0.9).sum()",
            "After SURE that is too large",
        ),
        (
            (
                "survive_sure = len(sure) - (sure.cumsum() < 0.9).sum() - 1\n"
                "survive_open = len(open_ended) - (open_ended.cumsum() < 0.9).sum() - 1"
            ),
            "how many are cut",
        ),
        ("survive_sure = 1\nsurvive_open = 1016", "After SURE that is too small"),
        ("survive_sure = sure.cumsum()[0]\nsurvive_open = open_ended.cumsum()[0]", "whole numbers"),
    ],
    "08.3": [
        (
            "dist_1 = len({word for text in texts for word in lab.words(text)})",
            "Divide by the number of all words",
        ),
        (
            "dist_1 = sum(len(set(lab.words(text))) / len(lab.words(text)) for text in texts) / len(texts)",
            "mean over the texts",
        ),
        ("words = ' '.join(texts).split()\ndist_1 = len(set(words)) / len(words)", "split at spaces"),
        (
            "words = lab.words(' '.join(texts).lower())\ndist_1 = len(set(words)) / len(words)",
            "all letters small",
        ),
        (
            (
                "words = [word for text in texts for word in lab.words(text)]\n"
                "dist_1 = len(words) / len(set(words))"
            ),
            "round",
        ),
        (
            "dist_1 = len({word for text in texts for word in lab.words(text)}) / len(texts)",
            "number of texts",
        ),
        ("dist_1 = lab.distinct(texts, 2)", "is too large"),
        ("dist_1 = 0.585", "is too"),
    ],
    "08.5": [
        (
            (
                "by_dist_1 = (tried.dist_1 - human.dist_1).idxmin()\n"
                "by_perplexity = (tried.perplexity - human.perplexity).idxmin()"
            ),
            "has the lowest value",
        ),
        (
            (
                "by_dist_1 = tried.dist_1.idxmax()\n"
                "by_perplexity = (tried.perplexity - human.perplexity).abs().idxmin()"
            ),
            "has the highest value",
        ),
        (
            (
                "by_dist_1 = (table.dist_1 - human.dist_1).abs().idxmin()\n"
                "by_perplexity = (table.perplexity - human.perplexity).abs().idxmin()"
            ),
            "human text itself",
        ),
        (
            (
                "by_perplexity = (tried.dist_1 - human.dist_1).abs().idxmin()\n"
                "by_dist_1 = (tried.perplexity - human.perplexity).abs().idxmin()"
            ),
            "wrong way round",
        ),
        (
            (
                "by_dist_1 = (tried.dist_1 - human.dist_1).abs().min()\n"
                "by_perplexity = (tried.perplexity - human.perplexity).abs().min()"
            ),
            "whole numbers",
        ),
        (
            "by_dist_1 = by_perplexity = (tried.dist_1 - human.dist_1).abs().idxmin()",
            "By perplexity your row",
        ),
        ("by_dist_1, by_perplexity = 3, 4", "By dist_1 your row"),
    ],
    "08.6": [
        ("explanation = 'I take top_p.'", "3 words"),
        (f"explanation = {EXPLAINED.replace('dist-1', 'value')!r}", "Give a figure"),
        (f"explanation = {EXPLAINED.replace('human text', 'the last row')!r}", "human text"),
        (f"explanation = {EXPLAINED.replace('repeats itself', 'is bad')!r}", "held back more"),
        (f"explanation = {EXPLAINED.replace('nonsense', 'badly')!r}", "held back less"),
    ],
    "08.7": [
        (_but("** (1 / temperature)", "** temperature"), "wrong way round"),
        (_but("** (1 / temperature)", "/ temperature"), "temperature has no effect"),
        (_but("probabilities ** (1 / temperature)", "np.exp(probabilities / temperature)"), "softmax"),
        (
            _but(
                "probabilities ** (1 / temperature)",
                "probabilities",
                "[nucleus]",
                "[nucleus] ** (1 / temperature)",
            ).replace("p[nucleus] ** (1 / temperature).sum()", "(p[nucleus] ** (1 / temperature)).sum()"),
            "cut before the temperature",
        ),
        (
            _but(
                "p=p[nucleus] / p[nucleus].sum()",
                "p=q / q.sum()",
                "[:k]",
                "[:k]\n    q = probabilities[nucleus]",
            ),
            "from before the temperature",
        ),
        (_but("order[:k]", "order"), "top_p has no effect"),
        (_but(".sum() + 1", ".sum()"), "never drawn"),
        (_but("< top_p).sum() + 1", "<= top_p).sum() or 1"), "never drawn"),
        (_but(".sum() + 1", ".sum() + 2"), "one token too many"),
        (_but("choice(nucleus", "choice(k"), "place in the sorted order"),
        (_but("argsort(-p)", "argsort(p)"), "least likely"),
        (_but("rng.choice(nucleus, p=p[nucleus] / p[nucleus].sum())", "nucleus[0]"), "take the likeliest"),
        (_but(", p=p[nucleus] / p[nucleus].sum()", ""), "equally often"),
        (_but(" / p[nucleus].sum()", ""), "fails with ValueError"),
        (_but("choice(nucleus", "choice(p[nucleus]"), "a probability"),
        (_but("rng.choice", "np.random.choice"), "The same seed"),
        (_but("return rng", "drawn = rng"), "returns nothing"),
        ("sample_token = lm.next_tokens", "fails with"),
    ],
}
ALSO_RIGHT = {
    "08.1": [
        "at_half = p.iloc[0] ** 2 / sum(p ** 2)",
        "at_half = (p ** 2 / (p ** 2).sum()).max()",
        (
            "import numpy as np\n"
            "logits = np.log(p)\n"
            "at_half = (np.exp(logits / 0.5) / np.exp(logits / 0.5).sum()).iloc[0]"
        ),
        "at_half = lm.next_tokens(PROMPT, temperature=0.5).sampled_probability[0]",
    ],
    "08.2": [
        (
            "survive_sure = int((sure.cumsum() >= 0.9).idxmax()) + 1\n"
            "survive_open = int((open_ended.cumsum() >= 0.9).idxmax()) + 1"
        ),
        (
            "survive_sure, survive_open = (int(np.searchsorted(np.cumsum(part), 0.9)) + 1 for part in (sure,"
            " open_ended))"
        ),
        (
            "survive_sure, survive_open = (lm.next_tokens(prompt, top_p=0.9).kept.sum() for prompt in (SURE,"
            " OPEN))"
        ),
        (
            "def kept(part):\n"
            "    total = count = 0\n"
            "    for share in part:\n"
            "        total, count = total + share, count + 1\n"
            "        if total >= 0.9:\n"
            "            return count\n"
            "survive_sure, survive_open = kept(sure), kept(open_ended)"
        ),
    ],
    "08.3": [
        "dist_1 = lab.distinct(texts)",
        (
            "every = []\n"
            "for text in texts:\n"
            "    every += lab.words(text)\n"
            "dist_1 = np.float64(len(set(every))) / len(every)"
        ),
        (
            "every = sum((lab.words(text) for text in texts), [])\n"
            "dist_1 = pd.Series(every).nunique() / len(every) if 'pd' in globals() else len(set(every)) /"
            " len(every)"
        ),
    ],
    "08.5": [
        (
            "by_dist_1 = np.abs(tried['dist_1'] - human['dist_1']).argmin()\n"
            "by_perplexity = np.abs(tried['perplexity'] - human['perplexity']).argmin()"
        ),
        (
            "by_dist_1 = (table.dist_1[:-1] - table.dist_1.iloc[-1]).abs().idxmin()\n"
            "by_perplexity = np.log(tried.perplexity / human.perplexity).abs().idxmin()"
        ),
        (
            "by_dist_1, by_perplexity = [min(tried.index, key=lambda row: abs(tried.loc[row, name] -"
            " human[name])) for name in ('dist_1', 'perplexity')]"
        ),
    ],
    "08.6": [
        (
            "explanation = f'''I take {table.parameter[by_dist_1]} {table.value[by_dist_1]:g}: its dist-1"
            " is {table.dist_1[by_dist_1]:.2f}, that of people {human.dist_1:.2f}.\n"
            "Further down the samples repeat each other, further up they make no sense.'''"
        ),
        (
            "explanation = 'I would choose temperature 1 with top_p 0.9: dist-1 is then close to that of"
            " people. At lower settings the text becomes repetitive, at 1.5 '\\\n"
            "    'it is just word salad and chaotic.'"
        ),
    ],
    "08.7": [
        _but(
            "probabilities ** (1 / temperature)",
            "np.exp(np.log(probabilities) / temperature)",
            "argsort(-p)",
            "argsort(p)[::-1]",
            "(p[order].cumsum() < top_p).sum() + 1",
            "int(np.searchsorted(np.cumsum(p[order]), top_p)) + 1",
            "nucleus = order[:k]",
            "p[order[k:]] = 0",
            "rng.choice(nucleus, p=p[nucleus] / p[nucleus].sum())",
            "int(rng.choice(len(p), p=p / p.sum()))",
        ),
        (
            "def sample_token(probabilities, temperature, top_p, rng):\n"
            "    weights = [share ** (1 / temperature) for share in probabilities]\n"
            "    shares = {number: weight / sum(weights) for number, weight in enumerate(weights)}\n"
            "    kept, total = [], 0\n"
            "    for number in sorted(shares, key=shares.get, reverse=True):\n"
            "        kept.append(number)\n"
            "        total += shares[number]\n"
            "        if total >= top_p:\n"
            "            break\n"
            "    at = rng.random() * total\n"
            "    for number in kept:\n"
            "        at -= shares[number]\n"
            "        if at <= 0:\n"
            "            break\n"
            "    return number"
        ),
        (
            "def sample_token(probabilities, temperature, top_p, rng):\n"
            "    probabilities **= 1 / temperature\n"
            "    probabilities /= probabilities.sum()\n"
            "    order = np.argsort(-probabilities)\n"
            "    falling = probabilities[order]\n"
            "    falling[falling.cumsum() - falling >= top_p] = 0\n"
            "    return order[rng.choice(len(order), p=falling / falling.sum())]"
        ),
    ],
}
