"""Run a worker, and keep it from taking the machine's last memory."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEEP_FREE = 2**30  # bytes; below this a worker is ended before the kernel ends something else
LONGEST = 1200  # seconds


def available_bytes():
    """Memory that a new process can have; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


def measure(order):
    """The result of a work order from a fresh process: a dictionary with ``seconds``, or with
    ``unavailable``, the reason why not.
    """
    free = available_bytes()
    needed = order.get("needs_bytes", 0)
    if free is not None and free < needed + KEEP_FREE:
        return {"unavailable": f"needs about {needed / 1e9:.0f} GB, {free / 1e9:.0f} GB are free"}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=errors,
            cwd=ROOT,
            env=environment(),
        )
        process.stdin.write(json.dumps(order).encode())
        process.stdin.close()
        started = time.monotonic()
        ended = None
        while process.poll() is None:
            free = available_bytes()
            if free is not None and free < KEEP_FREE:
                ended = "the memory of this machine does not suffice"
            elif time.monotonic() - started > LONGEST:
                ended = f"not done after {LONGEST} seconds"
            if ended:
                process.kill()
                process.wait()
                return {"unavailable": ended}
            time.sleep(0.05)
        out.seek(0)
        errors.seek(0)
        try:
            result = json.load(out)
        except ValueError:
            result = {"failed": errors.read().decode(errors="replace")}
        if "failed" in result:
            result["unavailable"] = (
                result["failed"].strip().splitlines()[-1]
                if result["failed"].strip()
                else f"ended with {process.returncode}"
            )
        return result


def environment():
    """This process's environment, with this repository first in the path."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
