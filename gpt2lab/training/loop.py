"""The training loop: steps, validation, samples, saves, and a way to stop that loses nothing."""

import contextlib
import math
import signal
import threading
import time

import numpy as np

from gpt2lab.base.progress import watch
from gpt2lab.base.storage import make_folder, require_room, write_bytes
from gpt2lab.engine import Batches, Network, Reader, Trainer, random_weights
from gpt2lab.engine.network import Fetched
from gpt2lab.errors import DivergenceError, TextError
from gpt2lab.language_model import LanguageModel
from gpt2lab.measures import copying
from gpt2lab.measures.human import human_samples
from gpt2lab.pretrained import checkpoints
from gpt2lab.training.diagnosis import FEWEST
from gpt2lab.training.run import SMOOTHING, Run, write_configuration, write_history
from gpt2lab.training.schedule import learning_rate_at

# Windows of held-out text whose loss is measured: with gradients accumulated over 5 windows and a measurement
# every 20 steps, 3 % of the time.
VALID_WINDOWS = 8
# What is written, with the usual settings of `generate`, to see how much of it is copied from the training
# text; less than a second with 3M.
COPIED_SAMPLES = {"nsamples": 8, "length": 128}


@contextlib.contextmanager
def open_loop(call):
    """The loop of a `Call`, with the model in memory and the run's folder begun; the memory is freed
    afterwards.

    Yields
    ------
    TrainingLoop
    """
    settings = call.settings
    network = open_network(call)
    try:
        reader = Reader(network, weights_move=True)
        trainer = Trainer(
            network,
            settings.batch_size,
            accumulate_gradients=settings.accumulate_gradients,
            only_train_transformer_layers=settings.only_train_transformer_layers,
            optimizer=settings.optimizer,
            recompute=settings.recompute,
            precision=settings.precision,
            weight_decay=settings.weight_decay,
            clip_norm=settings.clip_norm,
        )
        network.close_graph()
        model = LanguageModel(network, reader, call.encoder, settings.run_name, trainer=trainer)
        loop = TrainingLoop(call, network, trainer, model)
        loop.begin()
        yield loop
    finally:
        network.close()


def open_network(call):
    """A network with the first weights of a `Call`; where there is room for what it will save, its folder is
    begun.
    """
    weights = read_first_weights(call)
    folder = call.settings.folder
    # weights, their moments, and the weights saved before
    require_room(folder, 5 * sum(array.nbytes for array in weights.values()))
    checkpoints.start_folder(folder, call.model_folder)  # not earlier: what cannot start leaves no folder
    network = Network(call.hparams)
    network.assign(weights)
    return network


def read_first_weights(call):
    """The weights that a `Call` begins with: dict of str to arrays."""
    settings = call.settings
    if call.saved_step is not None:
        prefix = checkpoints.latest_prefix(settings.folder)
    elif settings.restore_from == "scratch":
        return random_weights(call.hparams, settings.seed)
    elif settings.restore_from in ("latest", "fresh"):
        prefix = checkpoints.latest_prefix(f"{settings.model_dir}/{settings.model_name}")
    else:
        prefix = checkpoints.find_checkpoint(settings.restore_from)
    return checkpoints.read_weights(prefix, call.hparams)


