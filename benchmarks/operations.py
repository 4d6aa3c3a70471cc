"""Where gpt2lab's time goes: TensorFlow's own trace of every operation, added up by kind."""

import collections
import re
import time

from benchmarks import work
from benchmarks.contestants import contestant
from benchmarks.measuring import order_of
from benchmarks.table import grid, seconds

TASKS = {"generate": "generate-many", "score": "score", "train": "train"}
SHOWN = 12


class Trace:
    """Has every session of the process traced while `on`; the time of an operation is that of its kernel."""

    def __init__(self, tf):
        self.tf = tf
        self.on = False
        self.micros = collections.Counter()
        self.count = collections.Counter()
        self._run = tf.compat.v1.Session.run
        trace = self

        def run(session, fetches, feed_dict=None, options=None, run_metadata=None):
            if not trace.on:
                return trace._run(session, fetches, feed_dict, options, run_metadata)
            metadata = tf.compat.v1.RunMetadata()
            full = tf.compat.v1.RunOptions(trace_level=tf.compat.v1.RunOptions.FULL_TRACE)
            found = trace._run(session, fetches, feed_dict, full, metadata)
            trace.add(metadata)
            return found

        def make_callable(session, fetches, feed_list=None, accept_options=False):
            # A callable of TensorFlow's takes a short cut that a trace does not see.
            return lambda *values: session.run(fetches, dict(zip(feed_list or [], values)))

        tf.compat.v1.Session.run = run
        tf.compat.v1.Session.make_callable = make_callable

    def add(self, metadata):
        for device in metadata.step_stats.dev_stats:
            for node in device.node_stats:
                kind = re.search(r" = (\w+)\(", node.timeline_label)
                kind = kind[1] if kind else node.node_name.split("/")[-1].split(":")[-1]
                self.micros[kind] += node.op_end_rel_micros - node.op_start_rel_micros
                self.count[kind] += 1


def profile_table(task, model, cache):
    """A table of the kinds of operation that take most of the time of a task.

    Parameters
    ----------
    task : {"generate", "score", "train"}
    model : str
    cache : Path

    Returns
    -------
    str
        Markdown.
    """
    row = next(row for row in work.rows() if row.key == TASKS[task] and row.model == model)
    order = order_of(row, "gpt2lab", {}, cache)
    if task == "generate":
        order["settings"]["length"] = 20
    if task == "score":
        order["settings"]["characters"] = 12_000
    from gpt2lab.engine.quiet_tensorflow import tensorflow

    trace = Trace(tensorflow())
    do = getattr(contestant("gpt2lab", order["folder"]), order["task"])(**order["settings"])
    do()
    started = time.perf_counter()
    do()
    untraced = time.perf_counter() - started
    trace.on = True
    do()
    whole = sum(trace.micros.values())
    lines = [
        [kind, f"{micros / whole:.1%}", seconds(micros / 1e6), f"{trace.count[kind]:,}"]
        for kind, micros in trace.micros.most_common(SHOWN)
    ]
    rest = whole - sum(micros for _, micros in trace.micros.most_common(SHOWN))
    lines.append(
        [
            "all others",
            f"{rest / whole:.1%}",
            seconds(rest / 1e6),
            f"{sum(trace.count.values()) - sum(trace.count[line[0]] for line in lines):,}",
        ]
    )
    about = {key: value for key, value in order["settings"].items() if key not in ("text_file", "prompt")}
    return (
        f"gpt2lab, {task} with {model} ({', '.join(f'{key} {value}' for key, value in about.items())}):"
        f" {seconds(untraced)} without the trace. Operations run beside each other, so their times add up to"
        " another sum.\n\n" + grid(["operation", "share", "time", "calls"], lines)
    )
