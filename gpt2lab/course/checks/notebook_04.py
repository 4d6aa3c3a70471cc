"""The checks of notebook 4, How much text."""

import math

from gpt2lab.course.checks.prose import Point, essay
from gpt2lab.course.checks.verdicts import (
    exercise,
    half_right,
    here,
    number,
    range_choice,
    read_letter,
    right,
    wrong,
    wrong_number,
)

WINDOW = 1024  # tokens that one step reads, a batch being one window


@exercise("04.1", prediction="the test loss after the shortest text")
def loss_after_the_shortest_text(prediction, table):
    shortest = table[table["characters"] == table["characters"].min()]
    change = float((shortest["test_loss"] / shortest["test_loss_before"] - 1).mean())
    found = "a" if change < -0.02 else "b" if change <= 0.02 else "c"
    measured = f"It {'rose' if change > 0 else 'fell'} by {100 * abs(change):.0f} % (mean over the models)."
    less = (
        f"{measured} The text was read so often that the models learned its words, at the price of all"
        " others."
    )
    more = f"{measured} Even so short a text tells a model what it will be about."
    return range_choice(
        prediction,
        found,
        before=less,
        after=more,
        reason=(
            "What a model learns is what its text has to teach, and a page read over and over teaches that"
            " page."
        ),
    )


@exercise("04.2", computed=True)
def length_read_once(answer, steps, tokens, characters):
    exact = steps * WINDOW * characters / tokens
    return number(
        answer,
        exact,
        mistakes=(
            (steps * WINDOW, "That is how many tokens the steps read. How many characters are these?"),
            (
                steps * WINDOW * tokens / characters,
                "A token has several characters: multiply by characters per token, do not divide.",
            ),
            (steps * characters / tokens, "Each step reads 1,024 tokens, not one."),
            (WINDOW * characters / tokens, "That is what one step reads. How many steps are there?"),
            (characters, "That is the whole training text. How much of it do the steps read?"),
            (characters / tokens, "That is characters per token. How many tokens do the steps read?"),
            (
                steps * WINDOW / tokens,
                (
                    "That is how often the steps read the whole training text. A length in characters is"
                    " asked for."
                ),
            ),
        ),
        otherwise="Multiply the tokens that the steps read by the characters that a token has.",
        reason=(
            f"{here(f'About {exact:,.0f} characters. ')}Shorter texts are read more than once. In the table"
            " below the column epochs says how often."
        ),
    )


@exercise("04.3", computed=True)
def limits_of_the_epochs(answer, table):
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return wrong("Two numbers are asked for: (most_epochs, fewest_epochs).")
    helped = table["test_loss"] < table["test_loss_before"]
    if not helped.any() or helped.all():
        return wrong(
            "All rows of this grid are on one side, so that it has no limit to find: add shorter or longer"
            " texts to SIZES."
        )
    most = table.loc[helped, "epochs"].max()
    fewest = table.loc[~helped, "epochs"].min()
    if (
        wrong_number(answer[0], fewest) is None
        and wrong_number(answer[1], most) is None
        and not math.isclose(most, fewest, rel_tol=0.01)
    ):
        return wrong("The two are in the wrong order: first the rows in which fine-tuning helped.")
    each = [
        (rows.loc[helped, "epochs"].max(), rows.loc[~helped, "epochs"].min())
        for _, rows in table.groupby("model_name")
    ]
    one_model = "That is so for the rows of one model. Take those of all."
    first = wrong_number(
        answer[0],
        most,
        mistakes=(
            (
                table.loc[helped, "epochs"].min(),
                "You took the fewest epochs with which it helped. What are the most?",
            ),
            (
                table["epochs"].max(),
                (
                    "That is the most of all rows. Keep those first whose test_loss is below their"
                    " test_loss_before."
                ),
            ),
            (table.loc[helped, "characters"].max(), "These are characters. The column is called epochs."),
            *((of_one, one_model) for of_one, _ in each),
        ),
        otherwise=(
            "Keep the rows whose test_loss is below their test_loss_before, and take the largest of their"
            " epochs."
        ),
    )
    second = wrong_number(
        answer[1],
        fewest,
        mistakes=(
            (
                table.loc[~helped, "epochs"].max(),
                "You took the most epochs with which it did harm. What are the fewest?",
            ),
            (
                table["epochs"].min(),
                (
                    "That is the fewest of all rows. Keep those first whose test_loss is not below their"
                    " test_loss_before."
                ),
            ),
            *((of_one, one_model) for _, of_one in each),
        ),
        otherwise=(
            "Keep the rows whose test_loss is not below their test_loss_before, and take the smallest of"
            " their epochs."
        ),
    )
    if first or second:
        judged = wrong if first and second else half_right
        return judged(f"most_epochs: {first}" if first else f"fewest_epochs: {second}")
    return right(
        "The limit lies between the two. In pretraining up to 4 epochs were found to cost almost nothing, as"
        " you will read below; a grid with more lengths would say how near to that you are."
    )


