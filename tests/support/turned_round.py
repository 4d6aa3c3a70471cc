"""Answers in words in which one claim was turned round: "lowest" to "highest", a "not" taken out.

Nobody chose them to be found out or not: they say more about a check than false answers that were thought up.
Some are still true: "would" may become "would never" in an aside.
"""

import re

TURNS = (
    ("training", "validation"),
    ("training|validation", "test"),
    ("test", "validation"),
    ("rises?|rose|rising|goes up|go up|gone up", "falls"),
    ("falls?|fell|falling|dropped|drops|sank|goes down|gone down", "rises"),
    ("lowest|smallest|minimum", "highest"),
    ("highest|largest|maximum", "lowest"),
    ("lower|smaller|worse", "higher"),
    ("higher|larger|bigger", "lower"),
    ("better", "worse"),
    ("more", "less"),
    ("less|fewer", "more"),
    ("pretrained|pre-trained|fine-tuned|finetuned", "random"),
    ("random", "pretrained"),
    ("fine-tuning|finetuning", "pretraining"),
    ("pretraining|pre-training", "fine-tuning"),
    ("before", "after"),
    ("after", "before"),
    ("10M", "1M"),
    ("1M", "10M"),
    ("stop", "continue"),
    ("earlier|early|sooner", "later"),
    ("not ", ""),
    ("is", "is not"),
    ("would", "would never"),
    ("will", "will not"),
    ("has", "has never"),
    ("can", "cannot"),
    ("longer", "shorter"),
    ("high|above", "low"),
    ("low|below", "high"),
    ("colder", "hotter"),
    ("hotter", "colder"),
    ("repeats?", "never repeats"),
    ("nonsense", "perfect sense"),
    ("nearest|near|close", "far"),
    ("chance", "voice"),
    ("time|era|epoch|century|topics?", "voice"),
    ("too few|too short|too little", "more than enough"),
)


def turn_round(answer):
    """The answer with one sentence changed by one of the turns, for each sentence and turn that has one."""
    parts = re.split(r"(?<=[.!?;])\s+", answer)
    for at, part in enumerate(parts):
        for words, other in TURNS:
            end = "" if words.endswith(" ") else r"\b"
            if (turned := re.sub(rf"\b(?:{words}){end}", other, part, flags=re.IGNORECASE)) != part:
                yield " ".join([*parts[:at], turned, *parts[at + 1 :]])
