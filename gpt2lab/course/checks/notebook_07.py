"""The checks of notebook 7, Overlap."""

import math

from gpt2lab.course.checks.prose import Point, essay
from gpt2lab.course.checks.verdicts import (
    choice,
    exercise,
    here,
    is_number,
    number,
    right,
    wrong,
    wrong_number,
)
from gpt2lab.measures.diversity import distinct
from gpt2lab.measures.overlap import overlap


@exercise("07.1", prediction="the overlap before and after fine-tuning")
def more_in_common(prediction, compared):
    row = compared.table.loc["precision_2"]
    found = {"before": "a", "after": "b"}.get(row["more"], "c")
    measured = (
        f"Of the pretrained samples' pairs of words {100 * row['before']:.0f} % stand in the test text, of"
        f" the fine-tuned samples' {100 * row['after']:.0f} %"
    )
    reasons = {
        "a": f"{measured}. What a model was trained on last shows in the words that it writes.",
        "b": (
            f"{measured}. Having read such speeches did not make its pairs of words more like those of other"
            " speeches."
        ),
        "c": f"{measured}. With a hundred samples of each such a difference is more than chance.",
    }
    whether = (
        "Whether it is for the reason that you gave is another question: go on, and see what else changes the"
        " overlap."
    )
    return choice(prediction, reasons | {found: whether}, found)


@exercise("07.2")
def jaccard_by_hand(answer):
    return number(
        answer,
        3 / 7,
        mistakes=(
            (
                3 / 4,
                "That is the share of the first text's types. Divide by the types that stand in either text.",
            ),
            (
                3 / 6,
                (
                    "That is the share of the second text's types. Divide by the types that stand in either"
                    " text."
                ),
            ),
            (
                3 / 10,
                (
                    "You counted the types of both texts and added up, so that those in both count twice."
                    " Each type counts once."
                ),
            ),
            (
                6 / 10,
                (
                    "That is another measure, named after Dice: the common types twice, over the sum of both."
                    " Jaccard divides by the types in either text."
                ),
            ),
            (3 / 13, "You divided by all tokens. A type counts once, however often it is used."),
            (4 / 7, "Which words stand in both texts? 'the' stands twice in the first, but it is one type."),
            (7 / 3, "Turn the fraction round: the types that both have come first."),
            (3, "So many types have both. Divide by the types that at least one has."),
        ),
        otherwise=(
            "Both have 'the', 'law' and 'of'. How many different words are there in the two texts together?"
        ),
        reason="Note that it did not matter how often 'the' was used, nor where.",
    )


@exercise("07.3")
def clipping_by_hand(answer):
    return number(
        answer,
        0.5,
        mistakes=(
            (
                1,
                (
                    "That is without clipping: all four words stand in the reference, but 'the' stands there"
                    " only twice."
                ),
            ),
            (0.25, "'the' stands in the reference twice, so two of the sample's four words count."),
            (2 / 5, "You divided by the words of the reference. Precision is a share of the sample's words."),
            (2, "So many words count. Divide by the number of words of the sample."),
            (
                4 / 5,
                (
                    "Four words of the sample over five of the reference: clip the first to what the"
                    " reference has, and divide by the sample's own words."
                ),
            ),
        ),
        otherwise="Two of the sample's words count. How many words has it?",
        reason="Without clipping it would be 1, the best mark for the worst text.",
    )


@exercise("07.4")
def what_may_be_compared(letter, growth):
    last = growth[growth["set"] == "fine-tuned"].set_index("samples")["jaccard"]
    ends = (
        f": from {last.iloc[0]:.3f} with {last.index[0]} samples to {last.iloc[-1]:.3f} with {last.index[-1]}"
    )
    grows = f"The Jaccard similarity of the same model grows with the number of samples{here(ends)}"
    return choice(
        letter,
        {
            "a": f"{grows}. With half as many the model would look worse than it is.",
            "b": f"{grows}. That is the one that depends on their number.",
            "c": (
                "It is a share of the samples' own pairs, a mean that more samples make more certain, not"
                " larger. More text has more types, so Jaccard grows."
            ),
            "d": (
                "One of the curves is level: its figure is a share of the samples' own pairs, however many"
                " there are."
            ),
        },
        "c",
    )


_COLUMNS = ("jaccard", "precision_2", "distinct_1")


