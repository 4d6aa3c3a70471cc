"""The student's kernel, run by nbval: started in the sandbox, watched while it works, ended when it breaks a limit."""

import collections
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from queue import Empty

import psutil
import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from nbval.kernel import RunningKernel

from gpt2lab.grading import sandbox

LOOK = 0.2  # seconds between two looks at the kernel
LARGEST = 4 << 20  # bytes of one message
START = 60  # seconds that a kernel may take to answer


class KernelGone(Exception):
    """The kernel ended or was ended; the message says why, to the student."""


class WatchedKernel(RunningKernel):
    """A kernel with limits, which raises `KernelGone` where nbval's would wait.

    Parameters
    ----------
    limits : dict
        ``seconds_a_cell``, ``seconds_a_notebook``, ``memory_MB``, ``processes``, ``output_kB``, ``disk_MB``.
    trusted : bool
        Without the sandbox.
    started : float
        `time.monotonic` at which the notebook began.
    """

    def __init__(self, limits, trusted, started):
        self.limits, self.ends = limits, started + limits["seconds_a_notebook"]
        self._waiting, self._ready = collections.deque(), False
        self.begin_cell()
        self.km, self.kc = _started(limits, trusted)
        self.process = psutil.Process(self.km.provisioner.process.pid)
        try:
            self.kc.wait_for_ready(timeout=START)
            self._ensure_iopub_up()
            self._ready = True
        except (RuntimeError, Empty, KernelGone) as error:
            self.stop()
            raise KernelGone("The kernel did not start.") from error

    def begin_cell(self):
        """Count output and time from here."""
        self.printed, self.looked = 0, 0.0
        self.cell_ends = time.monotonic() + self.limits["seconds_a_cell"]

    def get_message(self, stream, timeout=None):
        """As nbval's; a limit that is broken, or the kernel's end, is noticed while waiting."""
        until = time.monotonic() + timeout if timeout is not None and stream == "iopub" else float("inf")
        while True:
            if stream == "iopub" and self._waiting:
                return self._waiting.popleft()
            self._look()
            if stream == "iopub":
                if self._receive(LOOK):
                    continue
            else:
                # What is printed meanwhile is taken in, so that it is counted and nothing is lost.
                while self._receive(0):
                    self._look()
                try:
                    return self.kc.get_shell_msg(timeout=LOOK / 4)
                except Empty:
                    pass
            if time.monotonic() > until:
                if self._ready:
                    raise KernelGone("What your cell printed could not be read: too much at once, or the kernel was disturbed.")
                raise Empty

    def _receive(self, seconds):
        try:
            message = self.kc.get_iopub_msg(timeout=seconds)
        except Empty:
            return False
        except Exception as error:  # a message that is none: the kernel does not speak the protocol any more
            raise KernelGone("Your code disturbed the kernel, so that it could not be used any more.") from error
        if message["msg_type"] in ("stream", "display_data", "execute_result", "error", "update_display_data"):
            self.printed += len(repr(message["content"]))
            if self.printed > self.limits["output_kB"] * 1000:
                raise KernelGone(f"Your cell printed more than {self.limits['output_kB']:,} kB.")
        self._waiting.append(message)
        return True

    def _look(self):
        now = time.monotonic()
        if now < self.looked + LOOK:
            return
        self.looked = now
        if not self.km.provisioner.process or self.km.provisioner.process.poll() is not None:
            raise KernelGone("Your cell ended the kernel: it exited, crashed, or took more memory than there was.")
        if now > self.ends:
            raise KernelGone(f"The notebook took longer than {self.limits['seconds_a_notebook']:g} seconds in all.")
        if now > self.cell_ends:
            raise KernelGone(f"Your cell took longer than {self.limits['seconds_a_cell']:g} seconds.")
        memory, processes = _used(self.process)
        if memory > self.limits["memory_MB"] << 20:
            raise KernelGone(f"Your code took more than {self.limits['memory_MB']:,} MB of memory.")
        if processes > self.limits["processes"]:
            raise KernelGone(f"Your code started more than {self.limits['processes']} processes.")

    def stop(self):
        """End the kernel and all that it started, at once."""
        with_children = _family(self.process) if hasattr(self, "process") else []
        self.kc.stop_channels()
        if hasattr(self, "km"):
            self.km.provisioner.process and self.km.provisioner.process.kill()
            for process in with_children:
                _kill(process)
            self.km.cleanup_resources()
            del self.km


def _started(limits, trusted):
    folder = Path(sandbox.RUNTIME if not trusted else os.environ["TMPDIR"]) / "kernel"
    _empty(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--HistoryManager.enabled=False"]
    if not trusted:
        command = sandbox.inner(command, limits)
    specs = _OneSpec(spec=KernelSpec(argv=command, display_name="sandboxed", language="python", interrupt_mode="message"))
    manager = KernelManager(
        kernel_spec_manager=specs, transport="ipc", ip=str(folder / "k"), connection_file=str(folder / "connection.json")
    )
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    manager.start_kernel(cwd=str(folder) if not trusted else os.environ["TMPDIR"], env=sandbox.environment(), **quiet)
    client = manager.client(context=_context())
    client.start_channels(stdin=False, hb=False)
    return manager, client


class _Context(zmq.Context):
    """One that is left to the end of the process: to terminate it would wait for a socket of a kernel that went."""

    def __del__(self):
        pass


def _context():
    """Sockets that refuse a message larger than `LARGEST`, and hold few of them."""
    context = _Context()
    for option, value in ((zmq.MAXMSGSIZE, LARGEST), (zmq.RCVHWM, 200), (zmq.LINGER, 0)):
        context.setsockopt(option, value)
    return context


class _OneSpec(KernelSpecManager):
    def __init__(self, spec):
        super().__init__()
        self._spec = spec

    def get_kernel_spec(self, _):
        return self._spec


def _family(process):
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _used(process):
    """Bytes and number of the processes of a kernel."""
    memory, family = 0, _family(process)
    for member in family:
        try:
            memory += member.memory_info().rss
        except psutil.Error:
            continue
    return memory, len(family)


def _kill(process):
    try:
        process.kill()
    except psutil.Error:
        pass


def _empty(folder):
    """Delete what an earlier kernel left where pytest and the kernel meet."""

    def open_up(function, path, _):
        for entry in (Path(path).parent, Path(path)):
            try:
                os.chmod(entry, 0o700, follow_symlinks=entry != Path(path) or not entry.is_symlink())
            except (OSError, NotImplementedError):
                pass
        try:
            function(path)
        except OSError:
            pass

    shutil.rmtree(folder, onerror=open_up)
