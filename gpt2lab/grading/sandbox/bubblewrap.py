"""Command lines of bubblewrap: the student's kernel in a sandbox, inside one in which pytest runs.

The outer sandbox keeps what a grading leaves behind (files, processes) together and ends with it; it is
read-only but for small private file systems in memory. The inner one holds the kernel alone: no network, no
user of this machine, no capability, no process but its own, and of the package neither the checks nor the
grader.
"""

import functools
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from gpt2lab.errors import LabError

# Where pytest and kernels meet: in it a small file system for the sockets of each kernel, and nothing else
RUNTIME = "/run/gpt2lab"
KERNELS = 32  # in turn, for one submission
GRADING = "/run/grading"  # what pytest is given
NOBODY = 65534
# Folders of the package that a kernel does not see, and the files in them that it needs nevertheless. What is
# put there later is hidden too: the checks know the right answers.
HIDDEN = {"grading": (), "data/course": (), "course/checks": ("__init__.py", "checking.py", "verdicts.py")}
HIDDEN_FILES = "course/checks_*"  # where the checks were before they had a room
_PACKAGE = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "GPT2LAB_PROGRESS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # Several kernels share the machine.
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"
    ),
}


class SandboxError(LabError, OSError):
    """There is no sandbox on this machine."""


def environment():
    """The environment variables of pytest and of a kernel, in a sandbox or not."""
    outside = not _PACKAGE.is_relative_to(Path(sysconfig.get_path("purelib")).resolve())
    return _ENVIRONMENT | ({"PYTHONPATH": str(_PACKAGE.parent)} if outside else {})


def outer(command, folder, limits, variables=None):
    """The command line that runs ``command`` in the outer sandbox.

    Parameters
    ----------
    command : list of str
    folder : Path
        Seen as `GRADING`, read-only.
    limits : dict
        ``memory_MB``.
    variables : dict of str to str, optional
        The environment, if it is to be another than `environment`.

    Returns
    -------
    list of str
    """
    administrator = os.getuid() == 0
    apart = "--unshare-net --unshare-ipc --unshare-uts --unshare-cgroup-try"
    flags = [_bubblewrap(), *apart.split(), *_CONTAINED]
    # What bubblewrap mounts on /proc for an administrator is covered in part, and then the inner sandbox may
    # not mount its own.
    flags += (
        ["--bind", "/proc", "/proc"]
        if administrator
        else ["--unshare-pid", "--unshare-user", "--proc", "/proc"]
    )
    # Before the rest, which may lie in /tmp and would be covered.
    flags += [*_memory_folder("/tmp", 64), *_system(), *_bind_read_only([folder], at={folder: GRADING})]
    flags += [part for number in range(KERNELS) for part in _memory_folder(f"{RUNTIME}/{number}", 1)]
    flags += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", *_variables(variables)]
    if not (shutil.which("setpriv") and shutil.which("prlimit")):
        raise SandboxError(
            "The sandbox needs the programs setpriv and prlimit; install util-linux, or pass --trust to run"
            " the submissions without a sandbox."
        )
    if not administrator:
        return [*_limit_memory(limits), *flags, "--", *command]
    own_processes = "unshare --pid --fork --kill-child=KILL --mount-proc".split()
    # The administrator becomes nobody, whom limits on processes bind.
    nobody = f"--reuid={NOBODY} --regid={NOBODY} --clear-groups"
    no_rights = "--bounding-set=-all --inh-caps=-all --no-new-privs"
    drop = [shutil.which("setpriv"), *nobody.split(), *no_rights.split()]
    return [*_limit_memory(limits), *own_processes, *flags, "--", *drop, *command]


def inner(command, limits, folder, forbidden=None):
    """The command line that runs a kernel, itself run in the outer sandbox.

    Parameters
    ----------
    command : list of str
    limits : dict
        ``processes`` (and threads), ``disk_MB``, ``memory_MB``.
    folder : Path
        In `RUNTIME`; the only one that both sandboxes see.
    forbidden : int, optional
        File descriptor of `seccomp.program`.

    Returns
    -------
    list of str
    """
    nobody = f"--unshare-all --unshare-user --uid {NOBODY} --gid {NOBODY} --cap-drop ALL --disable-userns"
    flags = ["bwrap", *nobody.split(), *_CONTAINED]
    flags += ["--proc", "/proc", *_memory_folder("/tmp", limits["disk_MB"]), *_system(), *_hide_answers()]
    flags += ["--bind", str(folder), str(folder), *_memory_folder("/dev/shm", 64)]
    flags += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", *_variables()]
    if forbidden is not None:
        flags += ["--seccomp", str(forbidden)]
    # Processes are limited within the sandbox: there its own are counted, outside those of all kernels that
    # run at once.
    return [*limited(flags, limits), "--", "prlimit", f"--nproc={limits['processes']}", "--", *command]


def limited(command, limits):
    """The command line that runs ``command`` with the limits that hold for each process by itself, as far as
    this machine has the program for them.
    """
    if not shutil.which("prlimit"):
        return command
    size = f"--fsize={limits['disk_MB'] << 20}"
    return ending_with_us(
        ["prlimit", f"--data={limits['memory_MB'] << 20}", "--core=0", "--nofile=1024", size, "--", *command]
    )


def ending_with_us(command, signal="KILL"):
    """The command line that runs ``command`` until the thread that starts it ends, however that
    comes about.
    """
    return ["setpriv", f"--pdeathsig={signal}", "--", *command] if shutil.which("setpriv") else command


