"""``python -m benchmarks``: measure, and write the table."""

import datetime
import json
import os
import platform
import time
from pathlib import Path

import click

from benchmarks import work
from benchmarks.contestants import PEERS
from benchmarks.measuring import finish, measure_machine, measure_row
from benchmarks.table import insert, markdown
from gpt2lab.base.storage import make_folder, write_bytes

HERE = Path(__file__).parent


def several(context, parameter, value):
    return [each for each in value.split(",") if each] if value else []


@click.group(invoke_without_command=True)
@click.option(
    "--only",
    callback=several,
    help=f"Groups or keys of rows, by commas; groups are {', '.join(work.GROUPS)}.",
)
@click.option("--models", callback=several, help="Sizes, by commas, for example 3M,124M.")
@click.option("--contestants", callback=several, default=",".join(PEERS), show_default=True)
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1))
@click.option("--quick", is_flag=True, help="Little work and no trials: shows that all runs, not how fast.")
@click.option(
    "--no-trials",
    is_flag=True,
    help="Take each contestant's first settings instead of trying which are fastest.",
)
@click.option("--no-machine", is_flag=True, help="Do not measure the machine's limits.")
@click.option(
    "--cache",
    default=HERE / ".cache",
    type=click.Path(path_type=Path),
    help="Where the models are written once.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for results.json and results.md; a whole run writes beside this program.",
)
@click.pass_context
def main(context, only, models, contestants, rounds, quick, no_trials, no_machine, cache, out):
    """Measure gpt2lab, gpt-2-simple and transformers in turn on the same work, and write a table."""
    if context.invoked_subcommand:
        return
    unknown = set(contestants) - set(PEERS)
    if unknown:
        raise click.BadParameter(
            f"{', '.join(unknown)} is unknown; there are {', '.join(PEERS)}.", param_hint="--contestants"
        )
    rows = [
        row
        for row in work.rows(quick)
        if (not only or row.group in only or row.key in only) and (not models or row.model in models)
    ]
    if not rows:
        raise click.BadParameter(
            "no row is left; see --help for the groups and sizes.", param_hint="--only or --models"
        )
    whole = not (only or models or quick) and set(contestants) == set(PEERS)
    started = time.monotonic()

    def say(line):
        click.echo(f"{time.monotonic() - started:6.0f} s  {line}")

    machine = {}
    if not no_machine:
        say("the machine's limits")
        machine = measure_machine(1 if quick else 2, say)
    finished = []
    chosen = None if quick or no_trials else {}
    for number, row in enumerate(rows, 1):
        say(f"{number}/{len(rows)} {row.title}, {row.model}")
        measured = measure_row(row, rounds, cache, say, contestants, chosen)
        finished.append(finish(row, measured, machine))
    results = {"about": about(rounds, finished), "machine": machine, "rows": finished}
    click.echo("\n" + markdown(results))
    if out or whole:
        write(results, out or HERE)
    say("done")


@main.command()
@click.option("--out", default=HERE, type=click.Path(path_type=Path))
def table(out):
    """Write the table again from results.json."""
    write(json.loads((out / "results.json").read_text(encoding="utf-8")), out)


@main.command()
@click.option("--task", default="train", type=click.Choice(["generate", "score", "train"]), show_default=True)
@click.option("--model", default="124M", show_default=True)
@click.option("--cache", default=HERE / ".cache", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder of README.md, into which the table is put."
)
def profile(task, model, cache, out):
    """Where the time of gpt2lab goes: the share of each kind of TensorFlow operation."""
    from benchmarks.operations import profile_table

    content = profile_table(task, model, cache)
    click.echo(content)
    if out:
        readme = out / "README.md"
        write_bytes(
            readme, insert(readme.read_text(encoding="utf-8"), f"profile {task} {model}", content).encode()
        )


def write(results, out):
    """results.json, results.md, and the table in README.md where there is one."""
    make_folder(out)
    content = markdown(results)
    write_bytes(out / "results.json", (json.dumps(results, indent=1) + "\n").encode())
    write_bytes(out / "results.md", content.encode())
    readme = out / "README.md"
    if readme.is_file():
        write_bytes(readme, insert(readme.read_text(encoding="utf-8"), "results", content).encode())


def about(rounds, rows):
    """The machine and the versions, without anything that names it."""
    versions = {}
    for row in rows:
        for figures in row["contestants"].values():
            versions |= figures.get("versions", {})
    pages, size = (os.sysconf(name) for name in ("SC_PHYS_PAGES", "SC_PAGE_SIZE"))
    return {
        "date": datetime.date.today().isoformat(),
        "cores": len(os.sched_getaffinity(0)),
        "processor": processor(),
        "memory_gb": pages * size / 1e9,
        "rounds": rounds,
        "versions": versions | {"Python": platform.python_version()},
    }


def processor():
    """What the system says of its processor."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.is_file() else []
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
