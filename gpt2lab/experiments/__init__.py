"""Grids of fine-tunings, side by side on any `concurrent.futures` executor, each result stored as it comes."""

from gpt2lab.experiments.corpus_sizes import corpus_sizes
from gpt2lab.experiments.grid import processes, run_jobs

__all__ = ["corpus_sizes", "processes", "run_jobs"]
