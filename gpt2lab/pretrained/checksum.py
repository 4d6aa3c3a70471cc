"""The checksum that TensorFlow stores in checkpoints and event files."""

import google_crc32c


def crc32c(data, start=0):
    """CRC-32C of ``data`` (bytes), going on from the checksum ``start`` of what came before."""
    return google_crc32c.extend(start, data)


def mask(crc):
    """The form in which LevelDB and TensorFlow store a checksum, so that data that hold checksums can be
    checksummed in turn.
    """
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