@exercise("04.4")
def rules_on_a_point_held_back(answer, table, point):
    letters = list(map(read_letter, answer)) if isinstance(answer, (tuple, list)) else []
    if len(letters) != 2 or not {*letters} <= {"a", "b"}:
        return wrong("Two letters are asked for: (by_epochs, by_characters), each 'a' or 'b'.")
    helped = table["test_loss"] < table["test_loss_before"]
    row = point.iloc[0]
    by_epochs = "b" if row["epochs"] > 0.95 * table.loc[~helped, "epochs"].min() else "a"
    by_characters = (
        "a"
        if row["characters_per_parameter"] > 0.95 * table.loc[helped, "characters_per_parameter"].min()
        else "b"
    )
    if letters[0] != by_epochs:
        return wrong(
            "The first: compare the epochs of the new point with the fewest epochs that did harm in the grid."
        )
    if letters[1] != by_characters:
        return wrong(
            "The second: compare its characters per parameter with the fewest that helped in the grid."
        )
    return right(
        "Where two rules disagree, one measurement tells more than ten where they agree. The next cell says"
        " which of them was right."
    )


_LAWS = r"\blaws?\b|kaplan|hoffmann|scaling|published|theirs?\b|\bthey\b|gesetz|\blois\b|leyes"
_FROM_NOTHING = (
    r"pre ?train|from scratch|from (the )?(very )?(beginning|zero|nothing|start)\b|at zero|vortrain"
    r"|von grund auf|de zero|depuis zero"
    r"|desde cero|preentren|preentra|random|zufall|aleatoi|aleator|teach\w* (a|the) (network|model"
    r"|language)|learn\w* (a language|everything)"
    r"|learns? from nothing|all the tokens"
)
_OURS = (
    r"fine ?tun|feinabg|feinabst|ajuste fin|ajustement|affin|adapt|already|pretrained (model|weights)"
    r"|was taught|been taught|change of a model"
    r"|knows? (the )?(language|english)|(has been|had been|is|was) (already )?trained|only taught"
    r"|started with weights|have had these in pretrain|to adapt|had read|could write english|starts? where"
)
_RANDOM = (
    r"random|scratch|nothing|their starting point|without (that|pretraining)|zufall|aleatoi"
    r"|aleator|left out"
)
_WORSE = (
    r"higher|\bhigh\b|worse|larger|greater|above|bad\b|poor|\bfail|gibberish|\bfar\b|hardly|too (few"
    r"|little|short)|never|nowhere"
    r"|huge|overfit|by heart|memori|little more|next to nothing|hoher|schlechter|kaum|\bpire|plus haut"
    r"|bien plus|mas alta|peor"
    r"|not (get|be|reach|learn|help|nearly|expect)"
)


@exercise("04.5", in_words=True)
def laws_and_fine_tuning(answer):
    return essay(
        answer,
        "Answer both questions in two or three sentences.",
        question=(
            "In two or three sentences: why do these laws not contradict what you measured, and what would"
            " you expect of the same steps on the same text from random weights?"
        ),
        points=(
            Point(
                "what the laws are about",
                "The laws are about another question. What does a model have that the laws speak of, before"
                " its first step?",
                (f"{_LAWS} & {_FROM_NOTHING}",),
            ),
            Point(
                "what your model knew before its first step",
                "Say what the model knew before the first step of the fine-tuning, and where it had that"
                " from.",
                (_OURS,),
            ),
            Point(
                "what random weights would come to",
                "Say what you expect of random weights, with the same steps on the same text.",
                (f"{_RANDOM} & {_WORSE}", rf"(would|wurde|expect) ~ ({_WORSE})"),
            ),
        ),
        compare=(
            "The laws ask how much text teaches a language to random weights. The pretrained model had read"
            " an amount of that order; from random weights these steps on this text would teach little more"
            " than which words are frequent."
        ),
        topic=r"token|\blaw|text|model|loss|paper|train|contradict",
    )
