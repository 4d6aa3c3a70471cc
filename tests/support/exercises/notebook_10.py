import pandas as pd

FLAGS = pd.DataFrame(
    {
        "flag": ["none", "accumulate_gradients", "epochs", "save_every"],
        "value": [0, 5, 16, 10],
        "steps": [60, 12, 60, 60],
        "valid_loss": [4.2, 4.3, 5.1, 4.2],
        "written_MB": [12, 12, 12, 75],
    }
)
OFTEN = pd.Series({"value": 10, "steps": 120, "seconds": 15.0, "valid_loss": 4.2})
SAID = (
    "The loss fell from 4.5 to 4.2 nats per token on text that the model has never seen, in every run but"
    " one."
)
CLAIMS = dict.fromkeys(("loss", "flags", "findings"), SAID)

EXERCISES = {
    "10.1": ((FLAGS,), "b", [("a", "more surely"), ("c", "fewer steps"), ("lower", "one letter")]),
    "10.2": (
        (OFTEN,),
        0.625,
        [
            (1.25, "worst case"),
            (5, "number of steps"),
            (10, "number of steps in the worst case"),
            (0.125, "one step"),
            (7.5, "nothing is saved"),
            (40, "Turn the fraction round"),
            (3, "too large"),
            ("save_every", "text"),
        ],
    ),
    "10.3": ((), "b", [("a", "honest"), ("c", "same mistake"), (3, "letter")]),
    "10.4": (
        (),
        CLAIMS,
        [
            (SAID, "dictionary"),
            ({"loss": SAID}, "'flags'"),
            (CLAIMS | {"findings": "It got better."}, "3 words"),
            (CLAIMS | {"loss": SAID.replace("4.5", "more").replace("4.2", "less")}, "no number"),
            (CLAIMS | {"flags": 5}, "int"),
        ],
    ),
}

ALIKE = {"10.4": (CLAIMS, CLAIMS | {"findings": SAID + " So there."})}

SOURCES = {
    "10.2": [
        ("lost_seconds = often.value * often.seconds / often.steps", "worst case"),
        ("lost_seconds = often.value / 2", "number of steps"),
        ("lost_seconds = often['value']", "number of steps in the worst case"),
        ("lost_seconds = often.seconds / often.steps", "one step"),
        ("lost_seconds = often.seconds / 2", "nothing is saved"),
        ("lost_seconds = often.value / 2 * often.steps / often.seconds", "Turn the fraction round"),
        ("lost_seconds = 'save_every'", "text"),
        ("lost_seconds = often", "one number"),
    ],
    "10.3": [
        ("whose_choice = 'a'", "honest"),
        ("whose_choice = 'c'", "same mistake"),
        ("whose_choice = 3", "letter"),
    ],
    "10.4": [
        (f"claims = {SAID!r}", "dictionary"),
        (f"claims = {{'loss': {SAID!r}, 'findings': {SAID!r}}}", "'flags'"),
        (
            f"claims = dict.fromkeys(('loss', 'flags'), {SAID!r}) | {{'findings': 'It got better.'}}",
            "3 words",
        ),
        (
            (
                "claims = dict.fromkeys(('loss', 'flags', 'findings'),"
                f" {SAID.replace('4.5', 'more').replace('4.2', 'less')!r})"
            ),
            "no number",
        ),
        (f"claims = dict.fromkeys(('loss', 'findings'), {SAID!r}) | {{'flags': 5}}", "int"),
    ],
}
ALSO_RIGHT = {
    "10.2": [
        (
            "row = flags[flags.flag == 'save_every'].iloc[0]\n"
            "lost_seconds = row['value'] * 0.5 * row['seconds'] / row['steps']"
        ),
        "lost_seconds = float(often.seconds) * (often.value / often.steps) / 2",
    ],
    "10.3": ["whose_choice = 'B'"],
    "10.4": [
        f"claims = dict.fromkeys(('loss', 'flags', 'findings'), {SAID!r})",
        (
            "words = f'From {first:.2f} to {last:.2f} nats per token it fell, with {SMALLEST} or {MODEL},"
            ' best at {run.best_step}, says the {settings["sweep"].parameter[0]} row.\'\n'
            "claims = {'loss': words + run.diagnosis().verdict, 'flags': words +"
            " f'{flags.valid_loss.min():.3f}', 'findings': words}"
        ),
    ],
}
UNBOUND = {}
