import math
import statistics

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
ALIKE_RUNS = [4.2, 4.22, 4.217]
STRAYS = statistics.stdev(ALIKE_RUNS)
TIMES = [0.1 / (2**0.5 * STRAYS), 0.9 / (2**0.5 * STRAYS), 0.0]
SAID = (
    "The loss fell from 4.5 to 4.2 nats per token on text that the model has never seen, in every run but"
    " one."
)
CLAIMS = dict.fromkeys(("loss", "flags", "findings"), SAID)

EXERCISES = {
    "10.1": ((FLAGS,), "b", [("a", "more surely"), ("c", "fewer steps"), ("lower", "one letter")]),
    "10.2": (
        (FLAGS, ALIKE_RUNS),
        TIMES,
        [
            ([0.1, 0.9, 0], "These are the differences"),
            ([times * 2**0.5 for times in TIMES], "two losses stray"),
            ([times / 2**0.5 for times in TIMES], "their squares"),
            ([times / (2**0.5 * STRAYS) for times in TIMES], "root"),
            ([times * 2**0.5 / STRAYS for times in TIMES], "and think of two"),
            ([times * 1.5**0.5 for times in TIMES], "divides by 3; from"),
            ([times * 3**0.5 for times in TIMES], "And in a difference"),
            ([loss / (2**0.5 * STRAYS) for loss in (4.3, 5.1, 4.2)], "themselves"),
            ([0.1 / 0.02, 0.9 / 0.02, 0], "range"),
            ([1, 2, 3], "divided by how large"),
            (TIMES[:2], "How many have you"),
            ([1.0, *TIMES], "How many have you"),
            (7.07, "list of numbers"),
            ("epochs", "list of numbers"),
            (FLAGS, "list of numbers"),
            ([None, 1.0, 2.0], "list of numbers"),
            ([math.nan, 1.0, 2.0], "list of numbers"),
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

ALIKE = {
    "10.2": (TIMES, [round(times, 2) for times in TIMES]),
    "10.4": (CLAIMS, CLAIMS | {"findings": SAID + " So there."}),
}

AWAY = "_away = (flags.valid_loss[1:] - flags.valid_loss[0]).abs()"
SOURCES = {
    "10.2": [
        (f"{AWAY}\ntimes = _away", "These are the differences"),
        (f"{AWAY}\ntimes = _away / statistics.stdev(alike)", "two losses stray"),
        (f"{AWAY}\ntimes = _away / (2 * statistics.stdev(alike))", "their squares"),
        (f"{AWAY}\ntimes = _away / (2 * statistics.variance(alike))", "root"),
        (f"{AWAY}\ntimes = _away / statistics.variance(alike)", "and think of two"),
        (f"{AWAY}\ntimes = _away / (2**0.5 * statistics.pstdev(alike))", "divides by 3; from"),
        (f"{AWAY}\ntimes = _away / statistics.pstdev(alike)", "And in a difference"),
        ("times = flags.valid_loss[1:] / (2**0.5 * statistics.stdev(alike))", "themselves"),
        (f"{AWAY}\ntimes = _away / (max(alike) - min(alike))", "range"),
        (f"{AWAY}\ntimes = _away.max() / (2**0.5 * statistics.stdev(alike))", "list of numbers"),
        (f"{AWAY}\ntimes = _away[:2] / (2**0.5 * statistics.stdev(alike))", "How many have you"),
        ("times = [1.5, 14.0, 18.0, 0.0, 2.0, 5.0]", "divided by how large"),
        ("times = flags", "list of numbers"),
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
        # with the sign, with the first row, and as an array of numpy
        "times = (flags.valid_loss - alike[0]) / (2 * statistics.variance(alike)) ** 0.5",
        (
            "import numpy as np\n"
            "runs = [flags.valid_loss[0], alike[1], again.valid_loss[0]]\n"
            "times = np.abs(flags.valid_loss.to_numpy()[1:] - runs[0]) / (np.std(runs, ddof=1) * 2**0.5)"
        ),
        (
            "mean = sum(alike) / 3\n"
            "squares = sum((loss - mean) ** 2 for loss in alike)\n"
            "times = [round(abs(loss - alike[0]) / squares**0.5, 4) for loss in flags.valid_loss[1:]]"
        ),
        (
            "times = {}\n"
            "for row, loss in enumerate(flags.valid_loss[1:]):\n"
            "    times[row] = (alike[0] - loss) / (2**0.5 * statistics.stdev(alike))"
        ),
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
