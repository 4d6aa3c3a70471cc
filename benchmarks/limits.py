"""How long a piece of work must take at least on a machine with the measured limits: its arithmetic, or the
reading of its weights.
"""

from gpt2lab.pretrained.catalog import find_card

# Weights that fit into the caches are not read from memory at each token.
TOO_LARGE_FOR_CACHES = 64e6
BYTES = {"float32": 4, "bfloat16": 2}


def weights_read(model):
    """Weights that take part in each token: all but the table of positions."""
    shape = find_card(model)
    return shape.parameters - shape.n_ctx * shape.n_embd


def window_flops(model, tokens, positions=None):
    """Of a forward pass over a window: a multiplication and an addition for each weight, and for each earlier
    position twice in each layer.

    Parameters
    ----------
    model : str
    tokens : int
    positions : float, optional
        Positions that a token sees on average; half a window if None.
    """
    shape = find_card(model)
    seen = (tokens + 1) / 2 if positions is None else positions
    return tokens * (2 * weights_read(model) + 4 * shape.n_layer * shape.n_embd * seen)


def floor(row, machine, prompt_tokens=6):
    """Seconds that a row takes at least, and what sets them.

    Parameters
    ----------
    row : work.Row
    machine : dict
        From `machine.best`.

    Returns
    -------
    (float, str) or None
        None where no limit is known.
    """
    settings = row.settings
    precision = settings.get("precision", "float32")
    speed = machine.get(precision)
    reading = machine.get("read")
    size = BYTES[precision]
    if not speed or not reading:
        return None
    if row.task == "generate" and not row.key.startswith("first"):
        samples = settings["samples"]
        length = settings["length"]
        flops = samples * window_flops(row.model, length, prompt_tokens + length / 2)
        read = length * size * weights_read(row.model)
    elif row.task == "score":
        tokens = settings["tokens"]
        stride = settings["stride"]
        window = find_card(row.model).n_ctx
        flops = tokens / (stride or window - 1) * window_flops(row.model, window)
        read = 0
    elif row.task == "train_step":
        # The way back takes twice the forward pass; what is recomputed, a forward pass more.
        passes = 4 if settings.get("recompute") else 3
        flops = passes * settings["batch_size"] * window_flops(row.model, find_card(row.model).n_ctx)
        read = 0
    else:
        return None
    times = {"arithmetic": flops / speed}
    if size * weights_read(row.model) > TOO_LARGE_FOR_CACHES:
        times["reading weights"] = read / reading
    what = max(times, key=times.get)
    return times[what], what
