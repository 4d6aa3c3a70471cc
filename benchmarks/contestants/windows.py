"""The windows over a text that every contestant scores: gpt2lab's own, for those that have no scoring of
their own.
"""

import numpy as np

from gpt2lab.engine.windows import sliding


def padded_batches(tokens, window, stride, batch_size):
    """Windows of a long text in batches, the longest first.

    Yields
    ------
    batch : array of int32, [B, T]
        Filled up with 0 behind the end of a shorter window.
    scored : array of bool, [B, T - 1]
        Which tokens, from each row's second on, count.
    """
    windows = sorted(sliding(len(tokens), window, stride), key=lambda each: each[0] - each[1])
    for start in range(0, len(windows), batch_size):
        some = windows[start : start + batch_size]
        longest = max(end - begin for begin, end, _ in some)
        batch = np.zeros((len(some), longest), np.int32)
        scored = np.zeros((len(some), longest - 1), bool)
        for row, (begin, end, first) in enumerate(some):
            batch[row, : end - begin] = tokens[begin:end]
            scored[row, first - begin - 1 : end - begin - 1] = True
        yield batch, scored
