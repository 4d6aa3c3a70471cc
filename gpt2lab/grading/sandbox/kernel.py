"""The student's kernel, run by nbval: started in the sandbox, watched while it works, ended when it breaks a
limit.
"""

import collections
import itertools
import os
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

from gpt2lab.grading.sandbox import bubblewrap, processes, seccomp

LOOK = 0.2  # seconds between two looks at the kernel
LARGEST = 4 << 20  # bytes of one message
START = 60  # seconds that a kernel may take to answer
PATIENCE = 20  # seconds between a kernel's reply and the last of what its cell printed
FILES = 20_000  # in each of the file systems that a kernel may write to
PROCESSES = 64  # of a kernel
SPARE = 0.03  # of this machine's memory: with less left, every kernel is ended
DISTURBED = "Your code disturbed the kernel, so that it could not be used any more."
ENDED = "Your cell ended the kernel: it exited, crashed, or took more memory than there was."
_starts = itertools.count()


class KernelGone(Exception):
    """The kernel ended or was ended; the message says why, to the student.

    ``timed_out`` says that it was against a limit on time, ``note`` is for the instructor: if there is one,
    it was not the student's doing.
    """

    def __init__(self, reason, timed_out=False, note=""):
        super().__init__(reason)
        self.timed_out = timed_out
        self.note = note


class NoKernel(KernelGone):
    """It could not be started at all."""


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
        self.limits = limits
        self.trusted = trusted
        self.ends = started + limits["seconds_a_notebook"]
        self._waiting = collections.deque()
        self.begin_cell()
        if time.monotonic() > self.ends:
            raise self._too_long()
        self.folder = _meeting_place(trusted)
        self.km, self.kc = _start_kernel(self.folder, limits, trusted)
        # A message larger than `LARGEST` ends the connection, and is the only thing that does while the
        # kernel lives.
        self._cut_off = self.kc.iopub_channel.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        try:
            self._greet()
        except KernelGone as gone:
            self.stop()
            if gone.timed_out:
                raise
            raise NoKernel(
                "The kernel did not start.", note=f"a kernel does not start: {_why(limits, trusted)}"
            ) from gone

    def _greet(self):
        """Ask until the kernel answers on both of its channels; what it publishes before somebody listens is
        lost.
        """
        until = time.monotonic() + START
        while time.monotonic() < until:
            asked = self.kc.kernel_info()
            answered = 0.0
            while time.monotonic() < (answered or until) + LOOK:
                self._look()
                self._receive(LOOK / 10)
                if not answered and self._shell(LOOK / 10, asked):
                    answered = time.monotonic()
                if answered and any(_is_idle(message, asked) for message in self._waiting):
                    self._waiting.clear()
                    return
        raise KernelGone("The kernel did not answer.")

    def begin_cell(self):
        """Count output and time from here."""
        self.printed = 0
        self.looked = 0.0
        self.cell_ends = time.monotonic() + self.limits["seconds_a_cell"]

    def run(self, source):
        """Run code of the instructor's.

        Returns
        -------
        bool
            Whether the kernel says that it ended well; to be believed as long as no code of a student's has
            run there.
        """
        self.begin_cell()
        asked = self.execute_cell_input(source, allow_stdin=False)
        reply = None
        while reply is None:
            reply = self._shell(LOOK / 4, asked)
            self._receive(0)
            self._look()
        self.await_idle(asked, timeout=PATIENCE)
        return reply["content"].get("status") == "ok"

    def get_message(self, stream, timeout=None):
        """As nbval's; a limit that is broken, or the kernel's end, is noticed while waiting."""
        until = time.monotonic() + PATIENCE
        while True:
            if stream == "iopub":
                if self._waiting:
                    return self._waiting.popleft()
                if not self._receive(LOOK) and time.monotonic() > until:
                    raise KernelGone(
                        "What your cell printed could not be read: too much at once, or the kernel was"
                        " disturbed."
                    )
            else:
                # What is printed meanwhile is taken in, so that it is counted and nothing is lost.
                while self._receive(0):
                    self._look()
                if (message := self._shell(LOOK / 4)) is not None:
                    return message
            self._look()

    def _shell(self, seconds, asked=None):
        message = _read(self.kc.get_shell_msg, seconds)
        return message if message and asked in (None, message["parent_header"].get("msg_id")) else None

    def _receive(self, seconds):
        message = _read(self.kc.get_iopub_msg, seconds)
        if message is None:
            return False
        self.printed += sum(
            len(repr(message.get(part))) for part in ("content", "metadata", "parent_header", "msg_type")
        )
        if self.printed > self.limits["output_kB"] * 1000:
            raise KernelGone(f"Your cell printed more than {self.limits['output_kB']:,} kB.")
        self._waiting.append(message)
        return True

    def _look(self):
        now = time.monotonic()
        if now < self.looked + LOOK:
            return
        self.looked = now
        cut_off = self._cut_off.poll(0)
        if not self.is_alive() or (cut_off and self._ended_within(2 * LOOK)):
            raise KernelGone(ENDED)
        if cut_off:
            raise KernelGone("Your cell printed too much at once.")
        if now > self.ends:
            raise self._too_long()
        if now > self.cell_ends:
            raise KernelGone(
                f"Your cell took longer than {self.limits['seconds_a_cell']:g} seconds.", timed_out=True
            )
        family = processes.below()
        # Counted first: what many processes share takes long to find out. The limit of the system counts
        # threads too, of which TensorFlow starts many: so many processes would bring the machine down before.
        most = min(PROCESSES, self.limits["processes"])
        if len(family) > most:
            raise KernelGone(f"Your code started more than {most} processes.")
        allowed = self.limits["memory_MB"] << 20
        if not self.trusted:
            allowed -= processes.buffers(family)
        if processes.memory(family, allowed) > allowed:
            raise KernelGone(f"Your code took more than {self.limits['memory_MB']:,} MB of memory.")
        if not self.trusted and (
            _files(self.folder) > FILES or (family and _files(f"/proc/{family[-1].pid}/root/tmp") > FILES)
        ):
            raise KernelGone(f"Your code made more than {FILES:,} files.")
        machine = psutil.virtual_memory()
        if machine.available < SPARE * machine.total:
            raise KernelGone(
                "The machine ran out of memory.",
                note="this machine ran out of memory meanwhile; grade it again, with fewer workers",
            )

    def _ended_within(self, seconds):
        try:
            self.km.provisioner.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _too_long(self):
        return KernelGone(
            f"The notebook took longer than {self.limits['seconds_a_notebook']:g} seconds in all.",
            timed_out=True,
        )

    def is_alive(self):
        """Whether its process runs."""
        return (
            hasattr(self, "km")
            and self.km.provisioner.process is not None
            and self.km.provisioner.process.poll() is None
        )

    def stop(self):
        """End the kernel and all that it started, at once."""
        if not hasattr(self, "km"):
            return
        self.kc.iopub_channel.socket.disable_monitor()
        self._cut_off.close()
        self.kc.stop_channels()
        processes.end_below()
        if self.km.provisioner.process:
            self.km.provisioner.process.wait()
        self.km.cleanup_resources()
        del self.km


