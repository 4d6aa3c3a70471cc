"""Fine-tuned runs that notebooks and tests share: what was trained once is not trained again.

A call of `finetune` that would do what another did gets that one's folder. Only calls that start over, and
that nobody watches or may stop, are served from the shelf; their folder holds what training would have left,
but for the seconds that it took.
"""

import contextlib
import hashlib
import importlib
import json
import os
import shutil
from pathlib import Path

SHELF = "GPT2LAB_TEST_RUNS"  # the variable that names the folder; without it every run is trained
WHERE = ("run_name", "model_dir", "checkpoint_dir", "print_every")  # settings on which nothing hangs
# IPython reads it when a kernel starts, before the first cell and outside of the notebook's names.
CONFIGURATION = """import sys
sys.path.append({support!r})
import kept_runs
sys.path.remove({support!r})
kept_runs.share()
"""


def share():
    """From here on, this process trains only what is not on the shelf."""
    finetuning = importlib.import_module("gpt2lab.training.finetuning")
    lock = importlib.import_module("gpt2lab.base.storage").lock
    train = finetuning.open_loop

    @contextlib.contextmanager
    def open_loop(call):
        shelf = os.environ.get(SHELF)
        if not shelf or not is_alike_everywhere(call):
            with train(call) as loop:
                yield loop
            return
        kept = Path(shelf) / f"{call.settings.model_name}-{key_of(call)}"
        with lock(f"{kept}.lock"):  # who wants the run that another process is training waits for it
            note(shelf, "found" if kept.is_dir() else "trained")
            if kept.is_dir():
                yield Found(call, kept)
                return
            with train(call) as loop:
                yield loop
            if loop.configuration["status"] == "finished":
                beside = shutil.copytree(call.settings.folder, f"{kept}.part", dirs_exist_ok=True)
                os.replace(beside, kept)

    finetuning.open_loop = open_loop


class Found:
    """Stands in for the loop of a call whose run is on the shelf."""

    def __init__(self, call, kept):
        self.call, self.kept = call, kept

    def train(self):
        from gpt2lab.training.run import read_configuration, write_configuration

        folder = self.call.settings.folder
        shutil.rmtree(folder, ignore_errors=True)  # starting over replaces what was there
        shutil.copytree(self.kept, folder)
        status = read_configuration(folder)["status"]
        write_configuration(folder, self.call.configuration() | {"status": status})


def is_alike_everywhere(call):
    """Whether nothing but what `key_of` knows decides what comes of a call."""
    settings = call.settings
    return (
        call.saved_step is None
        and settings.restore_from in ("latest", "fresh", "scratch")
        and settings.callback is None
        and settings.monitor in (None, False)
        # else the step before the first is saved too
        and not (settings.folder / "checkpoint").exists()
    )


def key_of(call):
    """What a run depends on: the package, the pretrained weights, the settings and the texts."""
    settings = {name: value for name, value in call.settings.recorded.items() if name not in WHERE}
    if settings["restore_from"] == "latest":  # there is nothing to go on with
        settings["restore_from"] = "fresh"
    found = hashlib.sha256(json.dumps([settings, call.about], sort_keys=True).encode())
    package = Path(importlib.import_module("gpt2lab").__file__).parent
    for path in sorted(package.rglob("*.py")):
        found.update(str(path.relative_to(package)).encode() + path.read_bytes())
    # it holds a checksum of each tensor
    for path in sorted(Path(call.model_folder).glob("*.index")):
        found.update(path.read_bytes())
    return found.hexdigest()[:32]


def note(shelf, what):
    """Remember that a run was ``"found"`` or ``"trained"``."""
    with open(Path(shelf) / "notes", "a") as notes:
        notes.write(f"{what}\n")


def counts(shelves):
    """How many runs were trained and how many found, by the name of the shelf: dict of dict of int."""
    said = {notes.parent.name: notes.read_text().split() for notes in sorted(Path(shelves).glob("*/notes"))}
    return {
        shelf: {what: words.count(what) for what in ("trained", "found")} for shelf, words in said.items()
    }


def make_shelf(folder):
    """An empty shelf, or the one that another worker has made."""
    profile = folder / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    written = profile / f"{os.getpid()}.part"
    written.write_text(CONFIGURATION.format(support=str(Path(__file__).parent)))
    os.replace(written, profile / "ipython_kernel_config.py")
    return folder


def for_kernels(shelf):
    """The variables with which kernels share what is on a shelf: dict of str."""
    return {SHELF: str(shelf), "IPYTHONDIR": str(shelf / "ipython")}
