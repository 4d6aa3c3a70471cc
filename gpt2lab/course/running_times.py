"""How long each notebook runs: measured with ``gpt2lab notebooks --times``, kept in the table beside this
file.
"""

import csv
import math
from pathlib import Path

TABLE = Path(__file__).with_name("running_times.csv")


def seconds(notebook):
    """How long a notebook, such as ``"07"``, ran without a GPU; None if that was not measured."""
    measured = read_table()
    return measured[notebook]["seconds"] if notebook in measured else None


def describe_running_time(notebook, model):
    """A sentence on how long a notebook runs, such as ``"07"``; empty if it was not measured."""
    measured = read_table()
    if notebook not in measured:
        return ""
    minutes = math.ceil(measured[notebook]["seconds"] / 60)
    cores = measured[notebook]["cores"]
    about = f"about {minutes} minutes" if minutes > 1 else "about a minute"
    measured_with = measured[notebook]["model"]
    if model == measured_with:
        return f"From top to bottom it runs for {about} on {cores} cores."
    return (
        f"With {measured_with} it runs for {about} on {cores} cores from top to bottom; with {model} that was"
        " not measured."
    )


def read_table():
    """The rows of `TABLE` by the number of their notebook."""
    if not TABLE.is_file():
        return {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {
            row["notebook"]: row | {"seconds": int(row["seconds"]), "cores": int(row["cores"])}
            for row in rows
        }
