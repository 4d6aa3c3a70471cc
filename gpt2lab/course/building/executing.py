"""Run a notebook as it is stored, or to see how long it takes."""

import copy
import os
import re
import subprocess
import tempfile

from gpt2lab.course.building.source import SourceError, read_source

CELL_SECONDS = 600  # a cell that takes longer hangs


def run_notebook(notebook, working_folder, environment=None):
    """Run a notebook's cells where they may leave files; its outputs are filled in.

    The kernel shows no progress bars and no GPU, so that a solved notebook is the same wherever it is built.
    """
    from nbclient import NotebookClient

    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # else how printed lines are grouped depends on the machine's speed
        resources={"metadata": {"path": str(working_folder)}},
    )
    quiet = {"GPT2LAB_PROGRESS": "0", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    mine = {key: value for key, value in os.environ.items() if key not in ("GPT2LAB_MODEL", "GPT2LAB_MODELS")}
    # What TensorFlow writes past Python goes to the terminal, not into the notebook.
    client.execute(env=mine | quiet | (environment or {}), stderr=subprocess.DEVNULL)
    return notebook


def run_for_storage(source, notebook):
    """Run the solved notebook of a source in a folder of its own; what is stored of it is the same wherever
    it is run.

    Raises
    ------
    SourceError
        If a cell fails; the message begins with file and line.
    """
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    metadata = copy.deepcopy(notebook.metadata)  # without what the kernel adds
    with tempfile.TemporaryDirectory() as folder:
        try:
            run_notebook(notebook, folder)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise SourceError(
                f"{source}:{_failed_line(source, notebook)}: this cell fails: {_last_line(error)}"
            ) from error
    notebook.metadata = metadata
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]


def _failed_line(source, notebook):
    cells = [cell for cell in read_source(source) if not cell.for_grading_only]
    ran = [
        index
        for index, cell in enumerate(notebook.cells)
        if cell.get("execution_count") or cell.get("outputs")
    ]
    return cells[ran[-1] if ran else 0].line


def _last_line(error):
    lines = [line for line in re.sub(r"\x1b\[[\d;]*m", "", str(error)).splitlines() if line.strip()]
    return lines[-1].strip() if lines else type(error).__name__
