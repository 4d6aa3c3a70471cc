import pandas as pd

FLAGS = pd.DataFrame(
    {
        "flag": ["none", "accumulate_gradients", "epochs", "save_every"], "value": [0, 5, 16, 10], "steps": [60, 12, 60, 60],
        "valid_loss": [4.2, 4.3, 5.1, 4.2], "written_MB": [12, 12, 12, 75],
    }
)
SAID = "The loss fell from 4.5 to 4.2 nats a token on text that the model has never seen, in every run but one."
CLAIMS = {name: SAID for name in ("loss", "flags", "findings")}

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
