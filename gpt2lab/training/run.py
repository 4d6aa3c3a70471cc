"""One fine-tuning run as it lies on disk: configuration, history, diagnosis, checkpoints."""

from __future__ import annotations

import csv
import difflib
import json
import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gpt2lab.base.arguments import folder_name, folder_path
from gpt2lab.base.storage import write_bytes
from gpt2lab.errors import CheckpointError
from gpt2lab.language_model import LanguageModel, open_folder, open_pretrained
from gpt2lab.pretrained import checkpoints, event_file
from gpt2lab.training.diagnosis import Diagnosis, diagnose, window_losses

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("step", "seconds", "tokens", "epoch", "loss", "average_loss", "valid_loss")
# In history.csv; histories of version 0.1 lack those that `history` does not show.
RECORDED = (*COLUMNS, "learning_rate", "valid_windows", "copied", "human_copied")
# gpt-2-simple's running average: each loss counts 1 % less than the one after it.
SMOOTHING = 0.99


def average_losses(losses):
    """gpt-2-simple's running average of a list of losses, one value a loss (those that are NaN are left out
    of it).
    """
    total = weight = 0.0
    averages = []
    for loss in losses:
        if not math.isnan(loss):
            total = total * SMOOTHING + loss
            weight = weight * SMOOTHING + 1.0
        averages.append(total / weight if weight else math.nan)
    return averages


