import numpy as np
import pandas as pd

import gpt2lab as lab

P = pd.Series([0.3, 0.25, 0.2, 0.15, 0.1])
HALF = 0.09 / 0.225
SURE, OPEN = pd.Series([0.95, 0.03, 0.02]), pd.Series([0.3, 0.25, 0.2, 0.1, 0.08, 0.07])  # 1 and 5 tokens reach 0.9
TEXTS = ["The law, and the law again", "A law of the land"]  # 12 words and marks, of which 9 differ
TABLE = pd.DataFrame(
    [
        ("temperature", 0.5, 0.11, 0.54, 5.0), ("temperature", 1.0, 0.39, 0.07, 52.0), ("temperature", 1.5, 0.58, 0.016, 700.0),
        ("top_p", 0.9, 0.33, 0.04, 30.0), ("human", None, 0.32, 0.08, 60.0),
    ],
    columns=["parameter", "value", "dist_1", "self_bleu", "perplexity"],
)
EXPLAINED = (
    "I take top_p 0.9: its dist-1 of 0.33 is nearest to the 0.32 of human text. At temperature 0.5 the model repeats itself, at 1.5 it "
    "writes nonsense, and no column knows whether a text is true."
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
            ((1, 9), "After OPEN 9 is too many"),
            ((1, 4), "After OPEN 4 is too few"),
            ((2, 5), "After SURE 2 is too many"),
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
    "08.4": ((TABLE,), "b", [("a", "self-BLEU falls"), ("c", "dist-1 rises"), ("d", "alike"), ("up", "one letter")]),
    "08.5": (
        (TABLE,),
        (3, 1),
        [
            ((1, 3), "wrong way round"),
            ((4, 4), "human text itself"),
            ((0, 1), "lowest value of all, 0.11"),
            ((2, 1), "highest value of all, 0.58"),
            ((3, 2), "highest value of all, 700"),
            ((1, 1), "By dist_1 row 1 has 0.39"),
            ((3, 3), "By perplexity row 3 has 30"),
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
            ("I would choose the middle one since it is the best of all that we have tried here today and everything else was much worse in every way", "Name your setting"),
            (EXPLAINED.replace("dist-1", "value"), "Give a figure"),
            (EXPLAINED.replace("human text", "the last row"), "human text"),
            (EXPLAINED.replace("repeats itself", "is bad"), "held back more"),
            (EXPLAINED.replace("nonsense", "badly"), "held back less"),
            (3, "three quotes"),
        ],
    ),
}

ALIKE = {"08.2": ((1, 5), [1, np.int64(5)]), "08.6": (EXPLAINED, EXPLAINED + " So there.")}