def check():
    """Refuse if a kernel cannot be run in a sandbox here.

    Raises
    ------
    SandboxError
        With what to install or to allow.
    """
    limits = {"memory_MB": 1024, "processes": 64, "disk_MB": 16}
    try:
        trial = outer(
            inner([sys.executable, "-c", "print('ready')"], limits, Path(RUNTIME, "0")),
            Path(sys.prefix),
            limits,
        )
        done = subprocess.run(trial, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        if isinstance(error, SandboxError):
            raise
        raise SandboxError(
            f"The sandbox cannot be started ({error}); pass --trust to run the submissions without one, with"
            " all that you may do."
        ) from error
    if done.stdout.strip() != "ready":
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SandboxError(
            f"The sandbox does not work here ({said}); bubblewrap must be 0.8 or newer, and this machine must"
            " allow user namespaces within each other (on Ubuntu: sudo sysctl -w"
            " kernel.apparmor_restrict_unprivileged_userns=0), or pass --trust to run the submissions"
            " without one, with all that you may do."
        )


_CONTAINED = ("--die-with-parent", "--new-session", "--clearenv")


def _bubblewrap():
    found = shutil.which("bwrap")
    if not found:
        raise SandboxError(
            "bubblewrap, in which submissions are run, is not installed; install it (Debian, Ubuntu: apt"
            " install bubblewrap; Fedora: dnf install bubblewrap), or pass --trust to run them without a"
            " sandbox, with all that you may do."
        )
    return found


def _limit_memory(limits):
    return ending_with_us([shutil.which("prlimit"), f"--data={limits['memory_MB'] << 20}", "--core=0"])


def _variables(variables=None):
    return [
        part for name, value in (variables or environment()).items() for part in ("--setenv", name, value)
    ]


def _memory_folder(path, megabytes):
    return ["--size", str(megabytes << 20), "--perms", "1777", "--tmpfs", path]


def _system():
    """Flags: the parts of this machine that Python needs, read-only."""
    flags = []
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        path = Path("/", name)
        if path.is_symlink():
            flags += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            flags += ["--ro-bind", str(path), str(path)]
    flags += ["--dev", "/dev", "--perms", "0755", "--dir", "/etc", "--perms", "0755", "--dir", "/run"]
    for path in ("/etc/ld.so.cache", "/etc/ssl/openssl.cnf", "/etc/fonts", "/etc/alternatives"):
        flags += (
            ["--ro-bind-try", path, path]
            if path.count("/") == 2
            else ["--perms", "0755", "--dir", str(Path(path).parent), "--ro-bind-try", path, path]
        )
    return ["--ro-bind", "/usr", "/usr", *flags, *_bind_read_only(_python())]


@functools.cache
def _python():
    """Folders of Python, its packages and this one."""
    folders = [
        Path(sys.prefix),
        Path(sys.base_prefix),
        Path(sys.executable).resolve().parent.parent,
        _PACKAGE,
        _PACKAGE.parent / "data" / "models",
    ]
    folders += _packages()
    kept = []
    for folder in sorted(
        {folder.absolute() for folder in folders if folder.is_dir()}, key=lambda folder: len(folder.parts)
    ):
        if not any(folder.is_relative_to(other) for other in (*kept, Path("/usr"))):
            kept.append(folder)
    return tuple(kept)


def _packages():
    return [
        Path(path).absolute()
        for path in sys.path
        if path and Path(path).name in ("site-packages", "dist-packages")
    ]


def _versions():
    """The folders of this package, and of other versions of it in whatever a kernel sees of Python, each by
    all of its names.
    """
    folders = {*_packages(), *_python()}
    for prefix in (Path("/usr"), Path("/usr/local"), *_python()):
        for pattern in (
            "lib*/python3*/*-packages",
            "envs/*/lib/python3*/*-packages",
        ):  # the latter are conda's
            folders.update(prefix.glob(pattern))
    found = [folder / "gpt2lab" for folder in folders if (folder / "gpt2lab").is_dir()]
    return sorted({_PACKAGE, *found, *(folder.resolve() for folder in found)})


def _bind_read_only(folders, at=None):
    """Flags that bind folders read-only, with the folders above them, which everybody may pass."""
    flags = []
    for folder in folders:
        target = Path((at or {}).get(folder, folder))
        for above in [*reversed(target.parents)][1:]:
            flags += ["--perms", "0755", "--dir", str(above)]
        flags += ["--ro-bind", str(folder), str(target)]
    return flags


def _hide_answers():
    """Flags that hide the checks, which know the right answers, and the grader; of this package, and of
    another version that is installed beside it.
    """
    flags = []
    for package in _versions():
        for secret in sorted(filter(Path.is_file, package.glob(HIDDEN_FILES))):
            flags += ["--ro-bind", "/dev/null", str(secret)]
        needed = {package / folder: names for folder, names in HIDDEN.items()}
        # What is compiled keeps the answers of a file that is gone.
        needed |= dict.fromkeys((package / "course").rglob("__pycache__"), ())
        for folder in sorted(filter(Path.is_dir, needed)):
            if not needed.keys().isdisjoint(folder.parents):
                continue
            flags += ["--size", "4096", "--perms", "0555", "--tmpfs", str(folder)]
            for file in (folder / name for name in needed[folder]):
                flags += ["--ro-bind-try", str(file), str(file)]
            flags += ["--remount-ro", str(folder)]
    return flags
