"""Which two models a notebook uses on this machine. TensorFlow takes seconds to start: it is asked only
where there is a GPU.
"""

import os
import shutil
import subprocess

from gpt2lab.course import running_times
from gpt2lab.engine.quiet_tensorflow import tensorflow
from gpt2lab.errors import ArgumentError
from gpt2lab.pretrained.catalog import CARDS, find_card

WITH_GPU = ("124M", "355M")
WITHOUT_GPU = ("3M", "1M")


def model_names(notebook: str | None = None) -> tuple[str, str]:
    """Choose the model of a notebook and the one beside it, and print which, and how long the notebook runs
    where that was measured.

    With a GPU they are 124M and 355M, without one 3M and 1M. The environment variables ``GPT2LAB_MODELS``
    (two names with a comma) and ``GPT2LAB_MODEL`` (the first of them) override this.

    Parameters
    ----------
    notebook : str, optional
        Number of the notebook, such as ``"07"``.

    Returns
    -------
    tuple of str
        The name of the model that the notebook uses, and of a second size to compare it with.

    Raises
    ------
    ArgumentError
        If an override names no size.
    """
    names = _read_environment()
    reason = "set in the environment"
    if names is None:
        found = gpu_found()
        names, reason = (WITH_GPU, "a GPU was found") if found else (WITHOUT_GPU, "no GPU was found")
    print(f"This notebook uses the model {names[0]}, and {names[1]} to compare it with ({reason}).")
    if notebook and (lasting := running_times.describe_running_time(notebook, names[0])):
        print(lasting)
    return names


def _read_environment():
    """The two names that the environment asks for, or None."""
    several = os.environ.get("GPT2LAB_MODELS", "")
    first = os.environ.get("GPT2LAB_MODEL", "")
    asked = [name.strip() for name in several.split(",") if name.strip()]
    if len(asked) > 2:
        raise ArgumentError(
            f"GPT2LAB_MODELS={several!r} names {len(asked)} models; give two, for example"
            f" '{','.join(WITHOUT_GPU)}'."
        )
    if first.strip():
        asked[:1] = [first.strip()]
    if not asked:
        return None
    names = [find_card(name).name for name in asked]
    return tuple(names) if len(names) == 2 else (names[0], _partner(names[0]))


def _partner(name):
    """The smallest of the other sizes that are bundled, as this one is, or are not."""
    bundled = find_card(name).bundled
    return next(card.name for card in CARDS.values() if card.bundled == bundled and card.name != name)


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
