"""The command line: a thin face over the library, the same words as options."""

import inspect
import os
import sys
import warnings
from pathlib import Path

import click

import gpt2lab as lab
from gpt2lab.base.docstrings import describe_parameters
from gpt2lab.base.storage import write_bytes
from gpt2lab.demo import demo as run_demo
from gpt2lab.errors import ArgumentError, LabError
from gpt2lab.training.settings import RECORDED, as_corpus

MODEL = ("model_name", "model_dir")
OPENED = ("model_name", "run_name", "checkpoint", "model_dir", "checkpoint_dir", "precision")


class Commands(click.Group):
    """A group whose commands say a user's mistake in one sentence, with exit code 2 and without a
    traceback.
    """

    def invoke(self, ctx):
        for stream in (sys.stdout, sys.stderr):
            # A terminal that does not know a letter of somebody's name shows its number.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except LabError as error:
            mistake = click.ClickException(str(error))
            mistake.exit_code = 2
            raise mistake from error


def options(function, names=None, **defaults):
    """Give a command the parameters of a function as options, with their defaults and their documentation."""
    parameters = inspect.signature(function).parameters
    texts = describe_parameters(function)

    def decorate(command):
        for name in reversed(names or [name for name in parameters if name in texts]):
            default = defaults.get(name, parameters[name].default)
            flag = "--" + name.replace("_", "-")
            about = {"default": default, "show_default": default is not None, "help": texts.get(name, "")}
            if isinstance(default, bool):
                command = click.option(f"{flag}/--no-{flag[2:]}", name, **about)(command)
            else:
                command = click.option(
                    flag,
                    name,
                    type=type(default) if isinstance(default, (int, float)) else TYPES.get(name, str),
                    **about,
                )(command)
        return command

    return decorate


TYPES = {"seed": int, "batch_size": int, "stride": int, "patience": int, "clip_norm": float} | {
    "learning_rate": float,
    "warmup_steps": int,
}


def _load(checkpoint, **opened):
    return lab.load(checkpoint=int(checkpoint) if checkpoint.isdecimal() else checkpoint, **opened)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(lab.__version__)
def main():
    """Fine-tune GPT-2 and measure what it did."""


@main.command()
@options(lab.models, ("model_dir",))
def models(model_dir):
    """List the sizes of GPT-2."""
    table = lab.models(model_dir).reset_index()
    yes_or_no = {name: lambda value: "yes" if value else "no" for name in ("bundled", "on_disk")}
    click.echo(table.to_string(index=False, formatters={"parameters": "{:,}".format, **yes_or_no}))


@main.command()
@options(lab.download, MODEL)
def download(model_name, model_dir):
    """Fetch a pretrained model, or unpack a bundled one."""
    click.echo(lab.download(model_name, model_dir))


@main.command()
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option(
    "--valid",
    type=click.Path(path_type=Path),
    help="File or folder of held-out text, for the validation loss.",
)
@options(lab.finetune, RECORDED)
def finetune(dataset, **settings):
    """Fine-tune a model on DATASET, a text file, a CSV file or a folder of texts."""
    run = lab.finetune(dataset, **settings)
    status = run.configuration["status"]
    if status == "stopped":
        click.echo(
            f"Stopped at step {run.checkpoints[-1]} and saved in {run.folder}. The same command goes on from"
            " there."
        )
    else:
        last = run.history.iloc[-1]
        click.echo(
            f"Step {int(last['step'])}: loss {last['loss']:.2f}, average {last['average_loss']:.2f}. Saved in"
            f" {run.folder}."
        )
        diagnosis = run.diagnosis()
        click.echo(f"Diagnosis: {diagnosis.verdict}. {diagnosis.explanation}")


@main.command()
@options(lab.estimate)
def estimate(**settings):
    """Predict the memory that a fine-tuning or a generation takes."""
    found = lab.estimate(**settings)
    click.echo(found)
    click.echo(found.explanation)


@main.command()
@options(lab.load, OPENED)
@options(
    lab.LanguageModel.generate,
    (
        "prefix",
        "nsamples",
        "length",
        "temperature",
        "top_k",
        "top_p",
        "seed",
        "truncate",
        "include_prefix",
        "batch_size",
    ),
)
def generate(**settings):
    """Write texts, with a pretrained model or a fine-tuning run."""
    opened = {name: settings.pop(name) for name in OPENED}
    with _load(**opened) as lm:
        click.echo(("\n" + "=" * 20 + "\n").join(lm.generate(**settings)))


