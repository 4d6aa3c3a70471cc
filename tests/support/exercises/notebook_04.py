import pandas as pd


def grid(*rows):
    columns = ["model_name", "characters", "epochs", "test_loss", "test_loss_before"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        characters_per_parameter=table["characters"] / table["model_name"].map({"1M": 1e6, "3M": 3e6})
    )


TABLE = grid(
    ("1M", 5_000, 30.9, 5.1, 4.2),
    ("1M", 20_000, 7.6, 4.3, 4.2),
    ("1M", 80_000, 1.9, 4.0, 4.2),
    ("3M", 5_000, 30.8, 5.2, 3.8),
    ("3M", 20_000, 7.7, 3.9, 3.8),
    ("3M", 400_000, 0.4, 3.7, 3.8),
)
POINT = grid(("1M", 80_000, 7.6, 4.1, 4.2))
STEPS, TOKENS, CHARACTERS = 40, 800_000, 2_900_000
ONCE = STEPS * 1024 * CHARACTERS / TOKENS
EXPLAINED = (
    "The laws ask how much text teaches a language to random weights; the pretrained model knows English"
    " already. From scratch the same steps would teach hardly anything."
)

EXERCISES = {
    "04.1": ((TABLE,), "c", [("a", "rose by 29 %"), ("b", "rose by 29 %"), (0, "one letter")]),
    "04.2": (
        (STEPS, TOKENS, CHARACTERS),
        ONCE,
        [
            (STEPS * 1024, "How many characters"),
            (STEPS * 1024 * TOKENS / CHARACTERS, "do not divide"),
            (STEPS * CHARACTERS / TOKENS, "not one"),
            (1024 * CHARACTERS / TOKENS, "one step"),
            (CHARACTERS, "whole training text"),
            (CHARACTERS / TOKENS, "characters per token"),
            (STEPS * 1024 / TOKENS, "in characters"),
            (2 * ONCE, "too large"),
            ("many", "without quotes"),
        ],
    ),
    "04.3": (
        (TABLE,),
        (1.9, 7.6),
        [
            ((7.6, 1.9), "wrong order"),
            ((0.4, 7.6), "fewest epochs with which it helped"),
            ((30.9, 7.6), "of all rows"),
            ((400_000, 7.6), "called epochs"),
            ((1.9, 30.9), "most epochs with which it did harm"),
            ((1.9, 0.4), "of all rows"),
            ((1.2, 7.6), "too small"),
            ((1.9, 20.0), "too large"),
            (1.9, "Two numbers"),
            ((1.9, 7.6, 1), "Two numbers"),
            ((1.9, None), "finite number"),
        ],
    ),
    "04.4": (
        (TABLE, POINT),
        ("b", "a"),
        [
            (("a", "a"), "fewest epochs that did harm"),
            (("b", "b"), "fewest that helped"),
            (("helps", "a"), "Two letters"),
            ("b", "Two letters"),
        ],
    ),
    "04.5": (
        (),
        EXPLAINED,
        [
            ("They are wrong.", "3 words"),
            ("It would " * 20, "another question"),
            (EXPLAINED + " So the laws are wrong.", "Which of your claims"),
            (3, "three quotes"),
        ],
    ),
}

ALIKE = {"04.5": (EXPLAINED, EXPLAINED + " That is another matter.")}

HELPED = "helped = table.test_loss < table.test_loss_before\n"
MOST = "most_epochs = table[helped].epochs.max()\n"
FEWEST = "fewest_epochs = table[~helped].epochs.min()\n"

