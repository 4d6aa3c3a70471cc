"""Get a model: fetched from OpenAI or a mirror, or unpacked from the package, and checked before anything
uses it.
"""

import hashlib
import json
import os
import warnings
from functools import partial
from pathlib import Path

from gpt2lab.base import progress
from gpt2lab.base.arguments import folder_path
from gpt2lab.base.storage import lock, make_folder, require_room
from gpt2lab.errors import CheckpointError, DownloadError
from gpt2lab.pretrained import bundled, catalog, tensor_bundle
from gpt2lab.pretrained.fetch import fetch

# The index goes before the data that it checks, the small files before the large one.
_ORDER = sorted(
    catalog.FILES, key=lambda file: (file == catalog.DATA_FILE, file.startswith("model.ckpt"), file)
)
_INDEX_FILE = "model.ckpt.index"
_SMALL = 1 << 22  # bytes: up to here a checksum is taken at every call, not only after fetching
# folder and files wanted to the state of the folder when it was last found right, so that a second call costs
# nothing
_seen = {}


def download(model_name: str = "124M", model_dir: str | Path = "models") -> Path:
    """Make sure that a size of GPT-2 is on disk, whole and right.

    What is there and right is not fetched again; what is damaged is. A download that was cut off goes on
    where it stopped. The bundled sizes, such as ``3M``, are unpacked from the package and need no network.

    Parameters
    ----------
    model_name : str, default "124M"
        One of ``gpt2lab.models()``; ``117M`` and ``345M`` are understood as ``124M`` and ``355M``.
    model_dir : str or Path, default "models"
        Where models are kept. The files go to ``<model_dir>/<size>/``, named as gpt-2-simple names them.

    Returns
    -------
    pathlib.Path
        The folder ``<model_dir>/<size>``.

    Raises
    ------
    ArgumentError
        If there is no such size.
    DownloadError
        If it cannot be fetched (no network, not there) or what arrives is not what was asked for.
    StorageError
        If there is no room or no permission to write.

    Notes
    -----
    The environment variable ``GPT2LAB_MODELS_URL`` names another place to fetch from, for example a mirror in
    the classroom or a folder: ``<place>/<size>/<file>``.
    """
    return _provide(model_name, model_dir, catalog.FILES)


def download_vocabulary(model_name: str = "124M", model_dir: str | Path = "models") -> Path:
    """Make sure that the files that turn text into tokens are on disk, without the weights (1.5 MB instead of
    0.5 to 6 GB).

    Parameters
    ----------
    model_name, model_dir
        As in :func:`download`.

    Returns
    -------
    pathlib.Path
        The folder ``<model_dir>/<size>``, with at least ``encoder.json``, ``vocab.bpe`` and ``hparams.json``.

    Raises
    ------
    ArgumentError, DownloadError, StorageError
        As :func:`download`.
    """
    return _provide(model_name, model_dir, catalog.TEXT_FILES)


def _provide(model_name, model_dir, files):
    card = catalog.find_card(model_name)
    folder = folder_path("model_dir", model_dir) / card.name
    key = (folder.absolute(), files, card)
    if key in _seen and _seen[key] == _stamps(folder, files):
        return folder
    if _wrong_files(card, folder, files):
        make_folder(folder)
        with progress.bar(desc=card.name, unit="B", unit_scale=True, unit_divisor=1000, delay=1) as bar:
            # One process fetches; another that wants the same size waits, then finds everything there.
            with lock(
                folder.parent / f".{card.name}.lock",
                lambda: bar.set_postfix_str("waiting: another program fetches it"),
            ):
                _mend(card, folder, files, bar)
    _seen[key] = _stamps(folder, files)
    return folder


