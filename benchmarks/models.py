"""The models that are measured: the bundled sizes, and random weights of the shapes of the large ones, as
gpt-2-simple's checkpoints.
"""

import json
from pathlib import Path

from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.pretrained import bundled, checkpoints
from gpt2lab.pretrained.catalog import TEXT_FILES, find_card
from gpt2lab.pretrained.encoder import END_OF_TEXT, encode, load_encoder

SEED = 2019
VOCABULARY_OF = "3M"  # whose vocabulary is extended for the large shapes


def model_folder(name, cache):
    """The folder of a model, made if it is missing: both a model folder and a run folder of gpt-2-simple."""
    folder = make_folder(Path(cache) / name)
    if checkpoints.saved_steps(folder) == [1]:
        return folder
    hparams = find_card(name).hparams
    for file, content in _description(name, hparams).items():
        write_bytes(folder / file, content)
    if find_card(name).bundled:
        weights = bundled.read_weights(name)
    else:
        from gpt2lab.engine import random_weights

        weights = random_weights(hparams, SEED)
    checkpoints.save(folder, 1, weights, {}, ())
    return folder


def _description(name, hparams):
    if find_card(name).bundled:
        return {file: (bundled.packed_folder(name) / file).read_bytes() for file in TEXT_FILES}
    packed = bundled.packed_folder(VOCABULARY_OF)
    ids = json.loads((packed / "encoder.json").read_text(encoding="utf-8"))
    ids.pop(END_OF_TEXT)
    # The official vocabulary is not bundled. Entries that no text is ever split into fill it up: the work per
    # token is the same.
    for number in range(len(ids), hparams["n_vocab"] - 1):
        ids[f"~{number:x}~"] = number
    ids[END_OF_TEXT] = hparams["n_vocab"] - 1
    assert sorted(ids.values()) == list(range(hparams["n_vocab"]))
    return {
        "hparams.json": json.dumps(hparams).encode(),
        "encoder.json": json.dumps(ids).encode(),
        "vocab.bpe": (packed / "vocab.bpe").read_bytes(),
    }


def text_file(name, tokens, cache):
    """A file with a text of that many tokens of the model's vocabulary: speeches."""
    import gpt2lab as lab

    folder = model_folder(name, cache)
    path = folder / f"text-{tokens}.txt"
    if not path.is_file():
        encoder = load_encoder(folder)
        # a token of this vocabulary holds about 3 characters
        text = lab.presidential_speeches(since=1947).text[: 8 * tokens]
        write_bytes(path, encoder.decode(encode(encoder, text)[:tokens]).encode())
    return path