@main.command()
@click.argument("dataset", type=click.Path(path_type=Path))
@options(lab.load, OPENED)
@options(lab.perplexity, ("stride",))
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="CSV file that a table of the single documents goes to, with all digits.",
)
def perplexity(dataset, stride, output, **opened):
    """Measure how much DATASET, a text file, a CSV file or a folder of texts, surprises a model."""
    corpus = as_corpus("dataset", dataset)
    with _load(**opened) as lm:
        found = lab.perplexity(lm, corpus, stride)
        click.echo(f"{lm.name}: {found}")
    if output:
        write_bytes(output, found.table.to_csv(index=False).encode())


def _numbers(context, option, text):
    """The numbers of ``0.5,1,1.5``, whole ones as int; None if nothing is given."""
    try:
        return text and [
            int(number) if number.strip().isdecimal() else float(number) for number in text.split(",")
        ]
    except ValueError:
        raise ArgumentError(
            f"{option.name}={text!r} is no list of numbers; give them with commas between, for example"
            " 0.5,1,1.5."
        ) from None


@main.command()
@options(lab.load, OPENED)
@click.option(
    "--temperature",
    callback=_numbers,
    help="Temperatures to try, with commas between, for example 0.5,1,1.5.",
)
@click.option(
    "--top-k", callback=_numbers, help="Values of top_k to try, with commas between; 0 cuts nothing."
)
@click.option(
    "--top-p", callback=_numbers, help="Values of top_p to try, with commas between; 0 cuts nothing."
)
@options(lab.sweep, ("nsamples", "length", "seed", "prefix", "reference", "train", "grid", "folder"))
@click.option(
    "--output", type=click.Path(path_type=Path), help="CSV file that the table goes to, with all digits."
)
def sweep(reference, train, output, **settings):
    """Measure samples under several settings of sampling, each parameter varied alone."""
    texts = {
        name: path and as_corpus(name, path) for name, path in (("reference", reference), ("train", train))
    }
    opened = {name: settings.pop(name) for name in OPENED}
    with _load(**opened) as lm:
        table = lab.sweep(lm, **settings, **texts)
    click.echo(table.to_string(index=False, na_rep="", float_format="{:.4g}".format))
    if output:
        write_bytes(output, table.to_csv(index=False).encode())


@main.command()
@click.argument("run_name", metavar="RUN")
@click.option(
    "--valid", type=click.Path(path_type=Path), help="File or folder of held-out text, for the perplexity."
)
@click.option(
    "--test",
    type=click.Path(path_type=Path),
    help="File or folder of other held-out text, for the perplexity and the overlap.",
)
@click.option(
    "--train",
    type=click.Path(path_type=Path),
    help="The text that the run learned from, to say what is copied.",
)
@options(
    lab.report,
    (
        "folder",
        "nsamples",
        "seed",
        "length",
        "temperature",
        "top_k",
        "top_p",
        "prefix",
        "shown",
        "sweep",
        "model_sizes",
        "corpus_sizes",
        "author",
        "title",
        "checkpoint_dir",
        "model_dir",
    ),
)
def report(run_name, **settings):
    """Write a report on RUN, with places for your own words that later calls keep."""
    click.echo(lab.report(run_name, **settings))


@main.command()
@click.argument("names", nargs=-1)
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 if a notebook is not what its source says."
)
@click.option(
    "--execute/--no-execute",
    default=True,
    show_default=True,
    help="Run the solved notebooks and store their outputs.",
)
@click.option(
    "--folder", default="notebooks", show_default=True, help="Where the notebooks and their sources are."
)
@click.option(
    "--times",
    is_flag=True,
    help="Write nothing but how long each notebook runs: all are run from the beginning, with 3M.",
)
@click.option(
    "--table",
    is_flag=True,
    help="Write nothing; print the README's table of the notebooks, with what they ask of a student.",
)
@click.option(
    "--instructor",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=(
        "Write instead the folder that a course keeps private: sources, a secret seed, notebooks for"
        " nbgrader."
    ),
)
@click.option(
    "--release",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=(
        "Write instead what students get: notebooks without answers and a README; zipped if DIR ends in .zip."
    ),
)
def notebooks(names, check, execute, folder, times, table, instructor, release):
    """Build the notebooks NAMES (all if none is given) from notebooks/source."""
    from gpt2lab.course.building.instructor import write_private_folder
    from gpt2lab.course.building.notebooks import build_all, find_sources
    from gpt2lab.course.building.outline import format_table
    from gpt2lab.course.building.release import write_release
    from gpt2lab.course.building.timing import measure_running_times

    if times:
        measure_running_times(find_sources(folder, names), say=click.echo)
        return
    if table:
        click.echo(format_table(find_sources(folder, names)))
        return
    if instructor or release:
        lines = write_private_folder(instructor, folder, names) if instructor else []
        click.echo("\n".join(lines + (write_release(release, folder, names) if release else [])))
        return
    for line in (found := build_all(folder, execute=execute, check=check, names=names)):
        click.echo(line)
    if check and found:
        click.get_current_context().exit(1)


