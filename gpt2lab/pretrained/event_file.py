"""The losses that gpt-2-simple writes for TensorBoard, read without TensorFlow.

An ``events.out.tfevents.*`` file is a row of records (TensorFlow's TFRecord: length, checksum of it, data,
checksum of them), each an ``Event`` (tensorflow/core/util/event.proto). gpt-2-simple logs every step under
the tag ``loss``; a second fine-tuning in the same graph, as in a notebook whose cell is run again, comes out
as ``loss_1``. Own code: TensorBoard would be one more dependency, and starts TensorFlow to read them.
"""

import re
import struct
from pathlib import Path

from gpt2lab.errors import CheckpointError
from gpt2lab.pretrained.checksum import crc32c, mask
from gpt2lab.pretrained.protobuf_wire import parse_message, to_signed


def read_scalars(path_or_folder, tag="loss"):
    """The values logged under a tag.

    Parameters
    ----------
    path_or_folder : str or Path
        One event file, or a run's folder with any number of them, read from the oldest to the newest.
    tag : str, default "loss"
        Also found with the number that TensorFlow appends to a name that is taken (``loss_1``).

    Returns
    -------
    list of tuple
        ``(step, wall_time, value)`` by step; ``wall_time`` in seconds since 1970. Of a step that was logged
        twice (a run that went on from an earlier save) the later value counts. A last record that was cut off
        by a killed run is passed over.

    Raises
    ------
    CheckpointError
        If there is no such file or folder, or a file is damaged before its end.
    """
    place = Path(path_or_folder)
    if not place.exists():
        raise CheckpointError(f"{place} does not exist; give a run's folder, for example checkpoint/run1.")
    # The name goes on with the seconds since 1970 at which the file was started.
    files = sorted(place.glob("events.out.tfevents.*"), key=_start_of) if place.is_dir() else [place]
    wanted = re.compile(rf"{re.escape(tag)}(_\d+)?")
    found = {}
    for file in files:
        for content in _read_records(file):
            for step, wall_time, name, value in _read_event(file, content):
                if wanted.fullmatch(name):
                    found[step] = (step, wall_time, value)
    return [found[step] for step in sorted(found)]


def _start_of(file):
    parts = [int(part) if part.isdigit() else 0 for part in file.name.split(".")[3:]]
    return parts, file.name


def _read_records(file):
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"{file} cannot be read ({error.strerror or error}); check the permissions."
        ) from error
    at = 0
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 8], "little")
        if not _is_sound(content[at : at + 8], content[at + 8 : at + 12]):
            if not any(content[at:]):
                return  # zeros: the machine went down before the last record reached the disk
            raise _damage_error(file, at)
        start = at + 12
        end = at + 12 + size
        if end + 4 > len(content):
            return
        if not _is_sound(content[start:end], content[end : end + 4]):
            raise _damage_error(file, at)
        yield content[start:end]
        at = end + 4


def _is_sound(data, checksum):
    return mask(crc32c(data)) == int.from_bytes(checksum, "little")


def _read_event(file, content):
    """Yield ``step, wall_time, tag, value`` for each scalar of an ``Event``."""
    try:
        event = parse_message(content)
        for summary in event.get(5, []):
            for value in parse_message(summary).get(1, []):
                value = parse_message(value)
                if 2 in value:
                    wall_time = struct.unpack("<d", event[1][0])[0] if 1 in event else 0.0
                    number = struct.unpack("<f", value[2][0])[0]
                    yield to_signed(event.get(2, [0])[0]), wall_time, value[1][0].decode(), number
    except (ValueError, KeyError, AttributeError, TypeError, struct.error) as error:
        raise CheckpointError(
            f"{file} is no TensorBoard event file ({error}); move it out of the run's folder."
        ) from error


def _damage_error(file, at):
    return CheckpointError(
        f"{file} is damaged at byte {at}; move it out of the run's folder: it holds losses, not the model."
    )