def _meeting_place(trusted):
    """Where the kernel and pytest meet; another for each kernel, since an earlier one may have left anything
    in its own.
    """
    number = next(_starts)
    if not trusted:
        if number >= bubblewrap.KERNELS:
            raise KernelGone("Your code ended the kernel too often.")
        return Path(bubblewrap.RUNTIME, str(number))
    folder = Path(os.environ["TMPDIR"], f"kernel-{number}")
    folder.mkdir(mode=0o700)
    return folder


def _start_kernel(folder, limits, trusted):
    command = [
        sys.executable,
        "-m",
        "ipykernel_launcher",
        "-f",
        "{connection_file}",
        "--HistoryManager.enabled=False",
    ]
    forbidden = None if trusted else seccomp.descriptor()
    command = (
        bubblewrap.limited(command, limits)
        if trusted
        else bubblewrap.inner(command, limits, folder, forbidden)
    )
    specs = _OneSpec(
        spec=KernelSpec(argv=command, display_name="sandboxed", language="python", interrupt_mode="message")
    )
    manager = KernelManager(
        kernel_spec_manager=specs,
        transport="ipc",
        ip=str(folder / "k"),
        connection_file=str(folder / "connection.json"),
    )
    # Only a trusted one sees this folder and this environment.
    how = {
        "cwd": os.environ["TMPDIR"],
        "env": bubblewrap.environment() | {"HOME": os.environ["HOME"], "TMPDIR": os.environ["TMPDIR"]},
    }
    if forbidden is not None:
        how["pass_fds"] = (forbidden,)
    try:
        manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how)
    finally:
        if forbidden is not None:
            os.close(forbidden)
    client = manager.client(context=_context())
    client.start_channels(stdin=False, hb=False)
    return manager, client


def _why(limits, trusted):
    """What a kernel says when it cannot start; asked of another one, which is told nothing else."""
    command = [sys.executable, "-m", "ipykernel_launcher", "--version"]
    command = command if trusted else bubblewrap.inner(command, limits, _meeting_place(trusted))
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=START
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)[:300]
    said = (done.stderr.strip().splitlines() or [f"its program ends with {done.returncode}"])[-1]
    return (
        said[:300]
        if done.returncode
        else f"it gives no answer within {START} seconds, or ends without a word"
    )


class _Context(zmq.Context):
    """One that is left to the end of the process: to terminate it would wait for a socket of a kernel that
    went.
    """

    def __del__(self):
        pass


def _context():
    """Sockets that refuse a message larger than `LARGEST`, and hold few of them."""
    context = _Context()
    for option, value in ((zmq.MAXMSGSIZE, LARGEST), (zmq.RCVHWM, 32), (zmq.LINGER, 0)):
        context.setsockopt(option, value)
    return context


class _OneSpec(KernelSpecManager):
    def __init__(self, spec):
        super().__init__()
        self._spec = spec

    def get_kernel_spec(self, _):
        return self._spec


def _read(receive, seconds):
    """The next message, or None; one that is none says that the kernel does not speak the protocol
    any more.
    """
    try:
        message = receive(timeout=seconds)
    except Empty:
        return None
    except Exception as error:
        raise KernelGone(DISTURBED) from error
    if not (
        isinstance(message.get("parent_header"), dict)
        and isinstance(message.get("content"), dict)
        and isinstance(message.get("msg_type"), str)
    ):
        raise KernelGone(DISTURBED)
    return message


def _is_idle(message, asked):
    return (
        message["msg_type"] == "status"
        and message["parent_header"].get("msg_id") == asked
        and message["content"].get("execution_state") == "idle"
    )


def _files(folder):
    try:
        used = os.statvfs(folder)
    except OSError:
        return 0
    return used.f_files - used.f_ffree