@main.command()
@click.argument("notebook")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--out",
    default="grades",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder for the gradebook, the feedback and the summary.",
)
@click.option(
    "--course",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder with source/ and course.toml; by default instructor if there is one, else notebooks.",
)
@click.option("--workers", default=2, show_default=True, help="Submissions at a time.")
@click.option(
    "--only", metavar="STUDENT", multiple=True, help="Grade this student alone; can be given several times."
)
@click.option(
    "--students-in",
    metavar="FOLDER",
    help="The folder of the students where that cannot be told: . for the top, * for each folder there.",
)
@click.option(
    "--roster",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="CSV list of the class; by default roster.csv in the course's folder, if it is there.",
)
@click.option(
    "--export",
    type=click.Choice(("moodle", "canvas", "nbgrader")),
    multiple=True,
    help="Write a table for this platform, too; can be given several times.",
)
@click.option(
    "--python",
    metavar="PATH",
    help="Grade by another Python that gpt2lab is installed for, if answers need a newer one.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be graded; run and write nothing.")
@click.option(
    "--trust", is_flag=True, help="Run the submissions without a sandbox, with all that you may do."
)
@click.pass_context
def grade(context, notebook, submissions, python, dry_run, **settings):
    """Grade the SUBMISSIONS (a folder or an archive) of NOTEBOOK, for example 03."""
    if python:
        from gpt2lab.grading.other_python import grade_by

        context.exit(grade_by(python, _arguments(context, but="python")))
    from gpt2lab.grading.batch import grade
    from gpt2lab.grading.results.terminal import describe_grades, describe_trial

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("always", category=UserWarning, module="gpt2lab")
            warnings.showwarning = lambda message, *_: click.echo(f"Note: {message}", err=True)
            graded = grade(notebook, submissions, dry_run=dry_run, **settings)
    except KeyboardInterrupt:
        click.echo("Stopped. What was graded is kept: the same command goes on with the rest.", err=True)
        sys.stderr.flush()
        os._exit(130)  # ends the workers' threads, and with them what they started
    click.echo(describe_trial(graded) if dry_run else describe_grades(graded))
    for kind in dict.fromkeys(() if dry_run else settings["export"]):
        click.echo(f"For {kind}: {graded.folder / f'{kind}.csv'}.")


def _arguments(context, but):
    """The command line that gives a command the same arguments, but for one."""
    given = []
    for parameter in context.command.params:
        value = context.params[parameter.name]
        if isinstance(parameter, click.Argument):
            given.append(str(value))
        elif parameter.name != but and value not in (None, False):
            values = [] if value is True else value if parameter.multiple else [value]
            given += [parameter.opts[0]] if value is True else []
            given += [part for each in values for part in (parameter.opts[0], str(each))]
    return given


@main.command("try")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "--course",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder notebooks of the course's repository; by default it is looked for.",
)
@click.option(
    "--page", metavar="FILE", type=click.Path(path_type=Path), help="HTML file for the feedback page."
)
def try_out(notebook, course, page):
    """Grade your own NOTEBOOK on public values, to see before you hand in what the grader will see."""
    tried = lab.grading.try_out(notebook, course, page)
    click.echo(tried)
    if page:
        click.echo(f"\nThe page that you will get looks like {page}.")
    if not tried.arrived:
        click.get_current_context().exit(1)


@main.command()
@options(run_demo, ("out", "model_dir", "seed"))
def demo(out, model_dir, seed):
    """Fine-tune the bundled 10M on speeches and posts and write down what changed (about four minutes)."""
    run_demo(out, model_dir, seed, say=click.echo)
