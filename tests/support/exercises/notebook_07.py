import pandas as pd

import gpt2lab as lab

REFERENCE = ["a b c d a b. We the people of the union"]
SETS = {"pretrained": ["a b e f g", "c d e c c"], "human": ["the people of", "a b, we the"]}
COMPARED = lab.compare_overlap(
    [[i % 3, 7, i % 5, 8, 9] for i in range(40)],
    [[1, 2, 3, i % 5, 5] for i in range(40)],
    [list(range(6)) * 3],
    names=("pretrained", "fine-tuned"),
)
GROWTH = pd.DataFrame(
    {
        "set": ["pretrained", "fine-tuned"] * 2,
        "samples": [10, 10, 100, 100],
        "jaccard": [0.02, 0.03, 0.1, 0.12],
        "precision_2": [0.3, 0.4] * 2,
    }
)


def table(precision=1, jaccard="jaccard", n=1, times=1):
    rows = {}
    for name, texts in SETS.items():
        found = lab.overlap(texts, REFERENCE)
        rows[name] = {
            "jaccard": getattr(found, jaccard) * times,
            "precision_2": found.precision[precision],
            "distinct_1": lab.distinct(texts, n),
        }
    return pd.DataFrame(rows).T


ANSWER = """The fine-tuned model has more in common: 41 % of its pairs stand in the test speeches against 32 % of the pretrained one. I expected that, since it
has read speeches, but human text has 54 %."""  # noqa: E501

EXERCISES = {
    "07.1": (
        (COMPARED,),
        "b",
        [("a", "pretrained samples"), ("c", "more than chance"), ("yes", "one letter")],
    ),
    "07.2": (
        (),
        3 / 7,
        [
            (3 / 4, "first text's types"),
            (3 / 6, "second text's types"),
            (3 / 10, "count twice"),
            (6 / 10, "Dice"),
            (3 / 13, "all tokens"),
            (4 / 7, "one type"),
            (7 / 3, "round"),
            (3, "So many types"),
            (0.9, "too large"),
            ("3/7", "without quotes"),
        ],
    ),
    "07.3": (
        (),
        2 / 4,
        [
            (1, "without clipping"),
            (1 / 4, "two of the sample's"),
            (2 / 5, "words of the reference"),
            (2, "Divide by the number"),
            (4 / 5, "clip the first"),
            (0.9, "too large"),
            ([0.5], "one number"),
        ],
    ),
    "07.4": (
        (GROWTH,),
        "c",
        [("a", "look worse"), ("b", "depends on their number"), ("d", "level"), ("e", "one letter")],
    ),
    "07.5": (
        (SETS, REFERENCE),
        table(),
        [
            (table().to_dict(), "dict"),
            (table().T, "changed places"),
            (table().drop(columns="jaccard"), "no column 'jaccard'"),
            (table().drop(index="human"), "no row 'human'"),
            (table().reset_index(), "set_index"),
            (table(precision=2), "triples"),
            (table(precision=0), "single words"),
            (table(jaccard="share_of_types"), "share_of_types"),
            (table(jaccard="shared_types"), "number of types"),
            (table(n=2), "distinct-2"),
            (table(times=100), "per cent"),
            (table() + 0.3, "too large"),
        ],
    ),
    "07.6": (
        (),
        ANSWER,
        [
            ("The fine-tuned one.", "3 words"),
            (ANSWER.replace("fine-tuned", "second").replace("pretrained", "first"), "which of the two"),
            (ANSWER.replace("41 %", "many").replace("32 %", "fewer").replace("54 %", "more"), "by how much"),
            (ANSWER.replace("human text has 54 %", "it is not enough"), "human text"),
            (ANSWER.replace("expected", "see"), "what you expected"),
            (ANSWER.replace("since it\nhas read speeches", "for sure"), "why it came out so"),
            (41, "three quotes"),
        ],
    ),
}

_TABLE = "mine = pd.DataFrame([{{'set': name, {}}} for name, texts in sets.items()]).set_index('set')"
_EACH = {
    "jaccard": "lab.overlap(texts, splits.test).jaccard",
    "precision_2": "lab.overlap(texts, splits.test).precision[1]",
    "distinct_1": "lab.distinct(texts)",
}


def source(**changed):
    """The answer of 07.5 with other expressions for some columns."""
    return _TABLE.format(
        ", ".join(f"'{name}': {expression}" for name, expression in (_EACH | changed).items())
    )