class TrainingLoop:
    """One call of `finetune`, from its first step to its last.

    Parameters
    ----------
    call : Call
    network : Network
        Whose weights move.
    trainer : Trainer
        What moves them.
    model : LanguageModel
        The same network, to be asked.

    Attributes
    ----------
    step : int
        The last step that was taken.
    rows : list of dict
        The history so far.
    configuration : dict
        What goes to ``run.json``; ``status`` is kept up to date.
    """

    def __init__(self, call, network, trainer, model):
        self.call = call
        self.settings = call.settings
        self.folder = call.settings.folder
        self.network = network
        self.trainer = trainer
        self.model = model
        self.window = call.hparams["n_ctx"]
        self.batches = Batches(call.tokens, self.window, call.settings.seed)
        self.valid_windows = (
            None if call.valid_tokens is None else spread_windows(call.valid_tokens, self.window)
        )
        self.step = call.saved_step or 0
        self.rows = [] if call.saved_step is None else earlier_rows(self.folder, call.saved_step)
        self.configuration = call.configuration()

    def begin(self):
        """Take up where the run was saved, or make its folder that of a new run."""
        if self.call.saved_step is None:
            self._start_over()
        elif optimizer := checkpoints.read_optimizer(self.folder, self.step):
            self.trainer.restore_optimizer(optimizer)
        write_configuration(self.folder, self.configuration)

    def _start_over(self):
        for sample in (self.folder / "samples").glob("samples-*"):
            sample.unlink()
        # From here on the folder speaks of the new run only. And if the best step can be one before the first
        # that no folder of a pretrained model holds, it has to be kept here.
        pretrained = self.settings.restore_from in ("latest", "fresh")
        if checkpoints.saved_steps(self.folder) or (self.valid_windows is not None and not pretrained):
            self._save()

    def train(self):
        """Take the steps that are left, and save.

        Raises
        ------
        DivergenceError
            If a loss or a weight is no finite number any more.
        """
        s = self.settings
        with interruption() as interrupted, watch(s.monitor, s.print_every) as watcher:
            watcher.begin(s.run_name, self.step, self.call.last_step, list(self.rows))
            status = self._take_steps(watcher, interrupted)
            self.configuration["status"] = status
            self._save()
            # After the save, which is worth more; and by the steps of the whole call, so that a run that was
            # killed in between measures it too.
            taken = self.step - self.call.first_step
            if status == "finished" and taken >= FEWEST and "copied" not in self.rows[-1]:
                self._measure_copying()
                write_history(self.folder, self.rows)
            cut_short = status == "finished" and self.step < self.call.last_step
            watcher.end("out of patience" if cut_short else status)

    def _take_steps(self, watcher, interrupted):
        """Steps until the last, or until somebody or something stops them: "finished" or "stopped"."""
        s = self.settings
        began = time.perf_counter() - (self.rows[-1]["seconds"] if self.rows else 0.0)
        if self.step == 0 and self.valid_windows is not None and not self.rows:
            self._note(watcher, self._row(0.0, math.nan, self._valid_losses()))
        while self.step < self.call.last_step:
            row = self._take_step(began)
            self._note(watcher, row)
            if s.sample_every and self.step % s.sample_every == 0:
                watcher.sample(self.step)
                watcher.sample(self.step, self._write_samples())
                self._measure_copying()
            ends = self.step == self.call.last_step
            if not ends and (self.step % s.save_every == 0 or self._is_best(row)):
                self._save()
            if self._asked_to_stop(row) or interrupted.is_set() or watcher.stop_requested:
                return "finished" if ends else "stopped"
            if self._out_of_patience():
                break
        return "finished"

    def _take_step(self, began):
        """Move the weights once: the row of the history."""
        s = self.settings
        step = self.step + 1
        rate = learning_rate_at(
            step, self.call.first_step, self.call.last_step, s.learning_rate, s.warmup_steps, s.decay
        )
        loss = self.trainer.step(self.batches.at(step, s.batch_size, s.accumulate_gradients), rate)
        if not math.isfinite(loss):
            self._diverged(f"the loss of step {step} is {loss}")
        self.step = step
        measure = step % s.eval_every == 0 or step == self.call.last_step
        valid_losses = self._valid_losses() if measure and self.valid_windows is not None else ()
        return self._row(time.perf_counter() - began, loss, valid_losses, rate)

    def _note(self, watcher, row):
        self.rows.append(row)
        watcher.step(dict(row))

    def _asked_to_stop(self, row):
        try:
            return self.settings.callback is not None and bool(self.settings.callback(dict(row)))
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
            "epoch": before["epoch"] + read / len(self.call.tokens),
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
        past = (1 - SMOOTHING**taken) / (1 - SMOOTHING)
        return (self.rows[-1]["average_loss"] * past * SMOOTHING + loss) / (past * SMOOTHING + 1.0)

    def _valid_losses(self):
        return tuple(float(np.mean(self.model.window_losses(window))) for window in self.valid_windows)

    def _measure_copying(self):
        """Write some texts and note in the newest row how much of them is copied, and how much of held-out
        text would be.
        """
        samples = self.model.generate(**COPIED_SAMPLES, seed=self.settings.seed)
        self.rows[-1]["copied"] = copying.copied_share(samples, self.settings.dataset)
        if self.settings.valid is None:
            return
        with contextlib.suppress(TextError):  # a held-out text of spaces only has no such share
            # More of it than the model wrote: one piece that quotes an earlier speech would decide the
            # figure.
            self.rows[-1]["human_copied"] = copying.copied_share(
                human_samples(self.settings.valid, like=8 * samples), self.settings.dataset
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
        since = max(self._best_step(), self.call.first_step)
        return (
            sum(row["step"] > since and not math.isnan(row["valid_loss"]) for row in self.rows)
            >= self.settings.patience
        )

    def _save(self):
        """Write history, weights and optimizer; in that order a kill at any moment leaves a history that
        covers the newest weights.
        """
        if not self.trainer.is_finite():
            self._diverged(f"after step {self.step} a weight is no finite number")
        saved = checkpoints.saved_steps(self.folder)
        first = self.call.first_step
        of_call = [step for step in saved if first < step < self.step][
            -(self.settings.max_checkpoints - 1) or len(saved) :
        ]
        earlier = [step for step in saved if 0 < step <= first and not self.settings.overwrite]
        keep = {*of_call, *earlier, self._best_step()} & {row["step"] for row in self.rows}
        write_history(self.folder, self.rows)
        weights, optimizer = (
            Fetched(self.network, variables)
            for variables in (self.network.variables, self.trainer.optimizer_variables)
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
