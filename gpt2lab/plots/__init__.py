"""Figures: tables in, `matplotlib` figures with a caption in words out."""

from gpt2lab.plots.authors import author_matrix
from gpt2lab.plots.class_results import class_results
from gpt2lab.plots.corpus_sizes import corpus_sizes, scaling_laws
from gpt2lab.plots.flags import flags
from gpt2lab.plots.model_sizes import model_sizes
from gpt2lab.plots.parameter_law import parameter_law
from gpt2lab.plots.parameters import parameter_parts, parameters
from gpt2lab.plots.perplexity import perplexity
from gpt2lab.plots.sweep import quality_diversity, sweep
from gpt2lab.plots.texts import copied_spans, overlap, overlap_growth
from gpt2lab.plots.tokens import next_tokens, sampling_grid, token_losses, visible
from gpt2lab.plots.training import copying, loss, losses

__all__ = [
    "author_matrix",
    "class_results",
    "copied_spans",
    "copying",
    "corpus_sizes",
    "flags",
    "loss",
    "losses",
    "model_sizes",
    "next_tokens",
    "overlap",
    "overlap_growth",
    "parameter_law",
    "parameter_parts",
    "parameters",
    "perplexity",
    "quality_diversity",
    "sampling_grid",
    "scaling_laws",
    "sweep",
    "token_losses",
    "visible",
]
