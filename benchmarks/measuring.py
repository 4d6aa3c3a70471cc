"""Rounds: the contestants take turns, so that what disturbs the machine disturbs all of them."""

import math
import statistics

from benchmarks import limits, machine
from benchmarks.contestants import PEERS
from benchmarks.models import model_folder, text_file
from benchmarks.processes import measure

COMPARED = ("log_probabilities", "nats_per_token", "loss")


def order_of(row, name, choice, cache):
    """The work order of a contestant; the text to score is a file."""
    settings = {**row.settings, **choice}
    warm_up = row.warm_up
    if row.task == "score":
        settings["text_file"] = str(text_file(row.model, settings.pop("tokens"), cache).resolve())
    if row.task == "generate" and name != "gpt-2-simple":
        settings.pop("built", None)
    return {
        "contestant": name,
        "folder": str(model_folder(row.model, cache).resolve()),
        "task": row.task,
        "settings": settings,
        "warm_up": warm_up,
        "repetitions": row.repetitions,
        "needs_bytes": row.needs_bytes.get(name, 0),
    }


TRIAL_LENGTH = 40  # tokens a sample: enough to tell batch sizes apart


def choose(row, name, candidates, cache, say, chosen):
    """The fastest of several settings of a contestant, each tried once on as many samples as it takes at
    once.

    ``chosen`` remembers it for rows of the same kind of work with the same model.
    """
    if len(candidates) == 1:
        return candidates[0]
    kind = (name, row.model, row.task, repr(candidates))
    if kind not in chosen:
        chosen[kind] = _fastest(row, name, candidates, cache, say)
    return chosen[kind]


def _fastest(row, name, candidates, cache, say):
    times = {}
    for number, candidate in enumerate(candidates):
        order = order_of(row, name, candidate, cache)
        order["repetitions"], share = 1, 1.0
        if "batch_size" in candidate and row.task == "generate":
            order["settings"] |= {
                "samples": candidate["batch_size"],
                "length": min(TRIAL_LENGTH, row.settings["length"]),
            }
            share = row.settings["samples"] / candidate["batch_size"]
            if name == "gpt-2-simple":
                order["settings"]["built"], order["warm_up"] = True, None
        if row.task == "score":
            order["settings"]["characters"] = 40_000
        result = measure(order)
        if "seconds" in result:
            times[number] = share * result["seconds"][0]
            say(f"  trial {name} {candidate}: {times[number]:.3g} s")
        else:
            say(f"  trial {name} {candidate}: {result['unavailable']}")
    return candidates[min(times, key=times.get)] if times else candidates[0]


def measure_row(row, rounds, cache, say, contestants=PEERS, chosen=None):
    """All rounds of one row.

    Parameters
    ----------
    row : work.Row
    rounds : int
    cache : Path
        Where the models are.
    say : callable
        Given a line for whoever waits.
    contestants : collection of str
    chosen : dict or None
        What `choose` found in earlier rows; with None nothing is tried and each contestant's first settings
        are taken.

    Returns
    -------
    dict
        ``contestants`` (name to figures), ``agreement``.
    """
    taking_part = [name for name in row.contestants if name in contestants]
    choices = {
        name: (
            row.contestants[name][0]
            if chosen is None
            else choose(row, name, row.contestants[name], cache, say, chosen)
        )
        for name in taking_part
    }
    results = {name: [] for name in taking_part}
    for number in range(min(rounds, row.rounds or rounds)):
        for name in taking_part if number % 2 == 0 else reversed(taking_part):
            if results[name] and "seconds" not in results[name][-1]:
                continue  # what is not to be had in one round is not in the next
            result = measure(order_of(row, name, choices[name], cache))
            results[name].append(result)
            if "seconds" in result:
                say(
                    f"  round {number + 1} {name}: {statistics.median(result['seconds']):.4g} s,"
                    f" {result['peak_bytes'] / 1e9:.2f} GB"
                )
            else:
                say(f"  {name}: {result['unavailable']}")
    figures = {name: summary(results[name], choices[name]) for name in taking_part}
    for name, reason in row.absent.items():
        figures[name] = {"unavailable": reason}
    answers = {name: each[0]["answer"] for name, each in results.items() if each and "answer" in each[0]}
    return {"contestants": figures, "agreement": agreement(answers)}


def summary(results, choice):
    """One contestant's figures from its rounds: the median of the rounds, each of which is the median of its
    repetitions.
    """
    done = [result for result in results if "seconds" in result]
    if not done:
        return {"unavailable": results[0]["unavailable"] if results else "not asked"}
    medians = [statistics.median(result["seconds"]) for result in done]
    answer = {key: value for key, value in (done[0]["answer"] or {}).items() if key != "log_probabilities"}
    return {
        "seconds": statistics.median(medians),
        "rounds": medians,
        "peak_bytes": max(result["peak_bytes"] for result in done),
        "settings": choice,
        "answer": answer,
        "versions": done[0]["versions"],
    }


def agreement(answers):
    """How far the peers' numbers are from gpt2lab's at most: relative for losses, in nats for log
    probabilities; None if none are compared.
    """
    ours = answers.get("gpt2lab") or {}
    differences = []
    for name, theirs in answers.items():
        for key in COMPARED:
            if name == "gpt2lab" or key not in ours or key not in (theirs or {}):
                continue
            if key == "log_probabilities":
                differences.append(max(abs(a - b) for a, b in zip(ours[key], theirs[key], strict=True)))
            else:
                differences.append(abs(theirs[key] - ours[key]) / abs(ours[key]))
    return max(differences) if differences else None


def measure_machine(rounds, say):
    """The machine's limits: the best of three libraries in several rounds."""
    results = []
    for _ in range(rounds):
        for task, settings in machine.TASKS:
            for name in machine.LIBRARIES:
                order = {
                    "contestant": name,
                    "folder": "",
                    "task": task,
                    "settings": settings,
                    "warm_up": {},
                    "repetitions": 5,
                }
                results.append((task, settings, measure(order)))
    found = machine.best(results)
    say(
        "  "
        + ", ".join(
            f"{key} {value / 1e9:,.0f} G" + ("B/s" if key == "read" else "FLOP/s")
            for key, value in found.items()
            if value
        )
    )
    return found


def finish(row, measured, limits_of_machine):
    """The row of the results: what was measured, ratios to the peers, and the limit."""
    seconds = {name: figures.get("seconds", math.nan) for name, figures in measured["contestants"].items()}
    ours = seconds.get("gpt2lab", math.nan)
    limit = limits.floor(row, limits_of_machine)
    return {
        **{key: getattr(row, key) for key in ("key", "group", "title", "model", "task", "settings")},
        **measured,
        "times_as_fast_as": {
            name: value / ours for name, value in seconds.items() if name != "gpt2lab" and value / ours > 0
        },
        "limit_seconds": limit and limit[0],
        "limit_by": limit and limit[1],
        "share_of_limit": limit[0] / ours if limit and ours > 0 else None,
    }
