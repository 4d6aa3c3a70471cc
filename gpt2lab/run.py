"""One fine-tuning run as it lies on disk: configuration, history, diagnosis, checkpoints."""

import csv
import json
import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gpt2lab import checkpoints, event_file
from gpt2lab.arguments import folder_name, folder_path
from gpt2lab.errors import CheckpointError
from gpt2lab.storage import write_bytes

COLUMNS = ("step", "seconds", "tokens", "epoch", "loss", "average_loss", "valid_loss")
RECORDED = (*COLUMNS, "learning_rate")  # in history.csv; histories of version 0.1 lack the last
# gpt-2-simple's running average: each loss counts 1 % less than the one after it.
MEMORY = 0.99
# Steps without which a diagnosis would read the noise of single windows.
FEWEST = 20


@dataclass(frozen=True)
class Diagnosis:
    """What the losses of a run say.

    Attributes
    ----------
    verdict : {"under-fitting", "fitting", "over-fitting"}
    best_step : int or None
        Step of the lowest validation loss; None if none was measured.
    gap : float
        Validation loss less training loss at the end, in nats a token (the generalisation gap); NaN without validation.
    explanation : str
        Two sentences in plain words.
    """

    verdict: str
    best_step: int | None
    gap: float
    explanation: str


def average_losses(losses):
    """gpt-2-simple's running average of a list of losses, one value a loss (those that are NaN are left out of it)."""
    total = weight = 0.0
    averages = []
    for loss in losses:
        if not math.isnan(loss):
            total, weight = total * MEMORY + loss, weight * MEMORY + 1.0
        averages.append(total / weight if weight else math.nan)
    return averages


