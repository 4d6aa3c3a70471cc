"""How a run and a report were made: settings, versions, seeds and times."""

import platform
import time
from importlib.metadata import PackageNotFoundError, version

from gpt2lab.base.docstrings import describe_parameters
from gpt2lab.base.version import __version__
from gpt2lab.base.wording import pluralize
from gpt2lab.corpus import Corpus
from gpt2lab.report.blocks import Missing, Table, Words, format_value

# Settings that say where files are or how much is shown, not how the model learns.
_PLACES = """
    run_name model_dir checkpoint_dir print_every restore_from overwrite model_name steps
""".split()
# What a default depends on: the learning rate suits the size, its warm-up the steps.
_DECISIVE = ("model_name", "steps", "decay")
_WAYS = {"cosine": "falls along half a cosine to a tenth", "linear": "falls evenly to 0"}
_PACKAGES = ("tensorflow", "gpt-2-simple", "numpy", "pandas", "matplotlib")


def changed_settings(run):
    """The settings of a run that are not what it would have begun with, with what each does."""
    from gpt2lab.training.settings import Settings

    settings = run.configuration.get("settings")
    if not settings:
        return [
            Missing(
                "the settings of the run",
                "fine-tune with `lab.finetune(…)`, which writes them down; this run has no `run.json`.",
            )
        ]
    decisive = {name: settings[name] for name in _DECISIVE if name in settings}
    defaults = Settings(Corpus(), **decisive).recorded | {"decay": Settings.decay}
    meaning = describe_parameters(Settings)
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
        ("learning rate", describe_schedule(settings)),
        ("seed of training", _value(settings.get("seed", "unknown"))),
        ("seed of samples and draws", _value(writing["seed"])),
        (
            "samples",
            (
                f"{writing['nsamples']} of each model, length {writing['length']}, temperature"
                f" {writing['temperature']:g}, top_k {writing['top_k']}, top_p {writing['top_p']:g}"
                + (f", after {writing['prefix']!r}" if "prefix" in writing else "")
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


def describe_schedule(settings):
    """In words, how the learning rate of a run's last call moved."""
    if "learning_rate" not in settings:
        return "unknown"
    rate = _value(settings["learning_rate"])
    way = _WAYS.get(settings.get("decay"))
    if warmup := settings.get("warmup_steps"):
        return f"rises to {rate} in {pluralize(warmup, 'step')}, then {way or 'stays'}"
    return way.replace("falls", f"falls from {rate}", 1) if way else f"{rate} in every step"


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
