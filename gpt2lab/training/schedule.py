"""How the learning rate moves in the course of a call of `finetune`."""

import math

DECAYS = ("cosine", "linear", "constant")
# Where half a cosine ends: a tenth of the rate, as Hoffmann et al. 2022 (appendix B) found best and nanoGPT
# does.
COSINE_END = 0.1


def learning_rate_at(step, start, target, learning_rate, warmup_steps=0, decay="constant"):
    """The learning rate of one step, a pure function: a run that was killed goes on with the rates that it
    would have had.

    Parameters
    ----------
    step : int
        From ``start + 1``, the first step of the call, to ``target``, its last.
    start, target : int
        The step before the call's first, and its last.
    learning_rate : float
        The highest rate.
    warmup_steps : int, default 0
        Steps below that rate at the beginning of the call, below ``target - start``; the k-th has ``k /
        (warmup_steps + 1)`` of it.
    decay : {"constant", "linear", "cosine"}, default "constant"
        Where the rate is on its way to after that: nowhere, evenly to 0, or along half a cosine to a tenth.
        It would arrive one step after the last, for a step of rate 0 would be wasted.

    Returns
    -------
    float

    References
    ----------
    Goyal et al. 2017, Accurate, large minibatch SGD (warm-up); Loshchilov and Hutter 2017, SGDR (cosine). The
    same as nanoGPT's and, for "linear", transformers' ``get_linear_schedule_with_warmup`` but for its first
    step, whose rate is 0.
    """
    gone = step - start - 1
    total = target - start
    if gone < warmup_steps:
        return learning_rate * (gone + 1) / (warmup_steps + 1)
    way = (gone - warmup_steps) / (total - warmup_steps)
    if decay == "linear":
        return learning_rate * (1 - way)
    if decay == "cosine":
        return learning_rate * (COSINE_END + (1 - COSINE_END) * (1 + math.cos(math.pi * way)) / 2)
    return learning_rate
