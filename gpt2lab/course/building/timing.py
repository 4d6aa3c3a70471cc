"""Measure how long each notebook runs: ``gpt2lab notebooks --times``."""

import csv
import io
import os
import tempfile
import time

from gpt2lab.base.storage import write_bytes
from gpt2lab.course.building.executing import run_notebook
from gpt2lab.course.building.notebooks import compose
from gpt2lab.course.machine import without_gpu
from gpt2lab.course.running_times import TABLE, read_table


def measure_running_times(sources, say=print):
    """Run the solved notebooks of ``sources``, each from the beginning and in a folder of its own, and write
    into `TABLE` what they took.
    """
    for source in sources:
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            run_notebook(compose(source, student=False), folder)
            seconds = time.perf_counter() - started
        row = {
            "notebook": source.name[:2],
            "model": without_gpu(source.name[:2])[0],
            "cores": os.cpu_count(),
            "seconds": round(seconds),
        }
        _write(read_table() | {row["notebook"]: row})
        say(f"{source.stem}: {seconds:.0f} s")


def _write(rows):
    text = io.StringIO()
    table = csv.DictWriter(text, ["notebook", "model", "cores", "seconds"], lineterminator="\n")
    table.writeheader()
    table.writerows(rows[notebook] for notebook in sorted(rows))
    write_bytes(TABLE, text.getvalue().encode())
