"""Losses of long sequences, read in windows that slide."""

import numpy as np

# Tokens scored at once: 4 windows of 1,024 keep two cores busy; more would only take memory.
TOKENS_AT_ONCE = 4096


def sliding(length, window, stride):
    """The windows over a sequence: list of (begin, end, first token to score), each token from the second on
    scored once.

    A window holds ``window`` tokens and moves on by ``stride``; a token is scored in the first window that
    reaches it.
    """
    windows = []
    scored = 1
    for begin in range(0, length, stride):
        end = min(begin + window, length)
        if end > scored:
            windows.append((begin, end, scored))
            scored = end
    return windows


def sequence_losses(losses, sequences, window, stride, progress):
    """Loss of each token but the first of several sequences.

    Parameters
    ----------
    losses : callable
        From tokens [B, T] to the losses of all but the first, [B, T - 1], in nats.
    sequences : list of array of int32, [N]
    window, stride : int
        In tokens, stride below window.
    progress : callable
        Called with the number of tokens scored since the last call.

    Returns
    -------
    list of numpy.ndarray of float32, [N - 1]
    """
    found = [np.zeros(len(sequence) - 1, np.float32) for sequence in sequences]
    todo = [
        (end - begin, number, begin, scored)
        for number, sequence in enumerate(sequences)
        for begin, end, scored in sliding(len(sequence), window, stride)
    ]
    todo.sort(reverse=True)  # equal lengths together, so that little is padded
    while todo:
        longest = todo[0][0]
        count = max(1, TOKENS_AT_ONCE // longest)
        batch = todo[:count]
        todo = todo[count:]
        # what pads a row comes after its tokens and changes none of their losses
        tokens = np.zeros((len(batch), longest), np.int32)
        for row, (length, number, begin, _) in zip(tokens, batch):
            row[:length] = sequences[number][begin : begin + length]
        for row, (length, number, begin, scored) in zip(losses(tokens), batch):
            found[number][scored - 1 : begin + length - 1] = row[scored - begin - 1 : length - 1]
            progress(begin + length - scored)
    return found
