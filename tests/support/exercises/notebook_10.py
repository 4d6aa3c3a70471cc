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
SAID = (
    "The loss fell from 4.5 to 4.2 nats per token on text that the model has never seen, in every run but"
    " one."
)
CLAIMS = dict.fromkeys(("loss", "flags", "findings"), SAID)

EXERCISES = {
    "10.1": ((FLAGS,), "b", [("a", "more surely"), ("c", "fewer steps"), ("lower", "one letter")]),
    "10.2": ((FLAGS,), "c", [("a", "4.300"), ("b", "5.100"), ("save_every", "one letter")]),
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
        ("only_safety = 'a'", "does change what the model learns"),
        ("only_safety = 'b'", "does change what the model learns"),
        ("only_safety = 'save_every'", "one letter"),
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
    "10.2": ["only_safety = 'C'", "only_safety = '[c]'"],
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
