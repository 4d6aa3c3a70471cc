"""How long each notebook runs: measured with ``gpt2lab notebooks --times``, kept in the table beside this file."""

import csv
import io
import math
import os
import tempfile
import time
from pathlib import Path

from gpt2lab.storage import write_bytes

TABLE = Path(__file__).with_name("running_times.csv")
MODEL = "3M"  # what the notebooks take where there is no GPU


def seconds(notebook):
    """How long a notebook, such as ``"07"``, ran with `MODEL`; None if that was not measured."""
    measured = _read()
    return measured[notebook]["seconds"] if notebook in measured else None


def in_words(notebook, model):
    """A sentence on how long a notebook runs, such as ``"07"``; empty if it was not measured."""
    measured = _read()
    if notebook not in measured:
        return ""
    minutes, cores = math.ceil(measured[notebook]["seconds"] / 60), measured[notebook]["cores"]
    about = f"about {minutes} minutes" if minutes > 1 else "about a minute"
    if model == MODEL:
        return f"From top to bottom it runs for {about} on {cores} cores."
    return f"With {MODEL} it runs for {about} on {cores} cores from top to bottom; with {model} that was not measured."


def measure(sources, say=print):
    """Run the solved notebooks of ``sources``, each from the beginning and in a folder of its own, and write into `TABLE` what they took."""
    from gpt2lab.course.executing import run
    from gpt2lab.course.notebooks import compose

    for source in sources:
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            run(compose(source, student=False), folder, {"GPT2LAB_MODEL": MODEL})
            seconds = time.perf_counter() - started
        row = {"notebook": source.name[:2], "model": MODEL, "cores": os.cpu_count(), "seconds": round(seconds)}
        _write(_read() | {row["notebook"]: row})
        say(f"{source.stem}: {seconds:.0f} s")


def _read():
    if not TABLE.is_file():
        return {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["notebook"]: row | {"seconds": int(row["seconds"]), "cores": int(row["cores"])} for row in rows}


def _write(rows):
    text = io.StringIO()
    table = csv.DictWriter(text, ["notebook", "model", "cores", "seconds"], lineterminator="\n")
    table.writeheader()
    table.writerows(rows[notebook] for notebook in sorted(rows))
    write_bytes(TABLE, text.getvalue().encode())
