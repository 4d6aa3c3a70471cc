"""The training loop: steps, validation, samples, saves, and a way to stop that loses nothing."""

import contextlib
import math
import signal
import threading
import time

import numpy as np

from gpt2lab.base.progress import watched
from gpt2lab.base.storage import make_folder, require_room, write_bytes
from gpt2lab.engine import Batches, Trainer, random_weights
from gpt2lab.engine.network import Fetched
from gpt2lab.errors import DivergenceError, TextError
from gpt2lab.language_model import LanguageModel
from gpt2lab.measures import copying
from gpt2lab.measures.human import human_samples
from gpt2lab.pretrained import checkpoints
from gpt2lab.training.diagnosis import FEWEST
from gpt2lab.training.run import MEMORY, Run, write_configuration, write_history
from gpt2lab.training.schedule import learning_rate_at

# Windows of held-out text whose loss is measured: with gradients accumulated over 5 windows and a measurement
# every 20 steps, 3 % of the time.
VALID_WINDOWS = 8
# What is written, with the usual settings of `generate`, to see how much of it is copied from the training
# text; less than a second with 3M.
COPIED_SAMPLES = {"nsamples": 8, "length": 128}


class TrainingLoop:
    """One call of `finetune`, from its first step to its last.

    Parameters
    ----------
    settings : Settings
    configuration : dict
        What goes to ``run.json``; ``status`` is kept up to date.
    hparams : dict
    encoder : Encoder
    texts : tuple of Corpus
        The training text and the held-out text (or None).
    tokens, valid_tokens : array of int32
        The same, encoded.
    start : int or None
        The saved step to go on from; None starts over.
    model_folder : Path
        Where the description of the model is, for the run's folder.
    """

    def __init__(
        self, settings, configuration, hparams, encoder, texts, tokens, valid_tokens, start, model_folder
    ):
        self.settings = settings
        self.configuration = configuration
        self.folder = settings.folder
        self.window = hparams["n_ctx"]
        self.train_size = len(tokens)
        self.rows = [] if start is None else earlier_rows(self.folder, start)
        self.step = start or 0
        self.text, self.held_out = texts
        weights = self._first_weights(hparams, start)
        # weights, their moments, and the weights saved before
        require_room(self.folder, 5 * sum(array.nbytes for array in weights.values()))
        checkpoints.start_folder(self.folder, model_folder)  # not earlier: what cannot start leaves no folder
        self.model = LanguageModel(hparams, weights, encoder, settings.run_name, trainer=self._trainer)
        optimizer = checkpoints.read_optimizer(self.folder, start) if start else None
        if optimizer:
            self.model.trainer.restore_optimizer(optimizer)
        if start is None:
            for sample in (self.folder / "samples").glob("samples-*"):
                sample.unlink()
        self.batches = Batches(tokens, self.window, settings.seed)
        self.valid_windows = None if valid_tokens is None else spread_windows(valid_tokens, self.window)
        # A run that starts over: from here on its folder speaks of the new run only. And if the best step can
        # be one before the first that no folder of a pretrained model holds, it has to be kept here.
        if start is None and (
            checkpoints.saved_steps(self.folder)
            or (valid_tokens is not None and settings.restore_from not in ("latest", "fresh"))
        ):
            self._save()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.model.close()

    def _trainer(self, network):
        s = self.settings
        self.network = network
        return Trainer(
            network,
            s.batch_size,
            accumulate_gradients=s.accumulate_gradients,
            only_train_transformer_layers=s.only_train_transformer_layers,
            optimizer=s.optimizer,
            recompute=s.recompute,
            precision=s.precision,
            weight_decay=s.weight_decay,
            clip_norm=s.clip_norm,
        )

    def _first_weights(self, hparams, start):
        source = self.settings.restore_from
        if start is None and source == "scratch":
            return random_weights(hparams, self.settings.seed)
        if start is not None:
            prefix = checkpoints.latest(self.folder)
        elif source in ("latest", "fresh"):
            prefix = checkpoints.latest(f"{self.settings.model_dir}/{self.settings.model_name}")
        else:
            prefix = checkpoints.find(source)
        return checkpoints.read_weights(prefix, hparams)

    def train(self, callback=None, monitor=None):
        """Take the steps that are left.

        Parameters
        ----------
        callback : callable, optional
            Called with each new row of the history; True stops.
        monitor : object or bool, optional
            Who watches; see `progress.watched`.

        Raises
        ------
        DivergenceError
            If a loss or a weight is no finite number any more.
        """
        s = self.settings
        target = self.configuration["target"]
        first = self.step
        began = time.perf_counter() - (self.rows[-1]["seconds"] if self.rows else 0.0)
        with interruption() as interrupted, watched(monitor, s.print_every) as watcher:
            watcher.begin(s.run_name, first, target, list(self.rows))
            if first == 0 and self.valid_windows is not None and not self.rows:
                self.rows.append(self._row(0.0, math.nan, self._valid_losses()))
                watcher.step(dict(self.rows[-1]))
            status = "finished"
            while self.step < target:
                rate = learning_rate_at(
                    self.step + 1,
                    self.configuration["leg_start"],
                    target,
                    s.learning_rate,
                    s.warmup_steps,
                    s.decay,
                )
                loss = self.model.trainer.step(
                    self.batches.at(self.step + 1, s.batch_size, s.accumulate_gradients), rate
                )
                if not math.isfinite(loss):
                    self._diverged(f"the loss of step {self.step + 1} is {loss}")
                self.step += 1
                measure = self.valid_windows is not None and (
                    self.step % s.eval_every == 0 or self.step == target
                )
                row = self._row(
                    time.perf_counter() - began, loss, self._valid_losses() if measure else (), rate
                )
                self.rows.append(row)
                watcher.step(dict(row))
                if s.sample_every and self.step % s.sample_every == 0:
                    watcher.sample(self.step)
                    watcher.sample(self.step, self._write_samples())
                    self._measure_copying()
                if self.step < target and (self.step % s.save_every == 0 or self._is_best(row)):
                    self._save()
                if self._asked_to_stop(callback, row) or interrupted.is_set() or watcher.stop_requested:
                    status = "stopped" if self.step < target else "finished"
                    break
                if self._out_of_patience():
                    break
            self.configuration["status"] = status
            self._save()
            # After the save, which is worth more; and by the steps of the whole call, so that a run that was
            # killed in between measures it too.
            if (
                status == "finished"
                and self.step - self.configuration["leg_start"] >= FEWEST
                and "copied" not in self.rows[-1]
            ):
                self._measure_copying()
                write_history(self.folder, self.rows)
            watcher.end("out of patience" if status == "finished" and self.step < target else status)

    def _asked_to_stop(self, callback, row):
        try:
            return callback is not None and bool(callback(dict(row)))
        except BaseException:
            self.configuration["status"] = "stopped"
            self._save()  # the steps so far are worth more than the mistake in the callback
            raise

    def _row(self, seconds, loss, valid_windows, learning_rate=math.nan):
        """The next row of the history; everything but the seconds follows from the rows before, whether they
        were read back or not.
        """
        before = self.rows[-1] if self.rows else {"tokens": 0, "epoch": 0.0, "average_loss": math.nan}
        read = (
            0
            if math.isnan(loss)
            else self.settings.batch_size * self.settings.accumulate_gradients * self.window
        )
        return {
            "step": self.step,
            "seconds": round(seconds, 3),
            "tokens": before["tokens"] + read,
            "epoch": before["epoch"] + read / self.train_size,
            "loss": loss,
            "average_loss": self._average(loss),
            "valid_loss": float(np.mean(valid_windows)) if valid_windows else math.nan,
            "learning_rate": learning_rate,
            "valid_windows": valid_windows,
        }

    def _average(self, loss):
        # Step n of gpt-2-simple's average has weight 1 + 0.99 + … + 0.99^(n-1), so the last average holds all
        # that is needed of the past.
        taken = sum(not math.isnan(row["loss"]) for row in self.rows)
        if math.isnan(loss) or not taken:
            return loss
        past = (1 - MEMORY**taken) / (1 - MEMORY)
        return (self.rows[-1]["average_loss"] * past * MEMORY + loss) / (past * MEMORY + 1.0)

    def _valid_losses(self):
        return tuple(float(np.mean(self.model.window_losses(window))) for window in self.valid_windows)

    def _measure_copying(self):
        """Write some texts and note in the newest row how much of them is copied, and how much of held-out
        text would be.
        """
        samples = self.model.generate(**COPIED_SAMPLES, seed=self.settings.seed)
        self.rows[-1]["copied"] = copying.copied_share(samples, self.text)
        if self.held_out is None:
            return
        with contextlib.suppress(TextError):  # a held-out text of spaces only has no such share
            # More of it than the model wrote: one piece that quotes an earlier speech would decide the
            # figure.
            self.rows[-1]["human_copied"] = copying.copied_share(
                human_samples(self.held_out, like=8 * samples), self.text
            )

    def _is_best(self, row):
        """Whether a row has the lowest validation loss so far."""
        measured = [other["valid_loss"] for other in self.rows if not math.isnan(other["valid_loss"])]
        return row["valid_loss"] == min(measured, default=None) and measured.count(row["valid_loss"]) == 1

    def _best_step(self):
        measured = [row for row in self.rows if not math.isnan(row["valid_loss"])]
        return min(measured, key=lambda row: row["valid_loss"])["step"] if measured else None

    def _out_of_patience(self):
        if self.settings.patience is None or self._best_step() is None:
            return False
        # a run that goes on is given as much patience again
        since = max(self._best_step(), self.configuration["leg_start"])
        return (
            sum(row["step"] > since and not math.isnan(row["valid_loss"]) for row in self.rows)
            >= self.settings.patience
        )

    def _save(self):
        """Write history, weights and optimizer; in that order a kill at any moment leaves a history that
        covers the newest weights.
        """
        if not self.model.trainer.is_finite():
            self._diverged(f"after step {self.step} a weight is no finite number")
        saved = checkpoints.saved_steps(self.folder)
        leg = self.configuration["leg_start"]
        of_call = [step for step in saved if leg < step < self.step][
            -(self.settings.max_checkpoints - 1) or len(saved) :
        ]
        earlier = [step for step in saved if 0 < step <= leg and not self.settings.overwrite]
        keep = {*of_call, *earlier, self._best_step()} & {row["step"] for row in self.rows}
        write_history(self.folder, self.rows)
        weights, optimizer = (
            Fetched(self.network, variables)
            for variables in (self.network.variables, self.model.trainer.optimizer_variables)
        )
        checkpoints.save(self.folder, self.step, weights, optimizer, keep)
        write_configuration(self.folder, self.configuration)

    def _write_samples(self):
        s = self.settings
        # With gpt-2-simple's settings for the samples of a run: the 40 most likely tokens, temperature 1.
        texts = self.model.generate(
            nsamples=s.sample_num, length=s.sample_length, temperature=1.0, top_k=40, seed=s.seed
        )
        content = "\n".join(
            f"======== SAMPLE {number} ========\n{text}\n" for number, text in enumerate(texts, 1)
        )
        write_bytes(make_folder(self.folder / "samples") / f"samples-{self.step}", content.encode())
        return texts[0]

    def _diverged(self, what):
        self.configuration["status"] = "diverged"
        kept = checkpoints.latest_step(self.folder)
        if kept is None:
            write_configuration(self.folder, self.configuration)
            kept_words = "nothing was saved before that"
        else:
            write_history(self.folder, [row for row in self.rows if row["step"] <= kept])
            write_configuration(self.folder, self.configuration)
            kept_words = f"step {kept} is the last good checkpoint and is kept"
        raise DivergenceError(
            f"Training diverged: {what}; lower learning_rate={self.settings.learning_rate:g}, for example to "
            f"{self.settings.learning_rate / 10:g} ({kept_words})."
        )


def earlier_rows(folder, start):
    """The rows of the history up to a saved step; those that a killed run had written after it are trained
    again.
    """
    history = Run(folder).record
    # plain gpt-2-simple does not record them
    history[["tokens", "epoch"]] = history[["tokens", "epoch"]].ffill().fillna(0)
    return history[history["step"] <= start].astype({"tokens": int}).to_dict("records")


def spread_windows(tokens, window):
    """At most `VALID_WINDOWS` windows, evenly spread over a text and not overlapping: list of arrays."""
    count = max(1, min(VALID_WINDOWS, len(tokens) // window))
    return [
        tokens[start : start + window]
        for start in np.linspace(0, max(0, len(tokens) - window), count).astype(int)
    ]


@contextlib.contextmanager
def interruption():
    """An event that the first Ctrl-C sets, so that the step under way ends and is saved; a second Ctrl-C
    breaks off at once.

    Yields
    ------
    threading.Event
        In a thread other than the main one, where Python allows no signal handlers, it is never set.
    """
    event = threading.Event()

    def note(number, frame):
        event.set()
        signal.signal(signal.SIGINT, signal.default_int_handler if before is None else before)

    try:
        before = signal.signal(signal.SIGINT, note)
    except ValueError:
        yield event
        return
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)
