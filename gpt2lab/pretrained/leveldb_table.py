"""LevelDB's sorted table of keys and values, uncompressed and as small as a checkpoint's index needs it.

https://github.com/google/leveldb/blob/main/doc/table_format.md: blocks of rows, each with a checksum, then an
index of the blocks, then a footer that says where that is.
"""

import struct

import numpy as np

from gpt2lab.pretrained.checksum import crc32c, mask
from gpt2lab.pretrained.protobuf_wire import encode_varint, read_varint

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48  # bytes: two block handles padded to 40, then the magic number


def parse_table(content):
    """Keys and values of a table: dict of bytes to bytes, in the order of the keys.

    Raises
    ------
    ValueError
        If any byte of ``content`` is not as it was written.
    """
    if len(content) < _FOOTER or int.from_bytes(content[-8:], "little") != _MAGIC:
        raise ValueError("its end is missing")
    body = content[:-_FOOTER]
    footer = content[-_FOOTER:-8]
    at = 0
    handle = []
    for _ in range(4):
        value, at = read_varint(footer, at)
        handle.append(value)
    # Numbers can be written in more than one way and the padding is never read: only the one right spelling
    # is sound.
    if b"".join(map(encode_varint, handle)).ljust(40, b"\0") != footer:
        raise ValueError("its end is damaged")
    blocks = [tuple(handle[:2]), tuple(handle[2:])]
    _parse_block(body, *blocks[0])
    found = {}
    for value in _parse_block(body, *blocks[1]).values():
        start, at = read_varint(value)
        size, _ = read_varint(value, at)
        blocks.append((start, size))
        found.update(_parse_block(body, start, size))
    if sum(size + 5 for _, size in blocks) != len(body):
        raise ValueError("its blocks do not fill it")
    return found


def _parse_block(body, start, size):
    block = body[start : start + size]
    trailer = body[start + size : start + size + 5]
    if (
        len(block) != size
        or len(trailer) != 5
        or mask(crc32c(block + trailer[:1])) != int.from_bytes(trailer[1:], "little")
    ):
        raise ValueError("a checksum is wrong")
    if trailer[0]:
        raise ValueError("it is compressed")
    end = size - 4 - 4 * int.from_bytes(block[-4:], "little")
    at = 0
    key = b""
    found = {}
    while at < end:
        shared, at = read_varint(block, at)
        fresh, at = read_varint(block, at)
        length, at = read_varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        found[key] = block[at + fresh : at + fresh + length]
        at += fresh + length
    return found


def encode_table(table):
    """The bytes of a table (dict of bytes to bytes), with one block of data: TensorFlow starts a second one
    at 256 KiB, but reads any size.
    """
    body = b""
    handles = []
    for rows in (table, {}, None):
        if rows is None:
            rows = {max(table): handles[0]}
        # Every row spells out its key and is a point of entry: no row is found through the one before it.
        parts = [
            encode_varint(0) + encode_varint(len(key)) + encode_varint(len(value)) + key + value
            for key, value in sorted(rows.items())
        ]
        starts = np.cumsum([0, *map(len, parts)])[: max(1, len(parts))]
        block = b"".join(parts) + struct.pack(f"<{len(starts)}I", *starts) + struct.pack("<I", len(starts))
        handles.append(encode_varint(len(body)) + encode_varint(len(block)))
        body += block + b"\0" + struct.pack("<I", mask(crc32c(block + b"\0")))
    return body + (handles[1] + handles[2]).ljust(40, b"\0") + struct.pack("<Q", _MAGIC)
