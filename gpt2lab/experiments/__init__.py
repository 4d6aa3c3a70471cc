"""Grids of fine-tunings and sweeps of sampling, side by side on any `concurrent.futures` executor, each
result stored as it comes.
"""

from gpt2lab.base.jobs import processes, run_jobs
from gpt2lab.experiments.corpus_sizes import corpus_sizes
from gpt2lab.experiments.flags import flags
from gpt2lab.experiments.laws import loss_laws, scaling_laws
from gpt2lab.experiments.model_sizes import ModelSizes, model_sizes
from gpt2lab.experiments.published_sampling import published_sampling, sampling_orderings
from gpt2lab.experiments.seeds import over_seeds
from gpt2lab.experiments.sweep import sweep

__all__ = [
    "ModelSizes",
    "corpus_sizes",
    "flags",
    "loss_laws",
    "model_sizes",
    "over_seeds",
    "processes",
    "published_sampling",
    "run_jobs",
    "sampling_orderings",
    "scaling_laws",
    "sweep",
]
