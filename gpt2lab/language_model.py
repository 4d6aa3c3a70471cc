"""A language model that is ready to be asked: generate, next tokens, score."""

from __future__ import annotations

import functools
import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gpt2lab.base.arguments import real_number, whole_number
from gpt2lab.base.progress import bar
from gpt2lab.engine import Gradients, Network, Reader, sequence_losses, uniforms
from gpt2lab.engine.memory import samples_that_fit
from gpt2lab.errors import ArgumentError, CheckpointError, TextError
from gpt2lab.pretrained import checkpoints
from gpt2lab.pretrained.catalog import find_card, parameter_count, weight_shapes
from gpt2lab.pretrained.download import download
from gpt2lab.pretrained.encoder import END_OF_TEXT, encode, load_encoder

if TYPE_CHECKING:
    import pandas as pd

# Samples generated at once, and what they may take; beyond this a batch no longer gets faster per sample on a
# CPU.
SAMPLES_AT_ONCE = 100
SAMPLE_BYTES_AT_ONCE = 3 * 2**29


def open_pretrained(model_name, model_dir="models", precision="float32"):
    """The pretrained model of a size, fetched or unpacked if it is missing."""
    folder = download(model_name, model_dir)
    return open_folder(folder, checkpoints.latest_prefix(folder), find_card(model_name).name, precision)


def open_folder(folder, prefix, name, precision="float32"):
    """The model of a folder with ``hparams.json``, ``encoder.json`` and ``vocab.bpe``, with the weights at
    ``prefix``.
    """
    hparams = checkpoints.read_hparams(folder)
    if prefix is None:
        raise CheckpointError(f"{folder} holds no weights; fetch or fine-tune the model first.")
    origin = {
        "folder": str(Path(folder).absolute()),
        "prefix": str(Path(prefix).absolute()),
        "name": name,
        "precision": precision,
    }
    weights = checkpoints.read_weights(prefix, hparams)
    return build_model(hparams, weights, load_encoder(folder), name, precision, origin)


def build_model(hparams, weights, encoder, name, precision="float32", origin=None):
    """The model of weights in memory, in gpt-2-simple's names and shapes."""
    network = Network(hparams, precision)
    network.assign(weights)
    reader = Reader(network)
    network.close_graph()
    return LanguageModel(network, reader, encoder, name, origin)


