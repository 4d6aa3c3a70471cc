"""TensorFlow's checkpoint files (V2, a "tensor bundle"), read, verified and written without TensorFlow.

``<prefix>.data-00000-of-00001`` holds the raw numbers, one tensor after the other. ``<prefix>.index`` says
what lies where: a LevelDB table from a tensor's name to a ``BundleEntryProto``
(tensorflow/core/protobuf/tensor_bundle.proto), with a checksum for every tensor.

Own code, since the message types are inside of TensorFlow, which takes seconds to start, and LevelDB's
libraries open databases rather than a single table.
"""

import math
import mmap
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt2lab.base.storage import replace_file
from gpt2lab.errors import CheckpointError
from gpt2lab.pretrained.checksum import crc32c, mask
from gpt2lab.pretrained.leveldb_table import encode_table, parse_table
from gpt2lab.pretrained.protobuf_wire import encode_field, encode_fixed32, parse_message, to_signed

# Numbers from tensorflow/core/framework/types.proto. Checkpoints are little-endian.
_DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 4: "u1", 5: "<i2", 6: "i1", 9: "<i8", 10: "?"}
_DTYPES |= {17: "<u2", 19: "<f2", 22: "<u4", 23: "<u8"}
_NUMBERS = {np.dtype(dtype): number for number, dtype in _DTYPES.items()}
_CHUNK = 1 << 24  # bytes checksummed at a time, so that memory stays flat and a bar moves


@dataclass(frozen=True)
class Entry:
    """Where a tensor lies in the data file.

    Attributes
    ----------
    dtype : numpy.dtype
    shape : tuple of int
    offset, size : int
        In bytes.
    crc32c : int
        Masked checksum of its bytes.
    """

    dtype: np.dtype
    shape: tuple[int, ...]
    offset: int
    size: int
    crc32c: int


def index_path(prefix):
    """``<prefix>.index`` as a Path."""
    return Path(f"{prefix}.index")


def data_path(prefix):
    """``<prefix>.data-00000-of-00001`` as a Path."""
    return Path(f"{prefix}.data-00000-of-00001")


def read_entries(prefix):
    """What tensors a checkpoint holds, from its ``.index`` file alone, in the order of their names.

    Parameters
    ----------
    prefix : str or Path
        Path of the checkpoint without an ending, for example ``models/124M/model.ckpt``.

    Returns
    -------
    dict of str to Entry

    Raises
    ------
    CheckpointError
        If the file is missing, damaged or of a kind that GPT-2 never uses (several shards, tensors of text).
    """
    path = index_path(prefix)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _reading_error(path, error) from error
    return parse_entries(content, path)


def parse_entries(content, path):
    """What :func:`read_entries` finds in the bytes of an index file; ``path`` is what an error calls it."""
    try:
        table = parse_table(content)
        header = parse_message(table.pop(b""))
        if header.get(1, [0]) != [1] or header.get(2, [0]) != [0]:
            raise ValueError("it is sharded or big-endian")
        found = {name.decode(): _parse_entry(value) for name, value in table.items()}
    except (ValueError, KeyError, IndexError) as error:
        how = error.args[0] if isinstance(error, ValueError) else "it is not a checkpoint index"
        raise _damage_error(path, how) from error
    return found


def verify(prefix, progress=None):
    """Check both files of a checkpoint down to the last byte.

    Parameters
    ----------
    prefix : str or Path
        Path of the checkpoint without an ending.
    progress : callable, optional
        Called with a number of bytes whenever so many more have been checked.

    Raises
    ------
    CheckpointError
        If a file is missing, short, long or damaged; the message names it.
    """
    verify_data(read_entries(prefix), data_path(prefix), progress)


def verify_data(found, path, progress=None):
    """Check the data file at ``path`` against the entries of its index; see :func:`verify`."""
    expected = max((entry.offset + entry.size for entry in found.values()), default=0)
    try:
        with open(path, "rb") as file:
            length = file.seek(0, 2)
            if length != expected:
                raise _damage_error(path, f"it has {length:,} bytes where its index says {expected:,}")
            for name, entry in found.items():
                file.seek(entry.offset)
                crc = 0
                left = entry.size
                while left:
                    chunk = file.read(min(left, _CHUNK))
                    if not chunk:
                        raise _damage_error(path, f"it ends within {name}")
                    crc = crc32c(chunk, crc)
                    left -= len(chunk)
                    if progress is not None:
                        progress(len(chunk))
                if mask(crc) != entry.crc32c:
                    raise _damage_error(path, f"the checksum of {name} is wrong")
    except CheckpointError:
        raise
    except OSError as error:
        raise _reading_error(path, error) from error


