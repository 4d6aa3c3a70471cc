"""gpt2lab, by its public face where it has one."""

from pathlib import Path

import numpy as np

import gpt2lab as lab
from benchmarks.contestants import training_batch
from gpt2lab.pretrained import checkpoints


class Gpt2lab:
    """Opens the model when it is first needed; training opens it with a training step."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self._models = {}

    def _load(self, precision="float32"):
        return lab.load(run_name=self.folder.name, checkpoint_dir=self.folder.parent, precision=precision)

    def model(self, precision="float32"):
        if precision not in self._models:
            self._models[precision] = self._load(precision)
        return self._models[precision]

    def open(self):
        def work():
            self._load().close()

        return work

    def generate(
        self, prompt, samples, length, temperature, top_k, batch_size=None, precision="float32", built=True
    ):
        lm = self.model(precision)
        seeds = iter(range(1, 10**6))

        def work():
            texts = lm.generate(
                prompt,
                samples,
                length,
                temperature,
                top_k,
                seed=next(seeds),
                include_prefix=False,
                batch_size=batch_size,
            )
            return {"texts": len(texts), "tokens": sum(len(lm.encode(text)) for text in texts)}

        return work

    def forward(self, prompt):
        """The prompt once through the network, and nothing else: the yardstick for the first token."""
        lm = self.model()
        tokens = lm.encode(prompt)

        def work():
            logits = lm._reader.last_logits(tokens)
            return {"log_probabilities": log_softmax(logits)}

        return work

    def score(self, text_file, characters=None, stride=None, batch_size=None):
        lm = self.model()
        text = Path(text_file).read_text(encoding="utf-8")[:characters]

        def work():
            found = lab.perplexity(lm, text, stride=stride)
            return {"nats_per_token": found.nats_per_token, "tokens": found.tokens}

        return work

    def next_tokens(self, prompt):
        """A table after a changed slider: the prompt is the same, temperature, k and p are other ones each
        time.
        """
        lm = self.model()
        settings = iter((0.5 + number / 1000, number % 100, (number % 10) / 10) for number in range(10**6))
        lm.next_tokens(prompt)

        def work():
            temperature, top_k, top_p = next(settings)
            return {"rows": len(lm.next_tokens(prompt, temperature, top_k, top_p))}

        return work

    def train_step(self, batch_size, recompute=False, precision="float32"):
        from gpt2lab.engine import Network, Trainer

        hparams = checkpoints.read_hparams(self.folder)
        network = Network(hparams)
        network.assign(checkpoints.read_weights(checkpoints.latest_prefix(self.folder), hparams))
        trainer = Trainer(network, batch_size, recompute=recompute, precision=precision)
        steps = iter(range(10**6))

        def work():
            return {"loss": trainer.step([training_batch(next(steps), batch_size, hparams["n_vocab"])], 1e-4)}

        return work


def log_softmax(logits):
    logits = np.asarray(logits, np.float64)
    shifted = logits - logits.max()
    return (shifted - np.log(np.exp(shifted).sum())).tolist()
