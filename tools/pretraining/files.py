"""Files that are whole or not there."""

import json
import os
from contextlib import contextmanager


@contextmanager
def replacing(path):
    """A binary file that takes the place of ``path`` when all of it has been written."""
    beside = path.with_name(path.name + ".part")
    try:
        with open(beside, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_json(path, value, indent=None):
    """Write ``value`` as JSON, atomically."""
    with replacing(path) as file:
        file.write(json.dumps(value, indent=indent).encode())