class Run:
    """A fine-tuning run; `finetune` returns one, `Run.open` finds it again.

    Attributes
    ----------
    name : str
    folder : pathlib.Path
    configuration : dict
        What `finetune` was asked for and on what (``run.json``); empty for a run that plain gpt-2-simple
        wrote.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.name = self.folder.name
        self.configuration = read_configuration(self.folder)

    @classmethod
    def open(cls, run_name: str = "run1", checkpoint_dir: str | Path = "checkpoint") -> Run:
        """Find a run on disk, also one that plain gpt-2-simple wrote.

        Parameters
        ----------
        run_name : str, default "run1"
        checkpoint_dir : str or Path, default "checkpoint"

        Returns
        -------
        Run

        Raises
        ------
        CheckpointError
            If there is no such run; the message lists those there are.
        """
        folder = folder_path("checkpoint_dir", checkpoint_dir) / folder_name("run_name", run_name)
        if not (folder / "hparams.json").is_file():
            runs = sorted(path.parent.name for path in folder.parent.glob("*/hparams.json"))
            near = next(
                (f"did you mean {name!r}? The" for name in difflib.get_close_matches(folder.name, runs, n=1)),
                "the",
            )
            there = (
                f"{near} runs there are {', '.join(runs)}"
                if runs
                else "there is no run yet, fine-tune one with lab.finetune(…) or `gpt2lab finetune`"
            )
            what = "has no hparams.json" if folder.is_dir() else "does not exist"
            raise CheckpointError(f"{folder} {what}; {there}.")
        return cls(folder)

    def __repr__(self):
        steps = checkpoints.saved_steps(self.folder)
        return f"Run({self.name!r}, saved steps: {', '.join(map(str, steps)) or 'none'})"

    @property
    def history(self) -> pd.DataFrame:
        """The losses, a row a step: pandas.DataFrame with the columns

        ``step``; ``seconds`` and ``tokens`` of training so far; ``epoch`` (tokens so far over tokens of the
        text); ``loss`` of the step's batches before the weights moved, in nats per token; ``average_loss``,
        gpt-2-simple's running average of it; ``valid_loss``, mean loss on the held-out text after the step,
        NaN where it was not measured. Step 0 is the model before fine-tuning.
        """
        return self.record[list(COLUMNS)]

    @property
    def record(self) -> pd.DataFrame:
        """The `history` with all that was recorded: pandas.DataFrame with four more columns

        ``learning_rate`` of the step (NaN where it was not recorded); ``valid_windows``, the losses of which
        ``valid_loss`` is the mean, a tuple; ``copied`` and ``human_copied``, the shares of words that stand
        word for word in the training text (see `Diagnosis`), where they were measured.
        """
        import pandas as pd

        frame = pd.DataFrame(read_history(self.folder), columns=list(RECORDED))
        logged = (
            event_file.read_scalars(self.folder) if any(self.folder.glob("events.out.tfevents.*")) else []
        )
        # What was logged before gpt2lab trained here belongs to steps that it has since taken over or thrown
        # away.
        since = (
            datetime.fromisoformat(self.configuration["started"]).timestamp()
            if "started" in self.configuration
            else -math.inf
        )
        last = frame["step"].max() if len(frame) else -1
        later = pd.DataFrame(
            [row for row in logged if row[0] > last and row[1] > since], columns=["step", "seconds", "loss"]
        )
        if later.empty:
            return frame
        # Plain gpt-2-simple trained here last: its event file has the losses and the time of day.
        later["seconds"] = (
            later["seconds"] - later["seconds"].min() + (frame["seconds"].max() if len(frame) else 0.0)
        )
        frame = later if frame.empty else pd.concat([frame, later])
        frame["average_loss"] = average_losses(frame["loss"])
        return frame.reindex(columns=RECORDED).reset_index(drop=True)

    @property
    def checkpoints(self) -> list[int]:
        """Steps whose weights were saved and kept, in order: list of int."""
        return checkpoints.saved_steps(self.folder)

    @property
    def samples(self) -> dict[int, str]:
        """Texts written while training: dict of step to text."""
        found = {
            checkpoints.step_of(path): path.read_text(encoding="utf-8")
            for path in (self.folder / "samples").glob("samples-*")
        }
        return dict(sorted(found.items()))

    @property
    def best_step(self) -> int | None:
        """Step with the lowest validation loss, None if none was measured."""
        measured = self.history.dropna(subset=["valid_loss"])
        return None if measured.empty else int(measured.loc[measured["valid_loss"].idxmin(), "step"])

    def load(self, checkpoint: str | int = "latest", precision: str = "float32") -> LanguageModel:
        """Open the model as it was at a saved step.

        Parameters
        ----------
        checkpoint : {"latest", "best"} or int, default "latest"
        precision : {"float32", "bfloat16"}, default "float32"
            As in `load`.

        Returns
        -------
        LanguageModel

        Raises
        ------
        ArgumentError, CheckpointError
            If that step was not saved or its files are damaged.
        """
        best = self.best_step if checkpoint == "best" else None
        if best == 0 and 0 not in self.checkpoints:
            # Fine-tuning only made it worse: the best model is the pretrained one.
            return open_pretrained(
                self.configuration["model_name"], self.configuration["settings"]["model_dir"], precision
            )
        prefix = checkpoints.find_checkpoint(self.folder, checkpoint, best)
        return open_folder(self.folder, prefix, f"{self.name}, step {checkpoints.step_of(prefix)}", precision)

    def diagnosis(self) -> Diagnosis:
        """Whether the model learned too little, enough, or by heart, and how much of what it writes is
        copied; see `diagnose` for the rules.

        Returns
        -------
        Diagnosis
        """
        return diagnose(self.record, diverged=self.configuration.get("status") == "diverged")


def read_configuration(folder):
    """The contents of ``run.json``, empty if there is none.

    Raises
    ------
    CheckpointError
        If it is damaged.
    """
    path = Path(folder) / "run.json"
    if not path.is_file():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(
            f"{path} is damaged ({error}); delete it to go on without the record of the settings."
        ) from error


def write_configuration(folder, configuration):
    """Write ``run.json``, whole or not at all."""
    write_bytes(
        Path(folder) / "run.json", (json.dumps(configuration, indent=1, ensure_ascii=False) + "\n").encode()
    )


def read_history(folder):
    """The rows of ``history.csv`` as `write_history` got them, to the last digit; none if there is no such
    file.

    Raises
    ------
    CheckpointError
        If it is damaged.
    """
    path = Path(folder) / "history.csv"
    if not path.is_file():
        return []
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            # A row that was cut off has None, of which no number can be made; where nothing was measured
            # there is an empty string.
            names = [name for name in RECORDED if name in COLUMNS or name in (rows.fieldnames or ())]
            return [{name: _value(name, row[name]) for name in names} for row in rows]
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise CheckpointError(
            f"{path} is damaged ({error}); move it away to go on without the losses so far."
        ) from error


def _value(name, written):
    if name == "valid_windows":
        return tuple(map(float, written.split()))
    return int(written) if name in ("step", "tokens") else float("nan" if written == "" else written)


def write_history(folder, rows):
    """Write ``history.csv`` (list of dict with the keys of `RECORDED`), whole or not at all; every digit of
    the losses is kept.
    """
    import pandas as pd

    names = [name for name in RECORDED if name in COLUMNS or any(name in row for row in rows)]
    frame = pd.DataFrame(rows, columns=names)
    if "valid_windows" in names:
        frame["valid_windows"] = [" ".join(map(repr, window_losses(row))) for row in rows]
    write_bytes(Path(folder) / "history.csv", frame.to_csv(index=False).encode())
