"""How a run and a report were made: settings, versions, seeds and times."""

import inspect
import platform
import time
from importlib.metadata import PackageNotFoundError, version

from gpt2lab.base.docstrings import describe_parameters
from gpt2lab.base.version import __version__
from gpt2lab.report.blocks import Missing, Table, Words, format_value

# Settings that say where files are or how much is shown, not how the model learns.
_PLACES = """
    run_name model_dir checkpoint_dir print_every restore_from overwrite model_name steps
""".split()
_PACKAGES = ("tensorflow", "gpt-2-simple", "numpy", "pandas", "matplotlib")


def changed_settings(run):
    """The settings of a run that are not the defaults, with what each does."""
    from gpt2lab.training.finetuning import finetune

    settings = run.configuration.get("settings")
    if not settings:
        return [
            Missing(
                "the settings of the run",
                "fine-tune with `lab.finetune(…)`, which writes them down; this run has no `run.json`.",
            )
        ]
    defaults = {name: parameter.default for name, parameter in inspect.signature(finetune).parameters.items()}
    meaning = describe_parameters(finetune)
    changed = [
        name for name, value in settings.items() if name not in _PLACES and value != defaults.get(name)
    ]
    if not changed:
        return [Words("All settings were the defaults of `lab.finetune`.")]
    rows = tuple(
        (name, _value(settings[name]), _value(defaults[name]), meaning[name].replace("`", ""))
        for name in changed
    )
    return [
        Table(
            "Settings that were not the defaults of lab.finetune, and what each is.",
            ("setting", "value", "default", "what it is"),
            rows,
        )
    ]


def how_it_was_made(found, seconds):
    """Settings, versions, seeds and times: list of blocks."""
    run = found.run
    writing = found.writing
    configuration = run.configuration
    history = run.history
    settings = configuration.get("settings", {})
    trained = history["seconds"].max()
    rows = [
        ("run", run.name),
        ("model", configuration.get("model_name") or found.base_name or "unknown"),
        ("model after fine-tuning", found.tuned_name),
        ("status of the run", configuration.get("status", "written by plain gpt-2-simple")),
        ("fine-tuned on", configuration.get("started", "unknown")),
        ("steps", format_value(history["step"].max(), "{:,.0f}")),
        ("time of training", _time(trained)),
        ("seed of training", _value(settings.get("seed", "unknown"))),
        ("seed of samples and draws", _value(writing["seed"])),
        (
            "samples",
            (
                f"{writing['nsamples']} of each model, length {writing['length']}, temperature"
                f" {writing['temperature']:g}, top_k {writing['top_k']}, top_p {writing['top_p']:g}"
            ),
        ),
    ]
    blocks = [Table("The run and the samples.", ("what", "value"), tuple(rows))]
    if settings:
        blocks.append(
            Table(
                "All settings of the fine-tuning.",
                ("setting", "value"),
                tuple((name, _value(value)) for name, value in settings.items()),
            )
        )
    versions = [
        ("gpt2lab", __version__),
        ("Python", platform.python_version()),
        *((name, _version(name)) for name in _PACKAGES),
        ("system", f"{platform.system()} {platform.machine()}"),
    ]
    if configuration.get("gpt2lab", __version__) != __version__:
        versions.insert(1, ("gpt2lab of the run", configuration["gpt2lab"]))
    blocks.append(Table("Versions.", ("what", "version"), tuple(versions)))
    blocks.append(
        Words(
            f"Made on {time.strftime('%Y-%m-%d')}. Computing its figures and tables took {_time(seconds)};"
            " what an earlier call had measured was not measured again."
        )
    )
    return blocks


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed under this name"


def _value(value):
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _time(seconds):
    if not seconds == seconds:
        return "unknown"
    return (
        f"{seconds:.0f} seconds"
        if seconds < 120
        else f"{seconds / 60:.1f} minutes"
        if seconds < 7200
        else f"{seconds / 3600:.1f} hours"
    )
