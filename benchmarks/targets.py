"""The targets that the engine is built for, and whether a run met them."""

from dataclasses import dataclass

from benchmarks.limits import weights_read


@dataclass(frozen=True)
class Target:
    """A target: what, the figure that is asked for, the one reached, whether that is enough (None: not
    measured).
    """

    what: str
    asked: str
    reached: str
    met: bool | None


def targets(rows, machine):
    """All targets of a run.

    Parameters
    ----------
    rows : list of dict
        From `measuring.finish`.
    machine : dict

    Returns
    -------
    list of Target
    """
    run = Results(rows)
    found = [
        faster(run, "20 tokens after a short prompt, 124M", "generate-20", "124M", {"gpt-2-simple": 4}),
        first_token(run, "124M"),
        faster(run, "tokens a second, one sample, 124M", "generate-100", "124M", {"transformers": 1}),
        near_bandwidth(run, "124M", machine),
        faster(
            run,
            "100 samples of 100 tokens, 124M",
            "generate-many",
            "124M",
            {"gpt-2-simple": 5, "transformers": 1.5},
        ),
        faster(
            run,
            "100 samples of 100 tokens, 3M",
            "generate-many",
            "3M",
            {"gpt-2-simple": 10, "transformers": 5},
        ),
        faster(run, "perplexity of 50,000 tokens, 124M", "score", "124M", {"transformers": 1}),
        faster(run, "perplexity of 50,000 tokens, 3M", "score", "3M", {"transformers": 1}),
        equal(run),
        faster(run, "training step, 124M", "train", "124M", {"gpt-2-simple": 1, "transformers": 1}),
        memory(run, "peak memory of that step", "train", 0.6),
        memory(run, "peak memory of that step, recomputed", "train-recompute", 0.35),
        fits(run, "355M", 10e9),
        *(quick(run, model, 0.020) for model in ("3M", "124M")),
    ]
    return found


class Results:
    """Look-up in the rows of a run."""

    def __init__(self, rows):
        self.rows = {(row["key"], row["model"]): row for row in rows}

    def figure(self, key, model, name, what="seconds"):
        """A figure of a contestant, None if it was not measured."""
        return self.rows.get((key, model), {}).get("contestants", {}).get(name, {}).get(what)


def faster(run, what, key, model, factors):
    """At least so many times as fast as each of the peers."""
    asked = ", ".join(f"{factor:g} x {name}" for name, factor in factors.items())
    ours = run.figure(key, model, "gpt2lab")
    ratios = {
        name: run.figure(key, model, name) / ours for name in factors if ours and run.figure(key, model, name)
    }
    return Target(
        what,
        asked,
        ", ".join(f"{ratio:.2f} x {name}" for name, ratio in ratios.items()),
        all(ratios[name] >= factors[name] for name in factors) if len(ratios) == len(factors) else None,
    )


def first_token(run, model):
    """Against a bare pass of the same prompt through the same network."""
    ratios = {
        name: run.figure(f"first-{name}", model, "gpt2lab") / run.figure(f"forward-{name}", model, "gpt2lab")
        for name in ("short", "long")
        if run.figure(f"first-{name}", model, "gpt2lab") and run.figure(f"forward-{name}", model, "gpt2lab")
    }
    return Target(
        f"first token, {model}",
        "1.5 x a bare forward pass at most",
        ", ".join(f"{v:.2f} x ({k} prompt)" for k, v in ratios.items()),
        max(ratios.values()) <= 1.5 if ratios else None,
    )


def near_bandwidth(run, model, machine):
    """Tokens a second over those that reading all weights once a token allows."""
    ours = run.figure("generate-100", model, "gpt2lab")
    row = run.rows.get(("generate-100", model))
    share = (
        row["settings"]["length"] * 4 * weights_read(model) / machine["read"] / ours
        if ours and machine.get("read")
        else None
    )
    return Target(
        f"tokens a second, one sample, {model}",
        "80 % of reading the weights once a token",
        f"{share:.0%}" if share else "",
        share >= 0.8 if share else None,
    )


def equal(run):
    """Perplexities, and so the losses that they are computed from."""
    found = [
        row["agreement"]
        for row in run.rows.values()
        if row["task"] == "score" and row["agreement"] is not None
    ]
    return Target(
        "perplexity equal to that of the peers",
        "1e-4",
        f"{max(found):.1e}" if found else "",
        max(found) <= 1e-4 if found else None,
    )


def memory(run, what, key, share):
    """Peak memory against that of gpt-2-simple's plain step."""
    ours = run.figure(key, "124M", "gpt2lab", "peak_bytes")
    theirs = run.figure("train", "124M", "gpt-2-simple", "peak_bytes")
    reached = ours / theirs if ours and theirs else None
    return Target(
        f"{what}, 124M",
        f"{share:.0%} of gpt-2-simple's at most",
        f"{reached:.0%}" if reached else "",
        reached <= share if reached else None,
    )


def fits(run, model, limit):
    """Some way of training that takes no more memory."""
    found = {
        key: run.figure(key, model, "gpt2lab", "peak_bytes")
        for key in ("train", "train-recompute", "train-half")
    }
    found = {key: value for key, value in found.items() if value}
    return Target(
        f"{model} trains",
        f"within {limit / 1e9:g} GB",
        ", ".join(f"{value / 1e9:.1f} GB ({key})" for key, value in found.items()),
        min(found.values()) <= limit if found else None,
    )


def quick(run, model, limit):
    """The table of next tokens for a slider."""
    ours = run.figure("next-tokens", model, "gpt2lab")
    return Target(
        f"next tokens after a changed setting, {model}",
        f"under {limit * 1000:g} ms",
        f"{ours * 1000:.1f} ms" if ours else "",
        ours < limit if ours else None,
    )
