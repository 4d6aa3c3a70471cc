"""Protocol Buffers' wire format, as much of it as TensorFlow's small files need (checkpoint index, event
file, meta graph).

https://protobuf.dev/programming-guides/encoding: a message is a row of fields, each a tag (number and wire
type) and a value.
"""

VARINT = 0
FIXED64 = 1
BYTES = 2
FIXED32 = 5


def encode_varint(value):
    """Encode a whole number of up to 64 bits, a negative one as two's complement, in 1 to 10 bytes."""
    value &= 2**64 - 1
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def read_varint(data, at=0):
    """Decode the number that starts at byte ``at``; return it (unsigned) and the offset of the byte after it.

    Raises
    ------
    ValueError
        If ``data`` ends first or the number has more than 64 bits.
    """
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("the data end within a number")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            if value >= 2**64:
                break
            return value, at
    raise ValueError("a number has more than 64 bits")


def to_signed(value):
    """The ``int64`` that an unsigned 64-bit ``value`` stands for."""
    return value - 2**64 if value >= 2**63 else value


def parse_message(data):
    """Decode one message.

    Parameters
    ----------
    data : bytes-like

    Returns
    -------
    dict of int to list
        Field number to its values in order: ``int`` for a varint, ``bytes`` for everything else (4 or 8 for a
        fixed width).

    Raises
    ------
    ValueError
        If ``data`` is no well-formed message.
    """
    data = bytes(data)
    at = 0
    found = {}
    while at < len(data):
        tag, at = read_varint(data, at)
        number = tag >> 3
        kind = tag & 7
        if number == 0:
            raise ValueError("a field has the number 0")
        if kind == VARINT:
            value, at = read_varint(data, at)
        elif kind in (FIXED64, BYTES, FIXED32):
            if kind == BYTES:
                size, at = read_varint(data, at)
            else:
                size = 8 if kind == FIXED64 else 4
            if at + size > len(data):
                raise ValueError("the data end within a field")
            value = data[at : at + size]
            at += size
        else:
            raise ValueError(f"a field has the unknown wire type {kind}")
        found.setdefault(number, []).append(value)
    return found


def encode_field(number, value):
    """Encode one field: an ``int`` as a varint, ``str`` and ``bytes`` (a nested message) with their
    length.
    """
    if isinstance(value, int):
        return encode_varint(number << 3 | VARINT) + encode_varint(value)
    value = value.encode() if isinstance(value, str) else bytes(value)
    return encode_varint(number << 3 | BYTES) + encode_varint(len(value)) + value


def encode_fixed32(number, value):
    """Encode one field of four bytes, an unsigned number below 2**32."""
    return encode_varint(number << 3 | FIXED32) + value.to_bytes(4, "little")
