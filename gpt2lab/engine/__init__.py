"""The TensorFlow graph itself: forward pass with its cache, sampler, scorer, training step."""

from gpt2lab.engine.backward import Gradients
from gpt2lab.engine.network import Network, random_weights
from gpt2lab.engine.reader import Reader
from gpt2lab.engine.sampler import uniforms
from gpt2lab.engine.training import Batches, Trainer
from gpt2lab.engine.windows import sequence_losses

__all__ = [
    "Batches",
    "Gradients",
    "Network",
    "Reader",
    "Trainer",
    "random_weights",
    "sequence_losses",
    "uniforms",
]
