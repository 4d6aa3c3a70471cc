"""The training loop: Muon and AdamW, short windows and then full ones, held-out losses, and a state to
resume from.
"""

import math
import signal
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

import numpy as np
import torch
from tqdm.auto import tqdm

from gpt2lab.base.storage import replace_file
from gpt2lab.errors import DivergenceError, TextError
from pretraining.model import to_simple, write_weights
from pretraining.texts import SHORT_WINDOW, WINDOW, Windows, evenly_spaced, onto, random_offsets, windows_at


@dataclass(frozen=True)
class Recipe:
    """How to train; the budget ends at whichever of ``steps``, ``tokens`` and ``seconds`` is reached
    first.
    """

    steps: int | None
    tokens: int | None
    seconds: float | None
    batch: int  # windows of 256 tokens per step; of 1,024, a quarter as many
    full_window_share: float
    matrix_rate: float
    rate: float
    weight_decay: float
    warmup: float  # as a share of the budget
    dropout: float
    seed: int

    def windows(self, length):
        """How many windows of ``length`` tokens make a step, of about equally many tokens for either
        length.
        """
        return max(1, self.batch * SHORT_WINDOW // length)

    def progress(self, state):
        """Share of the budget that is spent, from 0 to 1."""
        spent = [(state.step, self.steps), (state.tokens, self.tokens), (state.seconds, self.seconds)]
        return min(1.0, max(done / limit if limit else 1.0 for done, limit in spent if limit is not None))

    def rate_factor(self, progress):
        """What both learning rates are multiplied by: a linear warm-up, then linear decay to 0."""
        rising = progress / self.warmup if self.warmup else 1.0
        return max(min(1.0, rising, (1 - progress) / (1 - self.warmup)), 1e-3)


@dataclass
class State:
    """What a training has done so far; together with weights and optimizers all that a resumed one needs."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    dealt: dict = field(default_factory=lambda: {SHORT_WINDOW: 0, WINDOW: 0})
    best: float = math.inf
    best_step: int | None = None
    history: list = field(default_factory=list)


class Trainer:
    """One training run in one folder."""

    def __init__(
        self,
        model,
        recipe,
        train,
        held_out,
        folder,
        *,
        device,
        bfloat16,
        compiled,
        eval_tokens,
        dtype,
        settings,
    ):
        self.model = model.to(device)
        self.recipe = recipe
        self.folder = folder
        self.settings = settings
        self.held_out = held_out
        self.device = device
        self.bfloat16 = bfloat16
        self.dtype = dtype
        self.eval_tokens = eval_tokens
        self.loss_of = torch.compile(model, dynamic=False) if compiled else model
        self.stream = onto(device, train.tokens)
        self.held_out_stream = onto(device, held_out.tokens)
        if len(held_out.tokens) <= WINDOW:
            had = f"The held-out texts ({', '.join(held_out.names[:3])}) have {len(held_out.tokens):,} tokens"
            raise TextError(f"{had}; more than {WINDOW:,} are needed: give longer texts.")
        self.windows = {
            length: Windows(len(train.tokens), length, recipe.seed) for length in (SHORT_WINDOW, WINDOW)
        }
        # Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/) makes the update of each
        # matrix orthogonal; embeddings, biases and norms do not map activations to activations and stay with
        # AdamW.
        self.muon = torch.optim.Muon(
            model.block_matrices(), lr=recipe.matrix_rate, weight_decay=recipe.weight_decay
        )
        self.adamw = torch.optim.AdamW(
            model.other_parameters(),
            lr=recipe.rate,
            betas=(0.9, 0.95),
            weight_decay=0.0,
            fused=device.type == "cuda",
        )
        self.state = State()
        # of the steps since the last evaluation, on the device: reading each would make it wait
        self.losses = []
        self.interrupted = False

    def _set_rates(self, factor):
        for optimizer, rate in ((self.muon, self.recipe.matrix_rate), (self.adamw, self.recipe.rate)):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor

    def _autocast(self, bfloat16=None):
        return torch.autocast(
            self.device.type, torch.bfloat16, enabled=self.bfloat16 if bfloat16 is None else bfloat16
        )

    def _batch(self, progress):
        length = WINDOW if progress >= 1 - self.recipe.full_window_share else SHORT_WINDOW
        count = self.recipe.windows(length)
        starts = self.windows[length].starts(self.state.dealt[length], count)
        offsets = np.zeros(count, np.int64)
        if length == SHORT_WINDOW:
            offsets = random_offsets(count, self.recipe.seed, self.state.step)
        self.state.dealt[length] += count
        self.state.tokens += count * length
        return self._on_device(starts, offsets, length)

    def _on_device(self, starts, offsets, length):
        inputs, targets = windows_at(self.stream, torch.from_numpy(starts).to(self.device), length)
        positions = torch.from_numpy(offsets).to(self.device)[:, None] + torch.arange(
            length, device=self.device
        )
        return inputs, targets, positions

    def _step(self):
        progress = self.recipe.progress(self.state)
        self._set_rates(self.recipe.rate_factor(progress))
        inputs, targets, positions = self._batch(progress)
        with self._autocast():
            loss = self.loss_of(inputs, targets, positions)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in (self.muon, self.adamw):
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.state.step += 1
        return loss.detach()

    def warm_up(self):
        """Compile for both lengths of window before the clock starts; no weight moves."""
        for length in (SHORT_WINDOW, WINDOW):
            zeros = np.zeros(self.recipe.windows(length), np.int64)
            with self._autocast():
                self.loss_of(*self._on_device(zeros, zeros, length)).backward()
            self.model.zero_grad(set_to_none=True)

    def train(self, eval_every):
        """Train until the budget is spent; every ``eval_every`` steps evaluate, keep the best and save the
        state.

        Raises
        ------
        KeyboardInterrupt
            On Ctrl-C or a request to end, after the step under way, with the state saved.
        """
        begun = time.monotonic()
        before = self.state.seconds
        with self._bar() as bar, self._interrupts_wait():
            while self.recipe.progress(self.state) < 1:
                self.losses.append(self._step())
                if self.state.step % 20 == 0:
                    # Reading a loss waits for the device, so the clock counts what was done and not what was
                    # queued.
                    bar.set_postfix(loss=f"{self.losses[-1].item():.3f}")
                self.state.seconds = before + time.monotonic() - begun
                if self.state.step % eval_every == 0 or self.recipe.progress(self.state) >= 1:
                    self._report()
                    self.state.seconds = before + time.monotonic() - begun
                    self.save()
                bar.update(round(100 * self.recipe.progress(self.state), 1) - bar.n)
                if self.interrupted:
                    self.save()
                    raise KeyboardInterrupt

    def _bar(self):
        done = round(100 * self.recipe.progress(self.state), 1)
        return tqdm(
            total=100, initial=done, bar_format="{l_bar}{bar}| {elapsed}{postfix}", disable=None, leave=False
        )

    @contextmanager
    def _interrupts_wait(self):
        # A step that is cut in two (one optimizer moved, the other not) could not be resumed.
        def wait(number, frame):
            self.interrupted = True

        before = {number: signal.signal(number, wait) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _report(self):
        train_loss = torch.stack(self.losses).mean().item()
        self.losses = []
        if not math.isfinite(train_loss):
            where = f"The loss at step {self.state.step} is not finite"
            raise DivergenceError(f"{where}; take a new --out with a lower --matrix-rate or --rate.")
        figures = {length: self.evaluate(length, self.eval_tokens) for length in (WINDOW, SHORT_WINDOW)}
        full = figures[WINDOW]["nats"]
        short = figures[SHORT_WINDOW]["nats"]
        row = {"step": self.state.step, "tokens": self.state.tokens, "seconds": round(self.state.seconds, 1)}
        self.state.history.append(row | {"loss": train_loss, "held_out_1024": full, "held_out_256": short})
        tqdm.write(
            f"step {row['step']:6,}  {row['tokens'] / 1e6:9.2f}M tokens  {row['seconds']:7.0f} s  loss"
            f" {train_loss:.3f}  held out {full:.3f} (windows of 1,024), {short:.3f} (of 256)"
        )
        if full < self.state.best:
            self.state.best = full
            self.state.best_step = self.state.step
            write_weights(self.folder / "weights.npz", to_simple(self.model.state_dict(), self.dtype))

    @torch.no_grad()
    def evaluate(self, length, tokens=None, bfloat16=None):
        """Held-out loss in windows of ``length``, end to end, each begun with an empty context at position 0.

        ``tokens`` limits it to about so many, spread over the held-out texts; ``bfloat16`` is as in training
        unless told.

        Returns
        -------
        dict
            ``nats`` a token, ``perplexity``, ``bits_per_byte`` and the number of ``tokens`` that were
            predicted.
        """
        self.model.eval()
        starts = torch.from_numpy(evenly_spaced(self.held_out, length, tokens)).to(self.device)
        positions = torch.arange(length, device=self.device)[None]
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        for some in starts.split(max(1, (8 if self.device.type == "cpu" else 64) * WINDOW // length)):
            inputs, targets = windows_at(self.held_out_stream, some, length)
            with self._autocast(bfloat16):
                total += self.model(inputs, targets, positions, reduction="sum").double()
        self.model.train()
        predicted = len(starts) * length
        nats = total.item() / predicted
        bits_per_byte = nats / math.log(2) / self.held_out.bytes_per_token
        return {
            "nats": nats,
            "perplexity": math.exp(min(nats, 700)),
            "bits_per_byte": bits_per_byte,
            "tokens": predicted,
        }

    def save(self):
        """Write all that a resumed training needs, atomically."""
        stored = {
            "settings": self.settings,
            "state": asdict(self.state),
            "losses": [loss.item() for loss in self.losses],
            "model": self.model.state_dict(),
            "muon": self.muon.state_dict(),
            "adamw": self.adamw.state_dict(),
            "random": torch.get_rng_state(),  # dropout's
            "random_cuda": torch.cuda.get_rng_state_all() if self.device.type == "cuda" else [],
        }
        with replace_file(self.folder / "state.pt") as file:
            torch.save(stored, file)

    def resume(self, stored):
        """Go on from what `save` wrote."""
        self.state = State(**stored["state"])
        self.losses = [torch.tensor(loss, device=self.device) for loss in stored["losses"]]
        self.model.load_state_dict(stored["model"])
        self.muon.load_state_dict(stored["muon"])
        self.adamw.load_state_dict(stored["adamw"])
        torch.set_rng_state(stored["random"])
        if stored["random_cuda"] and self.device.type == "cuda":
            torch.cuda.set_rng_state_all(stored["random_cuda"])
