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
        ("by_dist_1, by_perplexity = 8, 1", "By dist_1 your row"),
    ],
    "08.6": [
        ("explanation = 'I take top_p.'", "3 words"),
        (f"explanation = {EXPLAINED.replace('dist-1', 'value')!r}", "Give a figure"),
        (f"explanation = {EXPLAINED.replace('human text', 'the last row')!r}", "human text"),
        (f"explanation = {EXPLAINED.replace('repeats itself', 'is bad')!r}", "held back more"),
        (f"explanation = {EXPLAINED.replace('nonsense', 'badly')!r}", "held back less"),
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
}
UNBOUND = {
    "explorer": "a widget, which no answer asks",
    **dict.fromkeys(
        (
            "name",
            "temperature",
            "number",
            "part",
            "prompt",
            "probability",
            "held",
            "k",
            "n",
            "some",
            "row",
            "value",
        ),
        "of a loop that only prints",
    ),
}
