import pandas as pd


def grid(*rows):
    columns = ["model_name", "characters", "epochs", "test_loss", "test_loss_before"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(characters_per_parameter=table["characters"] / table["model_name"].map({"1M": 1e6, "3M": 3e6}))


TABLE = grid(
    ("1M", 5_000, 30.9, 5.1, 4.2), ("1M", 20_000, 7.6, 4.3, 4.2), ("1M", 80_000, 1.9, 4.0, 4.2),
    ("3M", 5_000, 30.8, 5.2, 3.8), ("3M", 20_000, 7.7, 3.9, 3.8), ("3M", 400_000, 0.4, 3.7, 3.8),
)
POINT = grid(("1M", 80_000, 7.6, 4.1, 4.2))
STEPS, TOKENS, CHARACTERS = 40, 800_000, 2_900_000
ONCE = STEPS * 1024 * CHARACTERS / TOKENS
EXPLAINED = (
    "The laws ask how much text teaches a language to random weights; the pretrained model knows English already. "
    "From scratch the same steps would teach hardly anything."
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
            (CHARACTERS / TOKENS, "characters a token"),
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
            ("It would " * 20, "before the first step"),
            (EXPLAINED + " So the laws are wrong.", "another question"),
            (3, "three quotes"),
        ],
    ),
}

ALIKE = {"04.5": (EXPLAINED, EXPLAINED + " That is another matter.")}