SOURCES = {
    "04.2": [
        ("read_once = 110_597", "too small"),
        ("read_once = 20 * 1024 * 2_879_008 / 799_663", "too small"),
        ("read_once = STEPS * 1024", "How many characters are these"),
        ("read_once = STEPS * 1024 * tokens / characters", "do not divide"),
        ("read_once = STEPS * characters / tokens", "not one"),
        ("read_once = 1024 * characters / tokens", "one step"),
        ("read_once = characters", "whole training text"),
        ("read_once = characters / tokens", "characters per token"),
        ("read_once = STEPS * 1024 / tokens", "A length in characters"),
        ("read_once = STEPS * 1024 * 4", "too large"),
        ("read_once = f'{STEPS * 1024 * characters / tokens:,.0f}'", "without quotes"),
    ],
    "04.3": [
        ("most_epochs = 1.923\nfewest_epochs = 7.707", "most_epochs: It is too"),
        (
            HELPED + "fewest_epochs = table[helped].epochs.max()\nmost_epochs = table[~helped].epochs.min()",
            "wrong order",
        ),
        (
            HELPED + "most_epochs = table[helped].epochs.min()\n" + FEWEST,
            "fewest epochs with which it helped",
        ),
        (HELPED + MOST + "fewest_epochs = table[~helped].epochs.max()", "most epochs with which it did harm"),
        (HELPED + "most_epochs = table.epochs.max()\n" + FEWEST, "the most of all rows"),
        (HELPED + MOST + "fewest_epochs = table.epochs.min()", "the fewest of all rows"),
        (HELPED + "most_epochs = table[helped].characters.max()\n" + FEWEST, "called epochs"),
        (
            "table = table[table.model_name == parameters.idxmax()]\n" + HELPED + MOST + FEWEST,
            "most_epochs: That is so for the rows of one model",
        ),
        (
            "table = table[table.model_name == parameters.idxmin()]\n" + HELPED + MOST + FEWEST,
            "fewest_epochs: That is so for the rows of one model",
        ),
        (
            "helped = table.train_loss < table.test_loss_before\n" + MOST + "fewest_epochs = 8",
            "most of all rows",
        ),
        (
            HELPED + "most_epochs = table[helped].epochs\nfewest_epochs = table[~helped].epochs",
            "one number is asked for",
        ),
        (HELPED + MOST + "fewest_epochs = ...", "Not answered yet"),
    ],
    "04.4": [
        ('by_epochs = "a"\nby_characters = "a"', "fewest epochs that did harm"),
        ('by_epochs = "a"\nby_characters = "b"', "fewest epochs that did harm"),
        ('by_epochs = "b"\nby_characters = "b"', "fewest that helped"),
        ('by_epochs = "helps"\nby_characters = "a"', "Two letters"),
        ("by_epochs = 5 * point.epochs\nby_characters = point.characters_per_parameter", "Two letters"),
    ],
    "04.5": [
        ('explanation = "They are wrong."', "3 words"),
        ("explanation = 'It would ' * 20", "another question"),
        (f"explanation = {EXPLAINED + ' So the laws are wrong.'!r}", "Which of your claims"),
        ("explanation = 3", "three quotes"),
    ],
}

ALSO_RIGHT = {
    "04.2": [
        "read_once = STEPS * 1024 / (tokens / characters)",
        "tokens_read = STEPS * 1024\nread_once = round(tokens_read * characters / tokens)",
        (
            "sizes = splits.describe(MODEL)\n"
            "read_once = 1024 * STEPS * sizes.characters['train'] / sizes.tokens['train']"
        ),
        "read_once = splits.train.characters * STEPS * 1024 / tokens",
    ],
    "04.3": [
        (
            "change = table['test_loss'] - table['test_loss_before']\n"
            "most_epochs, fewest_epochs = max(table['epochs'][change < 0]), min(table['epochs'][change >="
            " 0])"
        ),
        (
            "good = table.query('test_loss < test_loss_before')\n"
            "most_epochs = good['epochs'].max()\n"
            "fewest_epochs = table.drop(good.index)['epochs'].min()"
        ),
        HELPED + "most_epochs = round(table[helped].epochs.max(), 2)\n"
        "fewest_epochs = float(table[~helped].epochs.min())",
    ],
    "04.4": [
        'by_epochs, by_characters = "B", "(a)"',
        (
            'by_epochs = "b" if 5 * point.epochs >= fewest_epochs else "a"\n'
            'by_characters = "a" if point.characters_per_parameter >= enough else "b"'
        ),
    ],
    "04.5": [
        (
            "explanation = f'The laws are about pretraining from random weights. {MODEL} knew English already"
            " when I tuned it for {STEPS} steps; random weights would learn next to nothing from that.'"
        )
    ],
}