def _mend(card, folder, files, bar):
    wrong = _wrong_files(card, folder, files)
    damaged = [file for file in wrong if (folder / file).is_file()]
    if damaged:
        warnings.warn(
            f"{folder}: {', '.join(damaged)} damaged or of another release; fetched again.", stacklevel=4
        )
    if card.bundled:
        bundled.unpack(card.name, folder, None if files == catalog.FILES else files)
        return
    place = (os.environ.get("GPT2LAB_MODELS_URL") or catalog.OFFICIAL_URL).rstrip("/")
    missing = sum(_fact(card, file).bytes or 0 for file in wrong)
    begun = sum(part.stat().st_size for file in wrong if (part := folder / f"{file}.part").is_file())
    require_room(folder, missing - begun)
    bar.total = missing or None
    for file in _ORDER:
        if file in wrong or (
            file == catalog.DATA_FILE and _INDEX_FILE in wrong and _is_wrong(card, folder, file)
        ):
            bar.set_postfix_str(f"{file} again" if file in damaged else file)
            fetch(
                f"{place}/{card.name}/{file}",
                folder / file,
                _fact(card, file),
                bar,
                partial(_check, card, folder, file),
            )


def _fact(card, file):
    return card.files.get(file, catalog.FileFact())


def _wrong_files(card, folder, files):
    """Which of ``files`` are missing or damaged."""
    if card.bundled:
        return bundled.wrong_files(card.name, folder, None if files == catalog.FILES else files)
    wrong = [file for file in files if file != catalog.DATA_FILE and _is_wrong(card, folder, file)]
    if catalog.DATA_FILE in files:
        # Only a right index can judge the data; with a wrong one they are judged once that is mended.
        data = folder / catalog.DATA_FILE
        if not data.is_file() or (_INDEX_FILE not in wrong and _is_wrong(card, folder, catalog.DATA_FILE)):
            wrong.append(catalog.DATA_FILE)
    return wrong


def _is_wrong(card, folder, file):
    path = folder / file
    fact = _fact(card, file)
    if not path.is_file() or fact.bytes not in (None, path.stat().st_size):
        return True
    if (
        fact.sha256
        and path.stat().st_size <= _SMALL
        and hashlib.sha256(path.read_bytes()).hexdigest() != fact.sha256
    ):
        return True
    try:
        _check(card, folder, file, path)
    except DownloadError:
        return True
    return False


def _check(card, folder, file, path):
    """Raise ``DownloadError`` if the content of ``path`` cannot be ``file`` of this size, whatever its
    length.
    """
    try:
        if file == "hparams.json":
            _check_hparams(card, path)
        elif file == "encoder.json":
            json.loads(path.read_bytes())
        elif file == "vocab.bpe":
            _check_begin(path, b"#version")
        elif file == "checkpoint":
            _check_begin(path, b'model_checkpoint_path: "model.ckpt"')
        elif file == _INDEX_FILE:
            _check_shapes(card, tensor_bundle.parse_entries(path.read_bytes(), path))
        elif file == catalog.DATA_FILE:
            tensor_bundle.verify_data(tensor_bundle.read_entries(folder / "model.ckpt"), path)
        elif file == "model.ckpt.meta":
            _check_begin(path, b"\n")  # the tag of its first field; a web page begins otherwise
    except (ValueError, CheckpointError) as error:
        raise DownloadError(
            f"{file} of {card.name} is not what it should be: {error} Run the same line again, or check"
            " GPT2LAB_MODELS_URL."
        ) from error


def _check_hparams(card, path):
    found = json.loads(path.read_bytes())
    if not isinstance(found, dict) or {key: found.get(key) for key in card.hparams} != card.hparams:
        raise ValueError(f"its numbers are {found} where {card.hparams} are right.")


def _check_begin(path, begin):
    with open(path, "rb") as file:
        if file.read(len(begin)) != begin:
            raise ValueError(f"it does not begin with {begin!r}.")


def _check_shapes(card, entries):
    for name, shape in catalog.weight_shapes(card.hparams).items():
        if name not in entries or entries[name].shape != shape:
            raise ValueError(f"it has no {name} of shape {shape}, so it belongs to another model.")


def _stamps(folder, files):
    """Size and time of each file: as long as they stay, so does the content."""
    try:
        return [(stat.st_size, stat.st_mtime_ns) for stat in ((folder / file).stat() for file in files)]
    except OSError:
        return None
