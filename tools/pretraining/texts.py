"""The texts, their vocabulary, their tokens, and the windows of tokens that training reads."""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from gpt2lab.base.storage import write_bytes
from gpt2lab.errors import ArgumentError, CheckpointError, TextError

END = "<|endoftext|>"
HELD_OUT_EVERY = 23
WINDOW = 1024  # tokens; gpt-2-simple trains on windows of 1,024 whatever n_ctx says, so n_ctx is 1,024 too
SHORT_WINDOW = 256
MOST_ENTRIES = 2**16  # a token is kept in two bytes
# share of the short windows at a random position; the others start at position 0, as a prompt does
AT_OFFSET = 0.7


@dataclass(frozen=True)
class Part:
    """Texts of training or held out, as tokens: ``tokens`` is one stream, each text followed by
    ``<|endoftext|>``.
    """

    names: tuple
    tokens: np.ndarray
    bytes: int

    @property
    def bytes_per_token(self):
        return self.bytes / (len(self.tokens) - len(self.names))


def read_texts(folder):
    """The texts of a folder as ``{file name: text}``, in order of name.

    Raises
    ------
    TextError
        If there are fewer than two ``.txt`` files, or one of them is not UTF-8.
    """
    texts = {}
    for path in sorted(Path(folder).glob("*.txt"), key=lambda path: path.name):
        try:
            texts[path.name] = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise TextError(f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    if len(texts) < 2:
        raise TextError(
            f"The folder of texts holds {len(texts)} .txt files; at least 2 are needed, one of them to hold"
            " out."
        )
    return texts


def hold_out(texts, names=None):
    """Split into training and held-out texts: those of ``names``, else every 23rd file by name, beginning
    with the first.

    Raises
    ------
    ArgumentError
        If there is no file of such a name, or nothing is left to train on.
    """
    names = sorted(texts)[::HELD_OUT_EVERY] if names is None else names
    missing = [name for name in names if name not in texts]
    if missing or not names:
        what = f"names {missing[0]!r}, which is not among the texts" if missing else "names no file"
        raise ArgumentError(f"--held-out {what}; give a list of names of .txt files, one a line.")
    held_out = {name: texts[name] for name in names}
    training = {name: text for name, text in texts.items() if name not in held_out}
    if not training:
        raise ArgumentError("--held-out names all texts, which leaves none to train on; name fewer.")
    return training, held_out


def fingerprint(texts):
    """SHA-256 over the names and the contents, to tell whether two trainings read the same texts."""
    digest = hashlib.sha256()
    for name in sorted(texts):
        digest.update(f"{name}\0{len(texts[name].encode())}\0".encode() + texts[name].encode())
    return digest.hexdigest()


def _byte_level(model):
    from tokenizers import Tokenizer
    from tokenizers.pre_tokenizers import ByteLevel

    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)  # its regular expression is GPT-2's
    return tokenizer