class Run:
    """A fine-tuning run; `finetune` returns one, `Run.open` finds it again.

    Attributes
    ----------
    name : str
    folder : pathlib.Path
    configuration : dict
        What `finetune` was asked for and on what (``run.json``); empty for a run that plain gpt-2-simple wrote.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name
        self.configuration = read_configuration(self.folder)

    @classmethod
    def open(cls, run_name="run1", checkpoint_dir="checkpoint"):
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
            there = f"the runs there are {', '.join(runs)}" if runs else "there is no run yet, fine-tune one with lab.finetune(…)"
            what = "has no hparams.json" if folder.is_dir() else "does not exist"
            raise CheckpointError(f"{folder} {what}; {there}.")
        return cls(folder)

    def __repr__(self):
        steps = checkpoints.saved_steps(self.folder)
        return f"Run({self.name!r}, saved steps: {', '.join(map(str, steps)) or 'none'})"

    @property
    def history(self):
        """The losses, a row a step: pandas.DataFrame with the columns

        ``step``; ``seconds`` and ``tokens`` of training so far; ``epoch`` (tokens so far over tokens of the text); ``loss`` of the step's
        batches before the weights moved, in nats a token; ``average_loss``, gpt-2-simple's running average of it; ``valid_loss``, mean
        loss on the held-out text after the step, NaN where it was not measured. Step 0 is the model before fine-tuning. If the learning rate
        was not the same at all steps there is one more column, ``learning_rate`` of the step (NaN where it was not recorded).
        """
        record = self.record
        return record if record["learning_rate"].nunique() > 1 else record[list(COLUMNS)]

    @property
    def record(self):
        """The `history` with the column ``learning_rate``, whether the rate changed or not."""
        import pandas as pd

        frame = pd.DataFrame(read_history(self.folder), columns=list(RECORDED))
        logged = event_file.scalars(self.folder) if any(self.folder.glob("events.out.tfevents.*")) else []
        # What was logged before gpt2lab trained here belongs to steps that it has since taken over or thrown away.
        since = datetime.fromisoformat(self.configuration["started"]).timestamp() if "started" in self.configuration else -math.inf
        last = frame["step"].max() if len(frame) else -1
        later = pd.DataFrame([row for row in logged if row[0] > last and row[1] > since], columns=["step", "seconds", "loss"])
        if later.empty:
            return frame
        # Plain gpt-2-simple trained here last: its event file has the losses and the time of day.
        later["seconds"] = later["seconds"] - later["seconds"].min() + (frame["seconds"].max() if len(frame) else 0.0)
        frame = later if frame.empty else pd.concat([frame, later])
        frame["average_loss"] = average_losses(frame["loss"])
        return frame.reindex(columns=RECORDED).reset_index(drop=True)

    @property
    def checkpoints(self):
        """Steps whose weights were saved and kept, in order: list of int."""
        return checkpoints.saved_steps(self.folder)

    @property
    def samples(self):
        """Texts written while training: dict of step to text."""
        found = {checkpoints.step_of(path): path.read_text(encoding="utf-8") for path in (self.folder / "samples").glob("samples-*")}
        return dict(sorted(found.items()))

    @property
    def best_step(self):
        """Step with the lowest validation loss, None if none was measured."""
        measured = self.history.dropna(subset=["valid_loss"])
        return None if measured.empty else int(measured.loc[measured["valid_loss"].idxmin(), "step"])

    def load(self, checkpoint="latest", precision="float32"):
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
        from gpt2lab.language_model import open_folder

        best = self.best_step if checkpoint == "best" else None
        if best == 0 and 0 not in self.checkpoints:
            from gpt2lab.language_model import load

            # Fine-tuning only made it worse: the best model is the pretrained one.
            return load(self.configuration["model_name"], model_dir=self.configuration["settings"]["model_dir"], precision=precision)
        prefix = checkpoints.find(self.folder, checkpoint, best)
        return open_folder(self.folder, prefix, f"{self.name}, step {checkpoints.step_of(prefix)}", precision)

    def diagnosis(self):
        """Whether the model learned too little, enough, or by heart.

        Returns
        -------
        Diagnosis

        Notes
        -----
        Over-fitting: the validation loss ends at least 1 % above its lowest value while the training loss went on falling, or the training
        loss is near 0. Under-fitting: the validation loss (without one, the training loss) was still falling by more than 3 % in the last
        quarter of the steps, there were fewer than 20 of them, or the training loss rose by 10 %, as with too high a learning rate. Else fitting.
        """
        return diagnose(self.history)


def diagnose(history):
    """The `Diagnosis` of a table of losses; see `Run.diagnosis`."""
    trained = history.dropna(subset=["loss"])
    if trained.empty:
        return Diagnosis("under-fitting", None, math.nan, "Nothing was trained yet. Fine-tune for some steps first.")
    last, size = int(trained["step"].iloc[-1]), max(10, len(trained) // 10)  # single windows vary too much to be compared
    final = trained["loss"].tail(size).mean()
    measured = history.dropna(subset=["valid_loss"])
    best_step, gap, rise = None, math.nan, 0.0
    if not measured.empty:
        lowest = measured.loc[measured["valid_loss"].idxmin()]
        best_step, gap = int(lowest["step"]), float(measured["valid_loss"].iloc[-1] - final)
        rise = float(measured["valid_loss"].iloc[-1] / lowest["valid_loss"] - 1)
    if final < 0.5:
        why = f"The training loss is {final:.2f} nats a token, near 0: the model knows the text by heart."
        return Diagnosis("over-fitting", best_step, gap, f"{why} Use more text, fewer steps or a lower learning rate.")
    if len(trained) < FEWEST:
        why = f"{len(trained)} step{'s are' if len(trained) > 1 else ' is'} too few to tell how the losses go."
        return Diagnosis("under-fitting", best_step, gap, f"{why} Train for at least {FEWEST}.")
    begun = trained["loss"].head(size).mean()
    if final > 1.1 * begun:
        why = f"The training loss has risen from {begun:.2f} to {final:.2f} nats a token: the steps are too large, the run diverges."
        return Diagnosis("under-fitting", best_step, gap, f"{why} Lower the learning rate.")
    if rise >= 0.01:
        why = f"The validation loss was lowest at step {best_step} and has risen by {rise:.0%} since, while the training loss fell to {final:.2f}."
        return Diagnosis("over-fitting", best_step, gap, f"{why} Take the model of that step with run.load('best').")
    if len(measured) >= 4:
        earlier = measured[measured["step"] <= last * 0.75]["valid_loss"].iloc[-1]
        fall = float(1 - measured["valid_loss"].iloc[-1] / earlier)
    else:
        quarter = len(trained) // 4
        fall = float(1 - trained["loss"].tail(quarter).mean() / trained["loss"].iloc[-2 * quarter : -quarter].mean())
    if fall > 0.03:
        why = f"The loss was still falling at the end, by {fall:.0%} in the last quarter of the {last} steps."
        return Diagnosis("under-fitting", best_step, gap, f"{why} Train for more steps, or raise the learning rate.")
    if measured.empty:
        why = f"The training loss has levelled off at {final:.2f} nats a token."
        return Diagnosis("fitting", None, gap, f"{why} Without a validation loss nobody can say whether it learned by heart: give valid=….")
    why = f"The validation loss ends at {measured['valid_loss'].iloc[-1]:.2f} nats a token, at or near its lowest value."
    return Diagnosis("fitting", best_step, gap, f"{why} What the model learned from the text holds for text that it has not seen.")


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
        raise CheckpointError(f"{path} is damaged ({error}); delete it to go on without the record of the settings.") from error


def write_configuration(folder, configuration):
    """Write ``run.json``, whole or not at all."""
    write_bytes(Path(folder) / "run.json", (json.dumps(configuration, indent=1, ensure_ascii=False) + "\n").encode())


def read_history(folder):
    """The rows of ``history.csv`` as `write_history` got them, to the last digit; none if there is no such file.

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
            # A row that was cut off has None, of which no number can be made; where nothing was measured there is an empty string.
            names = [name for name in RECORDED if name in COLUMNS or name in (rows.fieldnames or ())]
            return [{name: int(row[name]) if name in ("step", "tokens") else float("nan" if row[name] == "" else row[name]) for name in names}
                    for row in rows]
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise CheckpointError(f"{path} is damaged ({error}); move it away to go on without the losses so far.") from error


def write_history(folder, rows):
    """Write ``history.csv`` (list of dict with the keys of `RECORDED`), whole or not at all; every digit of the losses is kept."""
    import pandas as pd

    names = [name for name in RECORDED if name in COLUMNS or any(name in row for row in rows)]
    write_bytes(Path(folder) / "history.csv", pd.DataFrame(rows, columns=names).to_csv(index=False).encode())