SOURCES = {
    "07.2": [
        ("jaccard = 3 / 10", "count twice"),
        ("jaccard = 3 / 4", "first text's types"),
        ("jaccard = 3", "So many types"),
        ("jaccard = '3/7'", "without quotes"),
    ],
    "07.3": [
        ("clipped = 4 / 4", "without clipping"),
        ("clipped = 1 / 4", "two of the sample's"),
        ("clipped = 2", "Divide by the number"),
    ],
    "07.4": [
        ("comparable = 'a'", "look worse"),
        ("comparable = 'b'", "depends on their number"),
        ("comparable = 'd'", "level"),
        ("comparable = 'Jaccard'", "one letter"),
    ],
    "07.5": [
        (source(precision_2="lab.overlap(texts, splits.test).precision[2]"), "triples"),
        (source(precision_2="lab.overlap(texts, splits.test).precision[0]"), "single words"),
        (source(jaccard="lab.overlap(texts, splits.test).share_of_types"), "share_of_types"),
        (source(jaccard="lab.overlap(texts, splits.train).jaccard"), "splits.test"),
        (source(distinct_1="lab.distinct(texts, 2)"), "distinct-2"),
        (source(distinct_1="100 * lab.distinct(texts)"), "per cent"),
        (source() + ".T", "changed places"),
        (source().replace(".set_index('set')", ""), "set_index"),
        (source().replace("sets.items()", "list(sets.items())[:4]"), "no row 'human'"),
        ("mine = sets", "DataFrame"),
        (
            (
                "mine = pd.DataFrame({'jaccard': 0.15, 'precision_2': 0.4, 'distinct_1': 0.35},"
                " index=['pretrained', 'fine-tuned', 'pretrained, colder', 'fine-tuned, colder', 'human'])"
            ),
            "is too",
        ),
    ],
    "07.6": [
        ("answer = 'The fine-tuned one.'", "3 words"),
        (
            f"answer = {ANSWER.replace('fine-tuned', 'second').replace('pretrained', 'first')!r}",
            "which of the two",
        ),
        (
            f"answer = {ANSWER.replace('41 %', 'many').replace('32 %', 'fewer').replace('54 %', 'more')!r}",
            "by how much",
        ),
        (f"answer = {ANSWER.replace('human text has 54 %', 'it is not enough')!r}", "human text"),
        (f"answer = {ANSWER.replace('expected', 'see')!r}", "what you expected"),
        (
            f"answer = {ANSWER.replace('since it' + chr(10) + 'has read speeches', 'for sure')!r}",
            "why it came out so",
        ),
    ],
}
ALSO_RIGHT = {
    "07.2": [
        (
            "a, b = set('the law of the land'.split()), set('the state of the union is the law'.split())\n"
            "jaccard = len(a & b) / len(a | b)"
        ),
        "jaccard = 0.4286",
    ],
    "07.3": [
        "clipped = 0.5",
        "clipped = min(4, 2) / 4",
        "clipped = lab.overlap(['the the the the'], ['the people and the law']).precision[0]",
    ],
    "07.4": ["comparable = 'C'", "comparable = '(c)'"],
    "07.5": [
        source(
            distinct_1=(
                "len({word for text in texts for word in lab.words(text)}) / len([word for text in texts for"
                " word in lab.words(text)])"
            )
        ),
        source(words="sum(len(lab.words(text)) for text in texts)"),
        (
            "found = {name: lab.overlap(texts, splits.test, resamples=10) for name, texts in sets.items()}\n"
            "mine = pd.DataFrame({'jaccard': {name: each.jaccard for name, each in found.items()},\n"
            "                     'precision_2': {name: each.precision[1] for name, each in"
            " found.items()},\n"
            "                     'distinct_1': {name: lab.distinct(texts) for name, texts in"
            " sets.items()}})"
        ),
        source() + "\nmine = mine.round(3)",
    ],
    "07.6": [
        (
            "answer = 'After fine-tuning the overlap (Jaccard 0.12 against 0.09) is larger, but smaller"
            " than that of people (0.2). My prediction was right, and '\\\n"
            "    'I think that the model now knows presidential vocabulary such as Congress.'"
        ),
        (
            "answer = f'''The fine-tuned model shares {mine.loc['fine-tuned', 'precision_2']:.0%} of its"
            " pairs, the pretrained one {mine.loc['pretrained', 'precision_2']:.0%}, and\n"
            "people {mine.loc['human', 'precision_2']:.0%}. I wrote at the beginning: {because} So I"
            " expected it, because it had read speeches.'''"
        ),
        (
            "answer = f'{compared.answer} I had thought so, since {run.name} learned from other speeches. The"
            " human row is at {compared.table.human.precision_2:.2f}.'"
        ),
    ],
}

ALIKE = {
    "07.1": ("b", " B) "),
    "07.5": (table(), table().iloc[::-1].assign(more=1)),
    "07.6": (ANSWER, ANSWER + " It was a surprise all the same."),
}
