"""What this process could have of the machine: cores; memory of the machine, its container, its GPU, or what
the environment says.
"""

import contextlib
import ctypes.util
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from gpt2lab.errors import ArgumentError

OVERRIDE = "GPT2LAB_MEMORY"
_UNITS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


@dataclass(frozen=True)
class Memory:
    """Memory that this process could have.

    Attributes
    ----------
    bytes : int
    where : str
        "memory", "GPU memory", or the environment variable that says so.
    """

    bytes: int
    where: str


def available_memory(taken=0):
    """The memory that a process like this one could have.

    Parameters
    ----------
    taken : int, default 0
        Up to so many bytes that this process has in memory already count too: they need not be free any more.

    Returns
    -------
    Memory
        What ``GPT2LAB_MEMORY`` says, for example ``8GB``; else what is free on the GPU that TensorFlow would
        use; else what is free on this machine, within the limits of a container (Docker, Colab, Binder).

    Raises
    ------
    ArgumentError
        If ``GPT2LAB_MEMORY`` is no size.
    """
    if os.environ.get(OVERRIDE, "").strip():
        return Memory(parse_bytes(OVERRIDE, os.environ[OVERRIDE]), OVERRIDE)
    on_gpu = gpu_bytes()
    if on_gpu is not None:
        return Memory(on_gpu, "GPU memory")
    import psutil

    free = min([psutil.virtual_memory().available, *container_bytes()])
    return Memory(max(0, free) + min(taken, psutil.Process().memory_info().rss), "memory")


def parse_bytes(name, text):
    """Bytes of a size in words: ``8GB`` and ``8G`` are 8·10⁹, ``8GiB`` is 8·2³⁰.

    Raises
    ------
    ArgumentError
        If it is none.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B?\s*", str(text).upper())
    if not found or float(found[1]) == 0 or (found[3] and not found[2]):
        raise ArgumentError(
            f"{name}={text!r} is no size; give a number with a unit, for example '8GB' or '500MB'."
        )
    return int(float(found[1]) * (1024 if found[3] else 1000) ** _UNITS[found[2]])


def container_bytes(groups="/proc/self/cgroup", root="/sys/fs/cgroup"):
    """What each limit of the control groups around this process leaves: list of int, empty outside Linux.

    Parameters
    ----------
    groups : str or Path
        The file that names the process's groups.
    root : str or Path
        Where the groups are mounted, version 2 or 1.
    """
    try:
        lines = Path(groups).read_text().splitlines()
    except OSError:
        return []
    left = []
    for line in lines:
        number, controllers, path = line.split(":", 2)
        if number == "0" and not controllers:
            top = Path(root)
            names = ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            top = Path(root) / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        # Each group is limited by those above it too. In a container the path may be the host's, and the
        # container's own limit is at the top.
        folder = top / path.strip("/")
        while folder != top:
            left.append(_bytes_left(folder, *names))
            folder = folder.parent
        left.append(_bytes_left(top, *names))
    return [free for free in left if free is not None]


def _bytes_left(folder, limit, used, reclaimable):
    """Bytes that one control group may still take; None if it has no limit."""
    try:
        most = int((folder / limit).read_text())  # the word "max" stands for none
        taken = int((folder / used).read_text())
        # Files read lately count as used but make room for whoever asks.
        files = re.search(rf"^{reclaimable} (\d+)$", (folder / "memory.stat").read_text(), re.MULTILINE)
    except (OSError, ValueError):
        return None
    return max(0, most - taken + int(files[1] if files else 0))


def gpu_bytes():
    """Bytes free on the NVIDIA GPU that TensorFlow would use, None if it would use none; TensorFlow is not
    started to ask it.
    """
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    command = shutil.which("nvidia-smi")
    if command is None or visible in ("", "-1") or not _tensorflow_finds_gpus():
        return None
    question = [command, "--query-gpu=index,uuid,memory.free", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(question, capture_output=True, text=True, timeout=20)
        rows = [line.split(", ") for line in answer.stdout.splitlines()] if answer.returncode == 0 else []
        mebibytes = {name: int(free) for index, uuid, free in rows for name in (index, uuid)}
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    for name, free in mebibytes.items():
        if name == visible or (name.startswith("GPU-") and name.startswith(visible)):
            return free * 2**20
    return None


def _tensorflow_finds_gpus():
    if "tensorflow" in sys.modules:
        return bool(sys.modules["tensorflow"].config.list_physical_devices("GPU"))
    # With the driver alone TensorFlow stays on the CPU; it also needs this library, from the system or from
    # PyPI.
    with contextlib.suppress(ModuleNotFoundError):
        if importlib.util.find_spec("nvidia.cudnn") is not None:
            return True
    return ctypes.util.find_library("cudnn") is not None


def peak_bytes():
    """The most memory that this process has held at any moment so far, in bytes; None where the system does
    not say.

    On Linux it is that since the process's program began; what a process was started from does not count.
    """
    with contextlib.suppress(OSError, TypeError):  # no Linux
        status = Path("/proc/self/status").read_text()
        return 1024 * int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1])
    import psutil

    peak = getattr(psutil.Process().memory_info(), "peak_wset", None)  # Windows
    if peak is None and sys.platform == "darwin":
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak


def cores():
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