def train_vocabulary(texts, entries, folder):
    """Train a byte-level BPE vocabulary (Sennrich et al. 2016, Radford et al. 2019) and write
    ``encoder.json`` and ``vocab.bpe``.

    The 256 bytes come first, then the merges, last ``<|endoftext|>``: the order of OpenAI's files.

    Raises
    ------
    ArgumentError
        If ``entries`` is too small for the bytes, or more than the texts can fill.
    """
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel
    from tokenizers.trainers import BpeTrainer

    if not 258 <= entries <= MOST_ENTRIES:
        raise ArgumentError(
            f"--entries {entries} is out of range; give 258 (the bytes, a merge, {END}) to {MOST_ENTRIES:,}."
        )
    tokenizer = _byte_level(BPE())
    trainer = BpeTrainer(vocab_size=entries - 1, initial_alphabet=ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(texts.values(), trainer)
    learned = json.loads(tokenizer.to_str())["model"]
    found = len(learned["vocab"]) + 1
    if found < entries:
        raise ArgumentError(
            f"--entries {entries} is more than these texts fill ({found}); give {found} or fewer, or more"
            " text."
        )
    merges = [" ".join(merge) if isinstance(merge, list) else merge for merge in learned["merges"]]
    ids = learned["vocab"] | {END: entries - 1}
    write_bytes(folder / "encoder.json", json.dumps(ids).encode())
    write_bytes(folder / "vocab.bpe", "\n".join(["#version: 0.2", *merges, ""]).encode())


def read_vocabulary(folder):
    """A tokenizer from ``encoder.json`` and ``vocab.bpe``; it gives the tokens that GPT-2's own encoder
    gives.
    """
    from tokenizers.models import BPE

    try:
        entries = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        merges = [
            tuple(line.split())
            for line in (folder / "vocab.bpe").read_text(encoding="utf-8").split("\n")[1:]
            if line
        ]
        tokenizer = _byte_level(BPE(entries, merges))
        end = entries[END]
    except (OSError, KeyError, ValueError, TypeError) as error:
        message = (
            f"The vocabulary in {folder.name} cannot be read ({error}); it needs GPT-2's encoder.json and"
            " vocab.bpe."
        )
        raise CheckpointError(message) from error
    if len(entries) > MOST_ENTRIES:
        raise CheckpointError(
            f"The vocabulary in {folder.name} has {len(entries):,} entries; {MOST_ENTRIES:,} are the most."
        )
    if end != len(entries) - 1:
        raise CheckpointError(
            f"The vocabulary in {folder.name} has {END} as entry {end}, not as its last ({len(entries) - 1})."
        )
    return tokenizer


def tokenize(texts, tokenizer):
    """Texts as a `Part`."""
    end = tokenizer.token_to_id(END)
    streams = [
        np.array([*encoding.ids, end], np.uint16)
        for encoding in tokenizer.encode_batch_fast(list(texts.values()))
    ]
    return Part(tuple(texts), np.concatenate(streams), sum(len(text.encode()) for text in texts.values()))


def onto(device, tokens):
    """A stream of tokens on a device, two bytes a token (as int16, for which PyTorch can index
    everywhere).
    """
    return torch.from_numpy(tokens.view(np.int16)).to(device)


def windows_at(stream, starts, length):
    """Inputs and targets, both [len(starts), length], for windows of ``stream`` that begin at ``starts``."""
    index = starts[:, None] + torch.arange(length + 1, device=stream.device)
    tokens = stream[index].long() & 0xFFFF
    return tokens[:, :-1], tokens[:, 1:]


class Windows:
    """Where the windows of training begin: each epoch cuts the stream anew and deals every window once, in
    random order.

    The deal follows from the seed and the number of windows dealt before, so a resumed training needs only
    that number.
    """

    def __init__(self, tokens, length, seed):
        if tokens <= 2 * length:
            needed = f"windows of {length:,} need more than {2 * length:,}"
            raise TextError(f"The texts have {tokens:,} tokens to train on; {needed}: give more text.")
        self.length = length
        self.seed = seed
        # One cut may lose up to a window at either end, so that every epoch has the same number of windows.
        self.per_epoch = (tokens - 1) // length - 1
        self._epoch = None
        self._starts = None

    def starts(self, dealt, count):
        """First tokens of the next ``count`` windows after ``dealt`` have been dealt."""
        picked = []
        for number in range(dealt, dealt + count):
            epoch, place = divmod(number, self.per_epoch)
            if epoch != self._epoch:
                random = np.random.default_rng([self.seed, self.length, epoch])
                shift = random.integers(self.length)
                self._epoch, self._starts = epoch, shift + self.length * random.permutation(self.per_epoch)
            picked.append(self._starts[place])
        return np.array(picked, np.int64)


def random_offsets(count, seed, step):
    """Positions at which short windows begin: 70 % anywhere in the model's window, so that all positions are
    learned.
    """
    random = np.random.default_rng([seed, step])
    anywhere = random.integers(0, WINDOW - SHORT_WINDOW + 1, count)
    return np.where(random.random(count) < AT_OFFSET, anywhere, 0)


def evenly_spaced(part, length, tokens=None):
    """Begins of held-out windows, end to end, or about ``tokens`` tokens of them spread over all of the
    held-out texts.
    """
    whole = (len(part.tokens) - 1) // length
    wanted = whole if tokens is None else max(1, min(whole, math.ceil(tokens / length)))
    return length * (np.arange(wanted) * whole // wanted)
