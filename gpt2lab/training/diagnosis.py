"""What the losses of a fine-tuning run say: too little, enough, by heart, or out of hand."""

import math
from dataclasses import dataclass

import numpy as np

# Steps without which a diagnosis would read the noise of single windows.
FEWEST = 20
# A training loss below this, in nats per token, is near 0: of two tokens the model knows more than one for
# certain.
NEAR_ZERO = 0.5
# Windows and steps differ by chance. A change counts when it is a share of the loss that matters, and this
# many standard errors: more of them where the lowest of many levels is compared, which is low by chance too.
RISE = 0.015  # of ten runs that fit, one ended 0.97 % above its lowest value
RISE_ERRORS = 2
DIVERGED = 0.2
DIVERGED_ERRORS = 4
FALL = 0.03


@dataclass(frozen=True)
class Diagnosis:
    """What a run has learned.

    Attributes
    ----------
    verdict : {"under-fitting", "fitting", "over-fitting", "diverging"}
    best_step : int or None
        Step of the lowest validation loss; None if none was measured.
    gap : float
        Validation loss less training loss at the end, in nats per token (the generalisation gap); NaN without
        validation.
    gap_error : float
        Standard error of the gap: of the mean over the windows of held-out text and of that over the last
        training steps. NaN if there is only one such window, and for histories of gpt2lab 0.1 and of plain
        gpt-2-simple.
    copied : float
        Share of the words that the model wrote at the end which stand word for word in the training text, in
        stretches of eight words or more (see `copied_share`); NaN if it was not measured, as after an
        interruption.
    human_copied : float
        The same share for held-out human text, cut to the same lengths; NaN without validation.
    explanation : str
        Two sentences in plain words.
    """

    verdict: str
    best_step: int | None
    gap: float
    explanation: str
    gap_error: float = math.nan
    copied: float = math.nan
    human_copied: float = math.nan


def diagnose(record, diverged=False):
    """The `Diagnosis` of a table of losses.

    Parameters
    ----------
    record : pandas.DataFrame
        `Run.record` or `Run.history`.
    diverged : bool, default False
        Whether the run ended with a `DivergenceError`.

    Returns
    -------
    Diagnosis

    Notes
    -----
    The first of these that holds:

    - **over-fitting**: the training loss is near 0, below 0.5 nats per token;
    - **under-fitting**: there were fewer than 20 steps;
    - **diverging**: the training loss ends 20 % or more, and four standard errors, above the lowest level
      that it had reached, or above where both losses began (or, before all others, it stopped being a
      number);
    - **over-fitting**: the validation loss ends 1.5 % or more above its lowest value, and two standard errors
      of the difference between the same windows;
    - **under-fitting**: the validation loss (without one, the training loss) still fell by more than 3 % in
      the last quarter of the steps;
    - **fitting**: else.

    A level of the training loss is the mean over a tenth of the steps, at least 10, since single windows vary
    too much.

    With a rate that falls until the end these say the same as with a constant one, but mean less: every loss
    first falls with the rate, as the weights settle, and then flattens, as the steps become small. A run that
    is "fitting" has come to the end of its schedule; whether a longer one would end lower, its own losses
    cannot say. (3M on all speeches, 300 steps of one window at 0.001: 3.59 nats per token at a constant rate,
    3.42 along half a cosine, of which 0.19 between the steps 80 and 160, 0.02 in the last quarter.)
    """
    trained = record.dropna(subset=["loss"])
    if diverged:
        return Diagnosis(
            "diverging",
            _best(record)[0],
            math.nan,
            "The loss or a weight stopped being a finite number: the steps were too large, "
            "the run diverged. Lower the learning rate, for example to a tenth.",
        )
    if trained.empty:
        return Diagnosis(
            "under-fitting", None, math.nan, "Nothing was trained yet. Fine-tune for some steps first."
        )
    return _Reading(record, trained).diagnosis()


