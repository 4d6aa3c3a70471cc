"""Which models a notebook uses on this machine. TensorFlow takes seconds to start: it is asked only
where there is a GPU.
"""

import os
import shutil
import subprocess

from gpt2lab.base.arguments import whole_number
from gpt2lab.course import running_times
from gpt2lab.engine.quiet_tensorflow import tensorflow
from gpt2lab.errors import ArgumentError
from gpt2lab.pretrained.catalog import CARDS, find_card

WITH_GPU = ("124M", "355M", "774M")
WITHOUT_GPU = ("3M", "1M", "10M")
# Notebooks that train little and read much: without a GPU they take the best model that answers at once.
READING_ALOUD = ("01", "08")


def model_names(notebook: str | None = None, count: int = 2) -> tuple[str, ...]:
    """Choose the models of a notebook, and print which, and how long the notebook runs where that was
    measured.

    With a GPU they are 124M, 355M and 774M, without one 3M, 1M and 10M, and 10M comes first where a notebook
    mostly generates. The environment variables ``GPT2LAB_MODELS`` (up to three names with commas) and
    ``GPT2LAB_MODEL`` (the first of them) override this.

    Parameters
    ----------
    notebook : str, optional
        Number of the notebook, such as ``"07"``.
    count : int, default 2
        How many sizes the notebook needs, from 1 to 3.

    Returns
    -------
    tuple of str
        The name of the model that the notebook uses, and of other sizes to compare it with.

    Raises
    ------
    ArgumentError
        If an override names no size.
    """
    count = whole_number("count", count, 1, len(WITHOUT_GPU))
    names = _read_environment()
    reason = "set in the environment"
    if names is None:
        found = gpu_found()
        reason = "a GPU was found" if found else "no GPU was found"
        names = list(WITH_GPU if found else without_gpu(notebook))
    names = tuple(_fill_up(names)[:count])
    others = f", and {' and '.join(names[1:])} to compare it with" if names[1:] else ""
    print(f"This notebook uses the model {names[0]}{others} ({reason}).")
    if notebook and (lasting := running_times.describe_running_time(notebook, names[0])):
        print(lasting)
    return names


def without_gpu(notebook=None):
    """The sizes that a notebook takes without a GPU, the one that it uses first."""
    return sorted(WITHOUT_GPU, key=lambda name: name != "10M") if notebook in READING_ALOUD else WITHOUT_GPU


def _read_environment():
    """The names that the environment asks for, or None."""
    several = os.environ.get("GPT2LAB_MODELS", "")
    first = os.environ.get("GPT2LAB_MODEL", "")
    asked = [name.strip() for name in several.split(",") if name.strip()]
    if len(asked) > len(WITHOUT_GPU):
        raise ArgumentError(
            f"GPT2LAB_MODELS={several!r} names {len(asked)} models; give three or fewer, for example"
            f" '{','.join(WITHOUT_GPU)}'."
        )
    if first.strip():
        asked[:1] = [first.strip()]
    return list(dict.fromkeys(find_card(name).name for name in asked)) or None


def _fill_up(names):
    """The names, and after them the smallest of the other sizes that are bundled, as the first is, or are
    not.
    """
    bundled = find_card(names[0]).bundled
    alike = [card.name for card in CARDS.values() if card.bundled == bundled]
    return list(dict.fromkeys([*names, *alike]))


def gpu_found():
    """Whether an NVIDIA GPU is there that this process may use and that TensorFlow can."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0").strip() in ("", "-1"):
        return False
    command = shutil.which("nvidia-smi")
    if command is None:
        return False
    try:
        answer = subprocess.run([command, "-L"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    if answer.returncode or "GPU" not in answer.stdout:
        return False
    # The driver is there; whether TensorFlow was installed with what it needs to use it, only TensorFlow can
    # say.
    return bool(tensorflow().config.list_physical_devices("GPU"))
