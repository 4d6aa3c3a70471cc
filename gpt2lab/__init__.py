"""gpt2lab: fine-tune GPT-2 and measure what it did.

Everything that a notebook needs is here under one name (``import gpt2lab as lab``) and loaded on first use, so that the import
itself is quick and silent; TensorFlow starts with the first model.
"""

import sys
from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

_HOME = {
    "models": "catalog",
    "ModelCard": "catalog",
    "download": "download",
    "Corpus": "corpus",
    "Document": "corpus",
    "Splits": "corpus",
    "presidential_speeches": "corpus",
    "chat_posts": "corpus",
    "Overview": "overview",
    "load": "language_model",
    "LanguageModel": "language_model",
    "finetune": "finetuning",
    "estimate": "estimation",
    "Estimate": "estimation",
    "Run": "run",
    "perplexity": "measures.perplexity",
    "Perplexity": "measures.perplexity",
    "compare_perplexity": "measures.paired_perplexity",
    "PerplexityComparison": "measures.paired_perplexity",
    "words": "measures.words",
    "human_samples": "measures.human",
    "distinct": "measures.diversity",
    "self_bleu": "measures.diversity",
    "repetition": "measures.diversity",
    "zipf": "measures.diversity",
    "overlap": "measures.overlap",
    "Overlap": "measures.overlap",
    "compare_overlap": "measures.overlap_comparison",
    "OverlapComparison": "measures.overlap_comparison",
    "copied": "measures.copying",
    "copied_spans": "measures.copying",
    "complexity": "measures.complexity",
    "Complexity": "measures.complexity",
    "preference": "measures.preference",
    "Preference": "measures.preference",
    "ReadingTest": "measures.reading",
    "author_prefix": "document",
    "author_matrix": "measures.author_prefix",
    "AuthorMatrix": "measures.author_prefix",
    "guess_authors": "measures.author_guess",
    "AuthorGuesses": "measures.author_guess",
    "sweep": "experiments.sweep",
    "report": "report",
    "Report": "report",
    "LabError": "errors",
}
_ROOMS = ("plots", "widgets", "course", "experiments")

__all__ = [*_HOME, *_ROOMS]


def __getattr__(name):
    if name in _HOME:
        value = getattr(import_module(f"gpt2lab.{_HOME[name]}"), name)
    elif name in _ROOMS:
        value = import_module(f"gpt2lab.{name}")
    else:
        raise AttributeError(f"module 'gpt2lab' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    def __setattr__(self, name, value):
        # Importing the room `gpt2lab.download` would put the module where users expect the function of the same name.
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
