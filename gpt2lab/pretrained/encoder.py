"""gpt-2-simple's own encoder (text to tokens and back), without TensorFlow."""

import functools
import importlib.util
import json
from pathlib import Path

from gpt2lab.errors import CheckpointError, TextError

END_OF_TEXT = "<|endoftext|>"


def load_encoder(folder):
    """The encoder whose vocabulary lies in ``folder``.

    Parameters
    ----------
    folder : str or Path
        A model's or a run's folder, with ``encoder.json`` and ``vocab.bpe``.

    Returns
    -------
    Encoder
        gpt-2-simple's class: ``encode(text) -> list of int``, ``decode(ids) -> str``, ``encoder`` (entry to
        id), ``decoder``. One object per folder as long as its files stay the same.

    Raises
    ------
    CheckpointError
        If one of the two files is missing or damaged.
    """
    paths = [Path(folder).absolute() / name for name in ("encoder.json", "vocab.bpe")]
    return _load_files(*((path, *_stamp(path)) for path in paths))


def encode(encoder, text):
    """The tokens of a text, with ``<|endoftext|>`` as the one token of that name, as it was when GPT-2 was
    trained.

    gpt-2-simple spells that name out in ordinary tokens, so that a model never learns from it where a text
    ends.

    Parameters
    ----------
    encoder : Encoder
    text : str

    Returns
    -------
    list of int

    Raises
    ------
    TextError
        If the text holds half a surrogate pair, which no file can.
    """
    try:
        beginning, *others = map(encoder.encode, text.split(END_OF_TEXT))
    except UnicodeEncodeError as error:
        raise TextError(
            f"Character {error.start + 1} of a word is half a surrogate pair; read the text as UTF-8."
        ) from error
    for piece in others:
        beginning += [encoder.encoder[END_OF_TEXT], *piece]
    return beginning


def _stamp(path):
    try:
        stat = path.stat()
    except OSError as error:
        raise CheckpointError(
            f"{path} is missing; fetch the model again, or copy it from its model's folder."
        ) from error
    return stat.st_mtime_ns, stat.st_size


@functools.lru_cache(maxsize=32)
def _load_files(vocabulary, merges):
    ids = _read_vocabulary(vocabulary[0])
    ranks = _read_merges(merges[0], ids)
    return _encoder_module().Encoder(encoder=ids, bpe_merges=ranks)


@functools.lru_cache(maxsize=1)
def _encoder_module():
    # `import gpt_2_simple.src.encoder` would import the whole package and TensorFlow with it.
    package = importlib.util.find_spec("gpt_2_simple")
    path = Path(package.submodule_search_locations[0]) / "src" / "encoder.py"
    spec = importlib.util.spec_from_file_location("gpt2lab_gpt_2_simple_encoder", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _read_vocabulary(path):
    try:
        ids = json.loads(_read_text(path))
    except ValueError as error:
        raise _damage_error(path, "it is not JSON") from error
    if not isinstance(ids, dict) or sorted(ids.values(), key=str) != sorted(range(len(ids)), key=str):
        raise _damage_error(path, "its ids are not 0, 1, 2, … in some order")
    missing = [symbol for symbol in _encoder_module().bytes_to_unicode().values() if symbol not in ids]
    if missing:
        raise _damage_error(path, f"{len(missing)} of the 256 single bytes are not in it")
    return ids


def _read_merges(path, ids):
    lines = _read_text(path).split("\n")
    # the first line names the version, the last is empty
    merges = [tuple(line.split()) for line in lines[1:-1]]
    if not lines[0].startswith("#version") or lines[-1]:
        raise _damage_error(path, "its first or its last line is cut off")
    for number, merge in enumerate(merges, start=2):
        if len(merge) != 2 or "".join(merge) not in ids:
            raise _damage_error(path, f"line {number} is no pair of entries of encoder.json")
    return merges


def _read_text(path):
    try:
        # Whatever the locale says; git on Windows may have changed the line ends.
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _damage_error(path, f"byte {error.start} is not UTF-8") from error
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be read ({error.strerror or error}); check the permissions."
        ) from error


def _damage_error(path, how):
    return CheckpointError(
        f"{path} is damaged: {how}; delete it and fetch the model again, or copy it from its model's folder."
    )
