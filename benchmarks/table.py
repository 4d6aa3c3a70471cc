"""Results as Markdown."""

import re

from benchmarks.contestants import PEERS
from benchmarks.targets import targets


def markdown(results):
    """The tables of a run: the machine, the measurements, the targets."""
    return (
        "\n\n".join(
            [
                machine_lines(results),
                measurements(results["rows"]),
                target_table(results),
                remarks(results["rows"]),
            ]
        )
        + "\n"
    )


def seconds(value):
    """Three digits, in the unit that reads best."""
    if value is None:
        return "-"
    return (
        f"{value * 1e6:.0f} µs"
        if value < 1e-3
        else f"{value * 1e3:.3g} ms"
        if value < 1
        else f"{value:.3g} s"
    )


def grid(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def machine_lines(results):
    machine = results["machine"]
    about = results["about"]
    rows = [
        (f"matrix product, {precision}", f"{machine[precision] / 1e9:,.0f} GFLOP/s")
        for precision in ("float32", "bfloat16")
        if machine.get(precision)
    ]
    if machine.get("read"):
        rows.append(("reading memory", f"{machine['read'] / 1e9:.1f} GB/s"))
    versions = ", ".join(f"{name} {version}" for name, version in sorted(about["versions"].items()))
    head = (
        f"{about['date']}, {about['cores']} cores ({about['processor']}), {about['memory_gb']:.0f} GB,"
        f" {about['rounds']} rounds; {versions}."
    )
    return head + "\n\n" + grid(["the machine's limits", "best of numpy, TensorFlow and PyTorch"], rows)


def measurements(rows):
    """A line a row: times, ratios (above 1: gpt2lab is faster), peak memory, limit."""
    lines = []
    for row in rows:
        figures = [row["contestants"].get(name, {}) for name in PEERS]
        ratios = [row["times_as_fast_as"].get(name) for name in PEERS[1:]]
        limit = f"{seconds(row['limit_seconds'])} ({row['limit_by']})" if row["limit_seconds"] else "-"
        lines.append(
            [
                row["title"],
                row["model"],
                *(seconds(each.get("seconds")) for each in figures),
                *("-" if ratio is None else f"{ratio:.2f}" for ratio in ratios),
                " / ".join(
                    f"{each['peak_bytes'] / 1e9:.2f}" if "peak_bytes" in each else "-" for each in figures
                ),
                limit,
                f"{row['share_of_limit']:.0%}" if row["share_of_limit"] else "-",
                f"{row['agreement']:.0e}" if row["agreement"] is not None else "-",
            ]
        )
    header = [
        "work",
        "model",
        *PEERS,
        *(f"times as fast as {name}" for name in PEERS[1:]),
        "peak memory, GB (in that order)",
        "limit of the machine",
        "share of it reached by gpt2lab",
        "largest difference of the results",
    ]
    return grid(header, lines)


def target_table(results):
    answer = {True: "yes", False: "**no**", None: "not measured"}
    return grid(
        ["target", "asked", "reached", "met"],
        [
            [each.what, each.asked, each.reached or "-", answer[each.met]]
            for each in targets(results["rows"], results["machine"])
        ],
    )


def remarks(rows):
    """The settings that were chosen, and why a figure is missing: each said once."""
    lines = {}
    for row in rows:
        for name, figures in row["contestants"].items():
            where = f"{row['title']}, {row['model']}"
            if figures.get("settings"):
                chosen = ", ".join(f"{key} {value}" for key, value in figures["settings"].items())
                lines.setdefault(f"{name} at its best: {chosen}", []).append(where)
            if "unavailable" in figures:
                lines.setdefault(f"{name}: {figures['unavailable']}", []).append(where)
    return "\n".join(f"- {line} ({'; '.join(where)})" for line, where in lines.items())


def insert(text, name, content):
    """A document with what stands between ``<!-- begin name -->`` and ``<!-- end name -->`` replaced."""
    begin = f"<!-- begin {name} -->"
    end = f"<!-- end {name} -->"
    if begin not in text or end not in text:
        raise ValueError(f"The document has no place for {name}: add the lines {begin} and {end}.")
    return re.sub(
        f"{re.escape(begin)}.*?{re.escape(end)}",
        lambda _: f"{begin}\n{content.strip()}\n{end}",
        text,
        flags=re.DOTALL,
    )
