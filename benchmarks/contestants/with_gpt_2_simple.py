"""Plain gpt-2-simple: its own `generate` and `finetune`; where it has no function, a loop over the graph of
its own model.
"""

import contextlib
import os
import tempfile
import threading
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import gpt_2_simple as gpt2
import numpy as np
import tensorflow as tf
from gpt_2_simple.src import encoder, load_dataset, model, sample

from benchmarks.contestants import training_batch
from benchmarks.contestants.windows import padded_batches
from gpt2lab.pretrained.checkpoints import read_hparams


class Gpt2Simple:
    def __init__(self, folder):
        self.folder = Path(folder)
        self._session = None
        self._hparams = model.default_hparams()
        self._hparams.override_from_dict(read_hparams(self.folder))

    def _load(self, session):
        gpt2.load_gpt2(session, run_name=self.folder.name, checkpoint_dir=str(self.folder.parent))
        return session

    @property
    def session(self):
        if self._session is None:
            self._session = self._load(gpt2.start_tf_sess())
        return self._session

    @property
    def encoder(self):
        return encoder.get_encoder(str(self.folder))

    def open(self):
        def work():
            gpt2.reset_session(self._load(gpt2.start_tf_sess())).close()

        return work

    def generate(self, prompt, samples, length, temperature, top_k, batch_size=1, built=False):
        """Its `generate`, which builds its graph at each call; with ``built`` that graph is built before the
        clock starts.
        """
        session = self.session
        if built:
            return self._generate_built(prompt, samples, length, temperature, top_k, batch_size)

        def work():
            texts = gpt2.generate(
                session,
                run_name=self.folder.name,
                checkpoint_dir=str(self.folder.parent),
                return_as_list=True,
                prefix=prompt,
                nsamples=samples,
                batch_size=batch_size,
                length=length,
                temperature=temperature,
                top_k=top_k,
            )
            return {"texts": len(texts), "tokens": samples * length}

        return work

    def _generate_built(self, prompt, samples, length, temperature, top_k, batch_size):
        text = self.encoder
        prefix = self.encoder.encode(prompt)
        context = tf.compat.v1.placeholder(tf.int32, [batch_size, None])
        output = sample.sample_sequence(
            hparams=self._hparams,
            length=length,
            context=context,
            batch_size=batch_size,
            temperature=temperature,
            top_k=top_k,
        )[:, 1:]

        def work():
            texts = []
            while len(texts) < samples:
                texts += [
                    text.decode(row) for row in self.session.run(output, {context: batch_size * [prefix]})
                ]
            return {"texts": len(texts), "tokens": samples * length}

        return work

    def _forward_graph(self):
        self.session
        context = tf.compat.v1.placeholder(tf.int32, [None, None])
        return context, model.model(hparams=self._hparams, X=context, reuse=tf.compat.v1.AUTO_REUSE)["logits"]

    def forward(self, prompt):
        context, logits = self._forward_graph()
        log_probabilities = tf.nn.log_softmax(tf.cast(logits[0, -1], tf.float64))
        tokens = self.encoder.encode(prompt)

        def work():
            return {"log_probabilities": self.session.run(log_probabilities, {context: [tokens]}).tolist()}

        return work

    def score(self, text_file, characters=None, stride=None, batch_size=1):
        """It has no such function; this is the plain loop that its users write."""
        context, logits = self._forward_graph()
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=context[:, 1:], logits=logits[:, :-1])
        text = Path(text_file).read_text(encoding="utf-8")[:characters]
        window = self._hparams.n_ctx

        def work():
            tokens = [self.encoder.encoder["<|endoftext|>"], *self.encoder.encode(text)]
            nats = 0.0
            for batch, scored in padded_batches(tokens, window, stride or window - 1, batch_size):
                nats += self.session.run(losses, {context: batch})[scored].sum(dtype=np.float64)
            return {"nats_per_token": nats / (len(tokens) - 1), "tokens": len(tokens) - 1}

        return work

    def train_step(self, batch_size):
        """Its `finetune` itself, stopped at each window that it draws, so that each call lets it take one
        step.
        """
        steps = _Steps(batch_size, self._hparams.n_vocab)
        losses = []
        load_dataset.Sampler.sample = steps.sample
        session = gpt2.start_tf_sess()
        plain_run = session.run

        def run(fetches, feed_dict=None):
            found = plain_run(fetches, feed_dict)
            if isinstance(fetches, tuple):  # (what moves the weights, loss, summary)
                losses.append(float(found[1]))
            return found

        session.run = run
        folder = Path(tempfile.mkdtemp(prefix="gpt-2-simple-"))
        np.savez(folder / "tokens.npz", np.zeros(4096, np.int32))

        def finetune():
            with contextlib.suppress(_Enough), session.graph.as_default():
                gpt2.finetune(
                    session,
                    str(folder / "tokens.npz"),
                    steps=-1,
                    model_name=self.folder.name,
                    model_dir=str(self.folder.parent),
                    batch_size=batch_size,
                    accumulate_gradients=1,
                    checkpoint_dir=str(folder / "checkpoint"),
                    learning_rate=1e-4,
                    sample_every=10**9,
                    save_every=10**9,
                )

        steps.start(finetune)

        def work():
            steps.take_one()
            return {"loss": losses[-1]}

        return work


class _Enough(Exception):
    """Ends `finetune` without its last save."""


class _Steps:
    """Hands `finetune` the windows of one step after the other, and waits between two steps."""

    def __init__(self, batch_size, vocabulary):
        self._batch_size = batch_size
        self._vocabulary = vocabulary
        self._drawn = 0
        self._step = 0
        self._go = threading.Semaphore(0)
        self._arrived = threading.Semaphore(0)
        self._failure = None

    def start(self, function):
        def guarded():
            try:
                function()
            except BaseException as error:  # told to the thread that waits
                self._failure = error
            self._arrived.release()

        threading.Thread(target=guarded, daemon=True).start()
        self._wait()

    def _wait(self):
        self._arrived.acquire()
        if self._failure:
            raise self._failure

    def take_one(self):
        self._go.release()
        self._wait()

    def sample(self, length):
        """In place of gpt-2-simple's `Sampler.sample`."""
        if self._drawn % self._batch_size == 0:
            self._arrived.release()
            self._go.acquire()
            self._batch = training_batch(self._step, self._batch_size, self._vocabulary)
            self._step += 1
        self._drawn += 1
        return self._batch[(self._drawn - 1) % self._batch_size]
