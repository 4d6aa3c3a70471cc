"""Hugging Face transformers on PyTorch, set up for a CPU as well as we know."""

import os
from pathlib import Path

import numpy as np
import torch
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.utils import logging

from benchmarks.contestants import training_batch
from benchmarks.contestants.windows import padded_batches
from gpt2lab.pretrained import checkpoints
from gpt2lab.pretrained.encoder import load_encoder

logging.set_verbosity_error()
torch.set_num_threads(len(os.sched_getaffinity(0)))


class Transformers:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.hparams = checkpoints.read_hparams(self.folder)
        self._models = {}

    @property
    def encoder(self):
        return load_encoder(self.folder)

    def _load(self, precision="float32", **changes):
        h = self.hparams
        config = GPT2Config(
            vocab_size=h["n_vocab"],
            n_positions=h["n_ctx"],
            n_embd=h["n_embd"],
            n_layer=h["n_layer"],
            n_head=h["n_head"],
            # No dropout, as gpt-2-simple has none; no end, so that all write the same number of tokens.
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=None,
            eos_token_id=None,
            pad_token_id=0,
            # The same function as its usual gelu_new, in one fused kernel: faster, and it keeps less for the
            # way back.
            activation_function="gelu_pytorch_tanh",
            **changes,
        )
        with torch.device("meta"):  # no time and memory for random weights
            model = GPT2LMHeadModel(config)
        model = model.to_empty(device="cpu")
        weights = checkpoints.read_weights(checkpoints.latest_prefix(self.folder), h)
        missing = model.load_state_dict(state_dict(weights), strict=False, assign=True)
        assert not missing.unexpected_keys, missing
        model.tie_weights()
        return model.to(torch.bfloat16 if precision == "bfloat16" else torch.float32).eval()

    def model(self, precision="float32"):
        if precision not in self._models:
            self._models[precision] = self._load(precision)
        return self._models[precision]

    def open(self):
        def work():
            self._load()

        return work

    def generate(
        self,
        prompt,
        samples,
        length,
        temperature,
        top_k,
        batch_size=1,
        cache=None,
        precision="float32",
        built=True,
    ):
        model = self.model(precision)
        ids = torch.tensor([self.encoder.encode(prompt)])

        def work():
            texts = []
            with torch.inference_mode():
                while len(texts) < samples:
                    count = min(batch_size, samples - len(texts))
                    rows = ids.expand(count, -1)
                    found = model.generate(
                        rows,
                        attention_mask=torch.ones_like(rows),
                        do_sample=True,
                        temperature=temperature,
                        top_k=top_k,
                        max_new_tokens=length,
                        cache_implementation=cache,
                    )
                    assert found.shape[1] == ids.shape[1] + length
                    texts += [self.encoder.decode(row) for row in found[:, ids.shape[1] :].tolist()]
            return {"texts": len(texts), "tokens": samples * length}

        return work

    def forward(self, prompt):
        model = self.model()
        ids = torch.tensor([self.encoder.encode(prompt)])

        def work():
            with torch.inference_mode():
                logits = model(ids, logits_to_keep=1).logits[0, -1]
                return {"log_probabilities": torch.log_softmax(logits.double(), -1).tolist()}

        return work

    def score(self, text_file, characters=None, stride=None, batch_size=1):
        model = self.model()
        text = Path(text_file).read_text(encoding="utf-8")[:characters]
        window = self.hparams["n_ctx"]

        def work():
            tokens = [self.encoder.encoder["<|endoftext|>"], *self.encoder.encode(text)]
            nats = 0.0
            with torch.inference_mode():
                for batch, scored in padded_batches(tokens, window, stride or window - 1, batch_size):
                    batch = torch.from_numpy(batch).long()
                    logits = model(batch, use_cache=False).logits[:, :-1]
                    losses = torch.nn.functional.cross_entropy(
                        logits.flatten(0, 1), batch[:, 1:].flatten(), reduction="none"
                    )
                    nats += losses.numpy()[scored.ravel()].sum(dtype=np.float64)
            return {"nats_per_token": float(nats / (len(tokens) - 1)), "tokens": len(tokens) - 1}

        return work

    def train_step(self, batch_size, recompute=False, precision="float32", optimizer="fused"):
        model = self._load()  # bfloat16 computes in it by autocast, over float32 weights
        model.train()
        if recompute:
            model.gradient_checkpointing_enable()
        adam = torch.optim.Adam(model.parameters(), lr=1e-4, **{optimizer: True})
        steps = iter(range(10**6))

        def work():
            ids = torch.from_numpy(training_batch(next(steps), batch_size, self.hparams["n_vocab"])).long()
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
                loss = model(ids, labels=ids, use_cache=False).loss
            loss.backward()
            adam.step()
            adam.zero_grad(set_to_none=True)
            return {"loss": float(loss.detach())}

        return work


def state_dict(weights):
    """gpt-2-simple's weights under transformers' names; a [1, in, out] matrix is its Conv1D's [in, out]."""
    ends = {"w": "weight", "b": "bias", "g": "weight"}
    found = {}
    for name, array in weights.items():
        parts = name.split("/")[1:]
        if parts[0] in ("wte", "wpe"):
            key = f"transformer.{parts[0]}.weight"
        else:
            layer = ["h", parts[0][1:], *parts[1:-1]] if parts[0][1:].isdigit() else parts[:-1]
            key = ".".join(["transformer", *layer, ends[parts[-1]]])
        array = array[0] if parts[-1] == "w" else array
        found[key] = torch.from_numpy(np.require(array, requirements=["C", "W", "A"]))
    return found
