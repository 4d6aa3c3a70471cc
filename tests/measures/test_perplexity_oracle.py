"""Perplexity in sliding windows is that of Hugging Face's guide "Perplexity of fixed-length models", after
an end-of-text token.
"""

import math
import random
import zlib

import numpy as np
import pytest
from at_length import examples
from hypothesis import given
from hypothesis import strategies as st

import gpt2lab as lab
from gpt2lab.engine import sequence_losses


def guide(tokens, window, stride, loss):
    """The loop of the guide: the mean loss of a window's new tokens, weighted by how many they are.

    ``loss(ids, labels)`` is that of a window with the label -100 where a token is only read. Returns nats and
    tokens scored.
    """
    nats, scored, before = 0.0, 0, 0
    for begin in range(0, len(tokens), stride):
        end = min(begin + window, len(tokens))
        ids = tokens[begin:end]
        labels = [-100] * (len(ids) - (end - before)) + ids[len(ids) - (end - before) :]
        # Each token is predicted by the one before it: the first of a window by none
        number = sum(label != -100 for label in labels[1:])
        if number:
            nats, scored = nats + loss(ids, labels) * number, scored + number
        before = end
        if end == len(tokens):
            break
    return nats, scored


class Remembering:
    """A model whose surprise at a token depends on every token before it in the window and on
    nothing else.
    """

    end_of_text = 0

    def __init__(self, window):
        self.window = window

    @staticmethod
    def nats(before, token):
        return zlib.crc32(bytes(before) + b"|" + bytes([token])) / 2**29

    def losses(self, tokens):
        return np.array(
            [[self.nats(row[:place], row[place]) for place in range(1, len(row))] for row in tokens.tolist()],
            np.float32,
        )

    def loss(self, ids, labels):
        return np.mean(
            [self.nats(ids[:place], label) for place, label in enumerate(labels) if place and label != -100]
        )

    def token_losses(self, texts, stride):
        sequences = [np.array([self.end_of_text, *text.encode()], np.int32) for text in texts]
        losses = sequence_losses(
            self.losses, sequences, self.window, stride or self.window - 1, lambda scored: None
        )
        return [(sequence[1:].tolist(), nats) for sequence, nats in zip(sequences, losses)]


windows = st.integers(2, 12).flatmap(lambda window: st.tuples(st.just(window), st.integers(1, window - 1)))
texts = st.lists(
    st.text(st.characters(min_codepoint=97, max_codepoint=100), min_size=1, max_size=40),
    min_size=1,
    max_size=3,
)


@pytest.mark.slow
@examples(200, at_length=1000)
@given(windows, texts)
def test_every_window_and_stride_gives_what_the_guides_loop_gives(sizes, texts):
    window, stride = sizes
    model = Remembering(window)
    found = lab.perplexity(model, texts, stride)
    nats, scored = zip(
        *(guide([model.end_of_text, *text.encode()], window, stride, model.loss) for text in texts)
    )
    assert found.tokens == sum(scored) == sum(map(len, texts))  # each token is scored once, the first one too
    assert found.perplexity == pytest.approx(math.exp(sum(nats) / sum(scored)), rel=1e-5)


@given(st.integers(2, 12), texts)
def test_without_a_stride_no_token_is_read_twice_but_the_last_of_a_window(window, texts):
    model = Remembering(window)
    assert lab.perplexity(model, texts) == lab.perplexity(model, texts, stride=window - 1)


def test_where_the_guide_itself_differs():
    """As the guide has it nothing comes before a text: its first token is not scored, and all later windows
    begin one token later.
    """
    model, text = Remembering(8), bytes(random.Random(0).choices(range(97, 101), k=40)).decode()
    nats, scored = guide(list(text.encode()), 8, 4, model.loss)
    found = lab.perplexity(model, text, stride=4)
    assert scored == found.tokens - 1 and nats != pytest.approx(found.nats_per_token * found.tokens)
    # With windows that do not overlap at all, stride and window equal, the guide scores no first token of any
    # window.
    assert guide(list(text.encode()), 8, 8, model.loss)[1] == 40 - 5


@pytest.fixture(scope="module")
def peer(models):
    """The pretrained 1M as a model of transformers."""
    pytest.importorskip("transformers", reason="the oracle of this file; it comes with the extra 'bench'")
    from benchmarks.contestants.with_transformers import Transformers

    return Transformers(models / "1M").model()


@pytest.mark.slow
@pytest.mark.parametrize("stride", [None, 512, 300])
def test_transformers_finds_the_same_perplexity_with_the_same_weights(small, peer, held_out, stride):
    import torch

    def loss(ids, labels):
        with torch.inference_mode():
            return float(peer(torch.tensor([ids]), labels=torch.tensor([labels])).loss)

    documents = [document.text for document in held_out]
    assert max(len(small.encode(text)) for text in documents) > 2 * small.window
    nats, scored = zip(
        *(
            guide([small.end_of_text, *small.encode(text)], small.window, stride or small.window - 1, loss)
            for text in documents
        )
    )
    found = lab.perplexity(small, held_out, stride)
    assert found.tokens == sum(scored)
    assert found.perplexity == pytest.approx(math.exp(sum(nats) / sum(scored)), rel=1e-5)