def steps_of_level(number):
    """How many of so many steps make a level of the training loss."""
    return max(10, number // 10)


def steps_of_mean(number):
    """Over how many steps a run of so many is averaged where it is shown: as many as a level has; of fewer
    than 20 steps half.
    """
    return min(steps_of_level(number), max(1, number // 2))


def recent_means(losses):
    """The training loss without the jumps of single steps.

    Parameters
    ----------
    losses : pandas.Series
        One a step.

    Returns
    -------
    tuple of (pandas.Series, int)
        The mean of each loss and of those just before it, NaN where there are not so many; and over how many
        steps, see `steps_of_mean`.
    """
    size = steps_of_mean(len(losses))
    return losses.rolling(size).mean(), size


def _best(record):
    """Step and place of the lowest validation loss; (None, None) if none was measured."""
    measured = record["valid_loss"].dropna()
    return (None, None) if measured.empty else (int(record.loc[measured.idxmin(), "step"]), measured.idxmin())


class _Reading:
    """The figures that a verdict is made of."""

    def __init__(self, record, trained):
        self.losses = trained["loss"].to_numpy()
        self.first, self.last = int(trained["step"].iloc[0]), int(trained["step"].iloc[-1])
        self.size = steps_of_level(len(self.losses))
        end = self.losses[-self.size :]
        self.final = end.mean()
        self.final_error = _error(end)
        self.measured = record.dropna(subset=["valid_loss"])
        self.best_step, best = _best(record)
        self.gap = self.gap_error = math.nan
        self.rise = self.lowest = self.end = self.rise_error = math.nan
        if best is not None:
            end = self.measured.iloc[-1]
            lowest = self.measured.loc[best]
            self.gap = float(end["valid_loss"] - self.final)
            self.rise = float(end["valid_loss"] - lowest["valid_loss"])
            self.lowest = float(lowest["valid_loss"])
            self.end = float(end["valid_loss"])
            now, then = (np.array(window_losses(row)) for row in (end, lowest))
            self.gap_error = math.hypot(_error(now), self.final_error)
            if len(now) == len(then):
                self.rise_error = _error(now - then)
        texts = record.dropna(subset=["copied"]) if "copied" in record else record.head(0)
        at_the_end = len(texts) and texts["step"].iloc[-1] == self.last
        self.copied, self.human_copied = (
            float(texts[name].iloc[-1]) if at_the_end else math.nan for name in ("copied", "human_copied")
        )

    def diagnosis(self):
        verdict, seen, advice = self._verdict()
        return Diagnosis(
            verdict,
            self.best_step,
            self.gap,
            f"{seen}{self._copying(verdict)}. {advice}",
            self.gap_error,
            self.copied,
            self.human_copied,
        )

    def _verdict(self):
        if self.final < NEAR_ZERO:
            return (
                "over-fitting",
                (
                    f"The training loss is {self.final:.2f} nats per token, near 0: the model knows the text"
                    " by heart"
                ),
                "Use more text, fewer steps or a lower learning rate.",
            )
        if len(self.losses) < FEWEST:
            steps = f"{len(self.losses)} step{'s are' if len(self.losses) > 1 else ' is'}"
            return (
                "under-fitting",
                f"{steps} too few to tell how the losses go",
                f"Train for at least {FEWEST}.",
            )
        risen = [
            level for level in (self._lowest_level(), self._first_level()) if self._ends_far_above(*level)
        ]
        if risen:
            return (
                "diverging",
                (
                    f"The training loss has risen from {risen[0][0]:.2f} to {self.final:.2f} nats per token:"
                    " the steps are too large, the run diverges"
                ),
                "Lower the learning rate.",
            )
        if self.rise >= RISE * self.lowest and not self.rise < RISE_ERRORS * self.rise_error:
            return (
                "over-fitting",
                (
                    f"The validation loss was lowest at step {self.best_step} and has risen by"
                    f" {self.rise / self.lowest:.0%} since, while the training loss went to {self.final:.2f}"
                ),
                "Take the model of that step with run.load('best').",
            )
        fall = self._late_fall()
        if fall > FALL:
            return (
                "under-fitting",
                (
                    f"The loss was still falling at the end, by {fall:.0%} in the last quarter of the"
                    f" {self.last} steps"
                ),
                "Train for more steps, or raise the learning rate.",
            )
        if self.measured.empty:
            return (
                "fitting",
                f"The training loss has levelled off at {self.final:.2f} nats per token",
                "Without a validation loss nobody can say whether it learned by heart: give valid=….",
            )
        return (
            "fitting",
            f"The validation loss ends at {self.end:.2f} nats per token, at or near its lowest value",
            "What the model learned from the text holds for text that it has not seen.",
        )

    def _lowest_level(self):
        """The lowest mean of as many steps in a row as the end is judged by, and its standard error."""
        levels = np.lib.stride_tricks.sliding_window_view(self.losses, min(self.size, len(self.losses)))
        lowest = levels[levels.mean(axis=1).argmin()]
        return lowest.mean(), _error(lowest)

    def _ends_far_above(self, level, error):
        far = DIVERGED_ERRORS * math.hypot(error, self.final_error)
        return self.final > (1 + DIVERGED) * level and self.final - level > far

    def _first_level(self):
        """The loss before the first step, and its standard error; NaN where no validation loss says it. A
        run may be out of hand before ten steps have made a level.
        """
        if self.measured.empty or self.measured["step"].iloc[0] >= self.first:
            return math.nan, math.nan
        first = self.measured.iloc[0]
        return max(float(first["valid_loss"]), float(self.losses[0])), _error(window_losses(first))

    def _late_fall(self):
        """Share by which the loss fell in the last quarter of the steps."""
        earlier = self.measured.loc[self.measured["step"] <= self.last * 0.75, "valid_loss"]
        if len(self.measured) >= 4 and len(earlier):
            return 1 - self.end / float(earlier.iloc[-1])
        quarter = len(self.losses) // 4
        return 1 - self.losses[-quarter:].mean() / self.losses[-2 * quarter : -quarter].mean()

    def _copying(self, verdict):
        if math.isnan(self.copied) or verdict not in ("fitting", "over-fitting"):
            return ""
        human = (
            ""
            if math.isnan(self.human_copied)
            else f" (of the validation text, which people wrote, {self.human_copied:.0%})"
        )
        return f"; {self.copied:.0%} of what it writes stands word for word in the training text{human}"


def _error(values):
    """Standard error of the mean; NaN for fewer than two values."""
    return float(np.std(values, ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan


def window_losses(row):
    """The losses of which a row's validation loss is the mean, a tuple; empty where they were not measured
    or not recorded.
    """
    losses = row.get("valid_windows", ())
    return losses if isinstance(losses, tuple) else ()