def read(prefix):
    """The tensors of a checkpoint, verified.

    Parameters
    ----------
    prefix : str or Path
        Path of the checkpoint without an ending.

    Returns
    -------
    dict of str to numpy.ndarray
        Read-only arrays that lie in the file (memory-mapped): they take memory only while they are used.

    Raises
    ------
    CheckpointError
        As :func:`verify`.
    """
    found = read_entries(prefix)
    path = data_path(prefix)
    verify_data(found, path)
    try:
        with open(path, "rb") as file:
            # An empty file cannot be mapped.
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.seek(0, 2) else b""
    except OSError as error:
        raise _reading_error(path, error) from error
    tensors = {}
    for name, entry in found.items():
        start = entry.offset if entry.size else 0
        flat = np.frombuffer(content, entry.dtype, math.prod(entry.shape), start)
        tensors[name] = flat.reshape(entry.shape)
    return tensors


def write(prefix, tensors):
    """Write a checkpoint that TensorFlow's ``Saver`` restores.

    Both files are written beside and renamed, the index last: a checkpoint that is seen is whole.

    Parameters
    ----------
    prefix : str or Path
        Path of the checkpoint without an ending; its folder must exist.
    tensors : dict of str to array_like
        By variable name, without ``:0``.

    Raises
    ------
    ValueError
        If a tensor is of a type that a checkpoint of numbers cannot hold.
    StorageError
        If a file could not be written.
    """
    # one shard, little-endian, version 1
    table = {b"": encode_field(1, 1) + encode_field(3, encode_field(1, 1))}
    offset = 0
    with replace_file(data_path(prefix)) as file:
        for name in sorted(tensors, key=str.encode):
            array = np.asarray(tensors[name])
            array = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape)
            if not name or array.dtype not in _NUMBERS:
                raise ValueError(f"tensor {name!r} of type {array.dtype} cannot be written to a checkpoint")
            raw = array.reshape(-1).view(np.uint8).data
            file.write(raw)
            crc = 0
            # the checksum wants a copy, and not one of the largest tensor as a whole
            for begin in range(0, len(raw), _CHUNK):
                crc = crc32c(bytes(raw[begin : begin + _CHUNK]), crc)
            shape = b"".join(encode_field(2, encode_field(1, size)) for size in array.shape)
            value = (
                encode_field(1, _NUMBERS[array.dtype])
                + encode_field(2, shape)
                + encode_field(4, offset)
                + encode_field(5, array.nbytes)
            )
            table[name.encode()] = value + encode_fixed32(6, mask(crc))
            offset += array.nbytes
    with replace_file(index_path(prefix)) as file:
        file.write(encode_table(table))


def empty_meta_graph():
    """The bytes of a ``.meta`` file, which some tools want beside a checkpoint: a ``MetaGraphDef`` with an
    empty graph.

    gpt-2-simple builds its own graph, the file only has to be there and sound.
    """
    # A graph without nodes reads the same at every version, so the versions stay at their lowest.
    return encode_field(1, encode_field(5, "2")) + encode_field(2, encode_field(4, encode_field(1, 1)))


def _parse_entry(value):
    proto = parse_message(value)
    number = proto.get(1, [0])[0]
    if number not in _DTYPES or proto.get(3, [0]) != [0] or 7 in proto:
        raise ValueError("it holds tensors that are not plain numbers in one piece")
    dims = parse_message(proto.get(2, [b""])[0]).get(2, [])
    shape = tuple(to_signed(parse_message(dim).get(1, [0])[0]) for dim in dims)
    offset, size = (to_signed(proto.get(key, [0])[0]) for key in (4, 5))
    entry = Entry(np.dtype(_DTYPES[number]), shape, offset, size, int.from_bytes(proto[6][0], "little"))
    if min((offset, size, *shape)) < 0 or entry.dtype.itemsize * math.prod(shape) != size:
        raise ValueError("a tensor's shape and size do not agree")
    return entry


def _reading_error(path, error):
    if isinstance(error, FileNotFoundError):
        return CheckpointError(
            f"{path} is missing; fetch the model again or restore the checkpoint from a copy."
        )
    return CheckpointError(
        f"{path} cannot be read ({error.strerror or error}); check the disk and the permissions."
    )


def _damage_error(path, how):
    return CheckpointError(
        f"{path} is damaged: {how}; delete it and fetch the model again, or restore it from a copy."
    )