class LanguageModel:
    """A GPT-2 with its weights in memory: one graph, one session, any number side by side.

    Made by `load`, `Run.load` and `finetune`; close it, or use it as a context manager, to free its memory.

    Parameters
    ----------
    network : Network
        The weights: ``hparams``, ``graph``, ``values``, ``checksum``, ``close``.
    reader : Reader
        What can be asked of them: ``generate``, ``last_logits``, ``cut``, ``losses``.
    encoder : Encoder
        gpt-2-simple's byte-pair encoder.
    name : str
        What to call the model in tables and figures.
    origin : dict, optional
        What `open_folder` was given, so that another process can open the same model.
    trainer : Trainer, optional
        What moves the weights, while the model is fine-tuned.

    Attributes
    ----------
    parameters : int
        Number of weights.
    graph : tensorflow.Graph
    hparams : dict
        ``n_vocab``, ``n_ctx``, ``n_embd``, ``n_head``, ``n_layer``.
    name : str
    origin : dict or None
        None if the model was not opened from disk.
    trainer : Trainer or None
    """

    def __init__(self, network, reader, encoder, name: str, origin: dict | None = None, trainer=None):
        self.hparams = dict(network.hparams)
        self.parameters = parameter_count(**self.hparams)
        self.graph = network.graph
        self.name = name
        self.origin = origin
        self.trainer = trainer
        self._network = network
        self._reader = reader
        self._encoder = encoder
        self._lock = threading.Lock()
        self._remembered = (None,)
        self._gradients = None

    def __repr__(self):
        return f"LanguageModel({self.name!r}, {self.parameters:,} parameters)"

    def __enter__(self) -> LanguageModel:
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """End the session and free the memory; the model cannot be used any more. Closing twice does no
        harm.
        """
        self._network.close()
        if self._gradients:
            self._gradients.close()
        self._reader = self.trainer = self._gradients = None

    @property
    def window(self) -> int:
        """Tokens that the model can see at once."""
        return self.hparams["n_ctx"]

    @property
    def end_of_text(self) -> int:
        """Id of the token that stands between documents."""
        return self._encoder.encoder[END_OF_TEXT]

    def window_losses(self, tokens: Sequence[int]) -> np.ndarray:
        """Loss in nats of each token of one window but the first: array of float32, [T - 1]."""
        with self._lock:
            return self._open_reader().losses([tokens])[0]

    def weights(self) -> dict[str, np.ndarray]:
        """A copy of the weights: dict of str to float32 arrays, in gpt-2-simple's names."""
        self._open_reader()
        return {name: value.astype(np.float32) for name, value in self._network.values().items()}

    def with_weights(self, changed: Mapping[str, np.ndarray]) -> LanguageModel:
        """Another model, like this one but for some weights. This one stays as it is.

        Parameters
        ----------
        changed : dict of str to numpy.ndarray
            In the names and shapes of `weights`.

        Returns
        -------
        LanguageModel
            In float32; close it too.

        Raises
        ------
        ArgumentError
            If a name or a shape is not the model's.
        """
        weights = self._all_weights("changed", changed)
        return build_model(self.hparams, weights, self._encoder, self.name)

    def _all_weights(self, argument, changed):
        """Arrays of float32 for all names: those of ``changed``, and the model's own for the rest."""
        self._open_reader()
        shapes = weight_shapes(self.hparams)
        for name, value in changed.items():
            if name not in shapes:
                raise ArgumentError(
                    f"{argument} holds {name!r}, which is no weight of {self.name}; lm.weights() has the"
                    " names."
                )
            if np.shape(value) != tuple(shapes[name]):
                raise ArgumentError(
                    f"{argument}[{name!r}] has the shape {np.shape(value)}; give {tuple(shapes[name])}."
                )
        given = {name: np.asarray(value, np.float32) for name, value in changed.items()}
        return given if given.keys() == shapes.keys() else self.weights() | given

    def gradient(
        self, tokens: Sequence[int], weights: Mapping[str, np.ndarray] | None = None
    ) -> tuple[float, dict[str, np.ndarray]]:
        """The loss of one window, and how fast it changes along each weight.

        The loss is the mean of `window_losses`. The gradient comes from the backward pass with which
        `finetune` trains, in float32; the model stays as it is. The first call for windows of another length
        takes longer, since their graph is built.

        Parameters
        ----------
        tokens : list of int
            One window, from 2 to n_ctx tokens.
        weights : dict of str to numpy.ndarray, optional
            Where to compute both, in the names and shapes of `weights`; what is left out is the model's own.

        Returns
        -------
        loss : float
            In nats per token.
        gradient : dict of str to numpy.ndarray
            float32, in nats per token and unit of the weight, in the names and shapes of `weights`.

        Raises
        ------
        ArgumentError
            If the window is too short or too long, or a token, a name or a shape is not the model's.
        """
        weights = self._all_weights("weights", {} if weights is None else weights)
        ids = self._ids("tokens", tokens)
        if not 2 <= len(ids) <= self.window:
            raise ArgumentError(
                f"tokens has {len(ids):,} of them; a window has from 2 to {self.window:,}: the first is only"
                " read, each other one is predicted."
            )
        with self._lock:
            if self._gradients is None or self._gradients.length != len(ids):
                if self._gradients:
                    self._gradients.close()
                self._gradients = Gradients(self.hparams, len(ids))
            return self._gradients.at(ids, weights)

    def checksum(self) -> str:
        """What tells these weights from all others: a string of 64 hexadecimal digits."""
        self._open_reader()
        return self._network.checksum()

    def encode(self, text: str) -> list[int]:
        """The tokens of a text: list of int. ``<|endoftext|>`` in it becomes that one token."""
        if not isinstance(text, str):
            raise ArgumentError(f"text is of type {type(text).__name__}; give a string.")
        return encode(self._encoder, text)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of tokens; bytes that are no whole UTF-8 character become U+FFFD.

        Raises
        ------
        ArgumentError
            If an id is not in the vocabulary.
        """
        return self._encoder.decode(self._ids("ids", ids))

    def _ids(self, argument, ids):
        """A list of int; an error that names the argument if they are no tokens of this model."""
        try:
            ids = [int(number) for number in ids]
        except (TypeError, ValueError):
            raise ArgumentError(
                f"{argument}={ids!r} is no list of tokens; give whole numbers, such as lm.encode(…) returns."
            ) from None
        outside = [number for number in ids if not 0 <= number < self.hparams["n_vocab"]]
        if outside:
            raise ArgumentError(
                f"{argument} has {outside[0]}, which is not in the vocabulary; ids run from 0 to"
                f" {self.hparams['n_vocab'] - 1:,}."
            )
        return ids

    @functools.cached_property
    def _vocabulary(self):
        return np.array([self._encoder.decode([number]) for number in range(self.hparams["n_vocab"])], object)

    def _open_reader(self):
        if self._reader is None:
            raise ArgumentError("This model was closed; open it again with lab.load(…).")
        return self._reader

    def _check_sampling(self, temperature, top_k, top_p):
        vocabulary = self.hparams["n_vocab"]
        return (
            real_number("temperature", temperature, low=0),
            whole_number("top_k", top_k, 0, vocabulary, "the size of the vocabulary"),
            real_number("top_p", top_p, low=0, high=1),
        )

    def generate(
        self,
        prefix: str | None = None,
        nsamples: int = 1,
        length: int = 200,
        temperature: float = 0.7,
        top_k: int = 0,
        top_p: float = 0.0,
        seed: int | None = None,
        truncate: str | None = None,
        include_prefix: bool = True,
        batch_size: int | None = None,
    ) -> list[str]:
        """Write texts, token by token.

        A sample ends at ``length`` tokens, at ``truncate``, or where the model ends the document
        (``<|endoftext|>``, left out). Sample *i* of a seed is the same text whatever the batch size, the
        other arguments' order or the calls before.

        Parameters
        ----------
        prefix : str, optional
            What the texts begin with; without one they start a new document.
        nsamples : int, default 1
            Texts to write.
        length : int, default 200
            Tokens to write, at most; prefix and length together fit the window.
        temperature : float, default 0.7
            Divides the logits: below 1 safer, above 1 wilder, 0 always takes the most likely token.
        top_k : int, default 0
            Draw from the k most likely tokens only; 0 draws from all.
        top_p : float, default 0.0
            Draw from the smallest set of tokens with this probability; 0 draws from all. With top_k, this
            applies to what top_k left.
        seed : int, optional
            The same seed gives the same texts; None takes a new one each time.
        truncate : str, optional
            Cut each text before the first place where this appears in what was written.
        include_prefix : bool, default True
            Whether the texts returned begin with the prefix.
        batch_size : int, optional
            Samples written at once; chosen by memory if None. It changes the speed, not the texts.

        Returns
        -------
        list of str

        Raises
        ------
        ArgumentError
            If a value cannot work; it says which and what would be right.
        """
        reader = self._open_reader()
        nsamples = whole_number("nsamples", nsamples, 1)
        length = whole_number(
            "length",
            length,
            1,
            self.window - 1,
            f"the window of {self.window:,} tokens less one to start from",
        )
        sampling = self._check_sampling(temperature, top_k, top_p)
        seed = secrets.randbits(63) if seed is None else whole_number("seed", seed, 0, 2**64 - 1)
        if truncate is not None and (not isinstance(truncate, str) or not truncate):
            raise ArgumentError(
                f"truncate={truncate!r} cannot be looked for; give the text before which to cut, or None."
            )
        if prefix is not None and not isinstance(prefix, str):
            raise ArgumentError(f"prefix={prefix!r} is not a string; give the text to begin with, or None.")
        prompt = self._prompt("prefix", prefix, length)
        if batch_size is None:
            batch_size = min(
                SAMPLES_AT_ONCE, samples_that_fit(self.hparams, len(prompt) + length, SAMPLE_BYTES_AT_ONCE)
            )
        batch_size = whole_number("batch_size", batch_size, 1)

        texts = []
        with self._lock, bar(nsamples * length, "Writing", "token", delay=1, leave=False) as progress:
            for start in range(0, nsamples, batch_size):
                samples = range(start, min(start + batch_size, nsamples))
                tokens = reader.generate(prompt, uniforms(seed, samples, length), *sampling)
                texts += self._collect(tokens, len(samples), length, truncate, progress)
        return [prefix + text for text in texts] if prefix and include_prefix else texts

    def _prompt(self, argument, text, length):
        prompt = self.encode(text) if text else [self.end_of_text]
        if len(prompt) >= self.window:
            raise ArgumentError(
                f"{argument} has {len(prompt):,} tokens and the window {self.window:,}; keep its last part"
                " and leave room to write."
            )
        if len(prompt) + length > self.window:
            raise ArgumentError(
                f"{argument} has {len(prompt):,} tokens, which leaves room for {self.window - len(prompt):,}"
                f" of the window's {self.window:,}; give length={self.window - len(prompt)} or less, or a"
                f" shorter {argument}."
            )
        return prompt

    def _collect(self, steps, samples, length, truncate, progress):
        """Texts of one batch; stops asking for tokens when every sample has ended."""
        ids = [[] for _ in range(samples)]
        ended = np.zeros(samples, bool)
        done = 0
        for done, tokens in enumerate(steps, 1):
            for number in np.flatnonzero(~ended):
                if tokens[number] == self.end_of_text:
                    ended[number] = True
                else:
                    ids[number].append(int(tokens[number]))
            # decoding at each token would cost more than the few tokens written in vain
            if truncate and done % 8 == 0:
                for number in np.flatnonzero(~ended):
                    ended[number] = truncate in self.decode(ids[number])
            progress.update(samples)
            if ended.all():
                break
        steps.close()
        progress.update(samples * (length - done))
        texts = [self.decode(sample) for sample in ids]
        return [text.split(truncate, 1)[0] for text in texts] if truncate else texts

    def next_tokens(
        self, text: str, temperature: float = 1.0, top_k: int = 0, top_p: float = 0.0
    ) -> pd.DataFrame:
        """What the model expects next, and what sampling would make of it.

        Parameters
        ----------
        text : str
            What comes before; empty for the start of a document. Only its last window is seen.
        temperature, top_k, top_p
            As in `generate`.

        Returns
        -------
        pandas.DataFrame
            A row for each token of the vocabulary, the most likely first: ``token`` (text), ``id``,
            ``probability`` (the model's own), ``kept`` (survives top_k and top_p), ``sampled_probability``
            (of being drawn with these settings).
        """
        import pandas as pd

        reader = self._open_reader()
        sampling = self._check_sampling(temperature, top_k, top_p)
        prompt = tuple((self.encode(text) or [self.end_of_text])[-self.window :])
        # No lock: neither call has a state in the graph, so that the answer need not wait until a text is
        # written in another thread.
        remembered = self._remembered
        if remembered[0] != prompt:  # moving a slider asks about the same prompt again
            remembered = self._remembered = (prompt, *self._expected(reader.last_logits(prompt)))
        _, logits, order, probability = remembered
        kept, sampled = reader.cut(logits, *sampling)
        return pd.DataFrame(
            {
                "token": self._vocabulary[order],
                "id": order,
                "probability": probability,
                "kept": kept[order],
                "sampled_probability": sampled[order],
            }
        )

    @staticmethod
    def _expected(logits):
        """The logits, [V], the ids from the most likely on, and their probabilities in that order."""
        shifted = np.exp(logits.astype(float) - logits.max())
        order = np.argsort(-logits, kind="stable")
        return logits, order, (shifted / shifted.sum())[order]

    def token_losses(
        self, texts: Sequence[str], stride: int | None = None
    ) -> list[tuple[list[int], np.ndarray]]:
        """Each token's own loss, for several texts at once.

        A text is read after an end-of-text token, in windows of ``n_ctx`` tokens that move on by ``stride``;
        a token is scored in the first window that reaches it (the sliding window of Hugging Face's guide to
        perplexity).

        Parameters
        ----------
        texts : list of str
        stride : int, optional
            From 1 to n_ctx - 1 tokens; None takes n_ctx - 1, where windows do not overlap. A smaller one
            gives each token more to go by and takes that much longer.

        Returns
        -------
        list of (list of int, numpy.ndarray)
            For each text its tokens and their losses in nats, float32, of the same length.
        """
        reader = self._open_reader()
        stride = (
            self.window - 1
            if stride is None
            else whole_number("stride", stride, 1, self.window - 1, "the window less one")
        )
        encoded = [self.encode(text) for text in texts]
        sequences = [np.array([self.end_of_text, *ids], np.int32) for ids in encoded]
        with self._lock, bar(sum(map(len, encoded)), "Scoring", "token", delay=1, leave=False) as progress:
            losses = sequence_losses(reader.losses, sequences, self.window, stride, progress.update)
        return list(zip(encoded, losses))

    def score(self, text: str, stride: int | None = None) -> pd.DataFrame:
        """How much each token of a text surprised the model.

        The text is read as a document of its own, after an end-of-text token, so that its first token has a
        loss too; `next_tokens` and `generate` read what they are given as it is.

        Parameters
        ----------
        text : str
        stride : int, optional
            As in `token_losses`.

        Returns
        -------
        pandas.DataFrame
            A row a token: ``token`` (text), ``id``, ``start`` and ``end`` (characters of the text, end
            exclusive; a token that is part of a character counts the whole), ``nats`` (its negative log
            probability given what came before).

        Raises
        ------
        TextError
            If the text is empty.
        """
        import pandas as pd

        if text == "":
            raise TextError("The text to score is empty; give at least one character.")
        ids, nats = self.token_losses([text], stride)[0]
        # in bytes: a vocabulary entry has a character a byte
        ends = np.cumsum([len(self._encoder.decoder[number]) for number in ids])
        lengths = [len(character.encode("utf-8")) for character in text]
        character_of_byte = np.repeat(np.arange(len(text)), lengths)
        return pd.DataFrame(
            {
                "token": self._vocabulary[ids],
                "id": ids,
                "start": character_of_byte[np.concatenate([[0], ends[:-1]])],
                "end": character_of_byte[ends - 1] + 1,
                "nats": nats.astype(float),
            }
        )