@exercise("07.5", computed=True)
def own_table(mine, sets, reference):
    if not hasattr(mine, "columns"):
        return wrong(f"Your answer is a {type(mine).__name__}; a DataFrame is asked for: pd.DataFrame(rows).")
    if set(_COLUMNS) <= set(mine.index):
        return wrong("Rows and columns have changed places: mine.T turns the table.")
    if missing := [name for name in _COLUMNS if name not in mine.columns]:
        return wrong(
            f"There is no column {missing[0]!r}. The columns are called jaccard, precision_2 and distinct_1."
        )
    if missing := [name for name in sets if name not in mine.index]:
        return wrong(
            f"There is no row {missing[0]!r}. The rows are called as the sets: with .set_index('set') if the"
            " names are in a column."
        )
    for name, texts in sets.items():
        found = overlap(texts, reference, resamples=2)
        exact = dict(zip(_COLUMNS, (found.jaccard, found.precision[1], distinct(texts))))
        mistakes = {
            "jaccard": (
                (
                    found.share_of_types,
                    "That is share_of_types, the share of the samples' types. Take found.jaccard.",
                ),
                (found.shared_types, "That is the number of types. Take found.jaccard."),
            ),
            "precision_2": (
                (
                    found.precision[2],
                    (
                        "That is of triples: Python counts from 0, so the precision of pairs is"
                        " found.precision[1]."
                    ),
                ),
                (
                    found.precision[0],
                    "That is of single words: the precision of pairs is found.precision[1].",
                ),
            ),
            "distinct_1": (
                (distinct(texts, 2), "That is distinct-2, of pairs. Leave out the n, or take n=1."),
            ),
        }
        for column in _COLUMNS:
            value = mine.loc[name, column]
            if is_number(value) and math.isclose(value, round(exact[column], 3), rel_tol=1e-9):
                continue  # rounded to be read, by mine.round(3)
            percent = (
                100 * exact[column],
                "That is in per cent. Leave it as a share, so that all columns are alike.",
            )
            if reason := wrong_number(
                value,
                exact[column],
                (*mistakes[column], percent),
                tolerance=0.002,
                otherwise="Compute it from sets[...] and splits.test.",
            ):
                return wrong(f"{column} of {name!r}: {reason}")
    return right(
        "One row says little. Compare two that differ in one thing only, and each with the human row."
    )


_WHICH = r"fine ?tun|\btuned|feinabg|affine|ajust|trained further|after tuning"
_MORE = (
    r"\bmore\b|larger|greater|closer|nearer|higher|\bwins?\b|\bwon\b|increas|above|better|ahead|>|\bby\b"
    r"|overlap|similar|mehr|\bplus\b|davantage"
    r"|\bmas\b|against|vs|compared|instead|from \d|shares?"
)
_WHY = (
    r"showed|\btrain|learn|\bread\b|\bsaw\b|seen|same (kind|source|genre|domain)|domain|genre|picked up"
    r"|adapted|taken over|kind of text|gelernt|gelesen|appris"
    r"|\blu\b|aprend|leido|knows? & speech|reden|disco?urs|text|vocab|phrases?|style|words|presiden"
    r"|domain|genre|kind|congress|greetings|formulas|trained"
)


@exercise("07.6", in_words=True)
def answer_in_words(answer):
    return essay(
        answer,
        "Answer all questions, in three or four sentences.",
        question=(
            "In three or four sentences: which of the two models has more in common with the test speeches,"
            " and by how much? How far is it from human text? Is that what you expected, and why did it"
            " come out so?"
        ),
        points=(
            Point(
                "which model has more in common",
                "Say which of the two has more in common with the test speeches, the pretrained or the"
                " fine-tuned model.",
                (f"{_WHICH} & {_MORE}",),
            ),
            Point(
                "by how much",
                "Say by how much: name a measure, and its figures for both models.",
                (r"jaccard|precision|prazision|gram|type|overlap|%|share|common|pairs|word & \d\D+\d",),
            ),
            Point(
                "how far that is from human text",
                "Say how far that is from human text, or whether it is more than chance.",
                (r"human|people|person|mensch|humain|humano|real speeches",),
            ),
            Point(
                "whether it is what you expected",
                "Say whether it is what you expected at the beginning.",
                (
                    r"expect|predict|thought|surpris|believed|assumed|guess|hypothes|fores[ae]|erwart"
                    r"|attend|esper",
                ),
            ),
            Point("why it came out so", "Say why it came out so: what had the two models read?", (_WHY,)),
        ),
        compare=(
            "A model that has read speeches uses more of the words, and above all more of the combinations,"
            " of other speeches. How far it falls short of people, and what temperature does, belongs to an"
            " honest answer."
        ),
        topic=r"speech|model|jaccard|overlap",
    )
