"""The small sizes that travel inside the package, unpacked to what gpt-2-simple and TensorFlow expect on
disk.
"""

import functools

import numpy as np

from gpt2lab.base.data import data_path
from gpt2lab.base.storage import write_bytes
from gpt2lab.errors import CheckpointError
from gpt2lab.pretrained import tensor_bundle
from gpt2lab.pretrained.catalog import TEXT_FILES
from gpt2lab.pretrained.checksum import crc32c, mask

# As TensorFlow's Saver writes it; the relative path lets the folder be moved.
CHECKPOINT_FILE = b'model_checkpoint_path: "model.ckpt"\nall_model_checkpoint_paths: "model.ckpt"\n'


def packed_folder(name):
    """Where the package keeps a bundled size.

    Raises
    ------
    CheckpointError
        If it lacks it.
    """
    weights = data_path("models", name, "weights.npz")
    if weights is None:
        raise CheckpointError(
            f"This installation of gpt2lab lacks its bundled model {name}; install gpt2lab again."
        )
    return weights.parent


def read_weights(name):
    """The weights of a bundled size.

    Stored as float16 (such rounding moves the perplexity on presidential speeches by less than 0.01 %), used
    as float32.

    Returns
    -------
    dict of str to numpy.ndarray
        By gpt-2-simple's variable names, for example ``model/h0/attn/c_attn/w`` of shape [1, width, 3 width].

    Raises
    ------
    CheckpointError
        If the installation lacks them or they are damaged.
    """
    path = packed_folder(name) / "weights.npz"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {key: arrays[key].astype(np.float32) for key in arrays.files}
    except Exception as error:  # zipfile, zlib and numpy each have their own
        raise CheckpointError(f"{path} is damaged ({error}); install gpt2lab again.") from error


def unpack(name, folder, only=None):
    """Write a bundled size to ``folder`` as the seven files of a TensorFlow checkpoint, those that are there
    already excepted.

    Parameters
    ----------
    name : str
        A bundled size, such as ``3M``.
    folder : Path
        Must exist.
    only : collection of str, optional
        Names of the files wanted; all by default.

    Raises
    ------
    CheckpointError
        If the installation lacks the model.
    StorageError
        If a file cannot be written.
    """
    wrong = wrong_files(name, folder, only)
    for file in wrong:
        if file in _contents(name):
            write_bytes(folder / file, _contents(name)[file])
    if any(file.startswith(("model.ckpt.data", "model.ckpt.index")) for file in wrong):
        tensor_bundle.write(folder / "model.ckpt", read_weights(name))


def wrong_files(name, folder, only=None):
    """Names of the files of a bundled size that are missing in ``folder`` or are not the package's."""
    wrong = [
        file
        for file, content in _contents(name).items()
        if (only is None or file in only)
        and (not (folder / file).is_file() or (folder / file).read_bytes() != content)
    ]
    if only is None:
        prefix = folder / "model.ckpt"
        try:
            tensor_bundle.verify(prefix)
            found = {key: entry.crc32c for key, entry in tensor_bundle.read_entries(prefix).items()}
            same = found == _checksums(name)
        except CheckpointError:
            same = False
        if not same:
            wrong += [tensor_bundle.data_path(prefix).name, tensor_bundle.index_path(prefix).name]
    return wrong


@functools.cache
def _contents(name):
    contents = {file: (packed_folder(name) / file).read_bytes() for file in TEXT_FILES}
    return contents | {"checkpoint": CHECKPOINT_FILE, "model.ckpt.meta": tensor_bundle.empty_meta_graph()}


@functools.cache
def _checksums(name):
    """Of each tensor, so that weights of an earlier release of the package are told from today's."""
    return {key: mask(crc32c(array.tobytes())) for key, array in read_weights(name).items()}
