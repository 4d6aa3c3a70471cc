"""Which name is in which room: for editors, type checkers and ``__init__.py``, which loads on first use."""

from . import course as course
from . import experiments as experiments
from . import plots as plots
from . import widgets as widgets
from .corpus import (
    Corpus as Corpus,
)
from .corpus import (
    Document as Document,
)
from .corpus import (
    Splits as Splits,
)
from .corpus import (
    chat_posts as chat_posts,
)
from .corpus import (
    presidential_speeches as presidential_speeches,
)
from .corpus.document import author_prefix as author_prefix
from .corpus.overview import Overview as Overview
from .errors import LabError as LabError
from .experiments.sweep import sweep as sweep
from .language_model import LanguageModel as LanguageModel
from .measures.author_guess import (
    AuthorGuesses as AuthorGuesses,
)
from .measures.author_guess import (
    guess_authors as guess_authors,
)
from .measures.author_prefix import (
    AuthorMatrix as AuthorMatrix,
)
from .measures.author_prefix import (
    author_matrix as author_matrix,
)
from .measures.complexity import (
    Complexity as Complexity,
)
from .measures.complexity import (
    complexity as complexity,
)
from .measures.copying import (
    copied as copied,
)
from .measures.copying import (
    copied_spans as copied_spans,
)
from .measures.diversity import (
    distinct as distinct,
)
from .measures.diversity import (
    repetition as repetition,
)
from .measures.diversity import (
    self_bleu as self_bleu,
)
from .measures.diversity import (
    zipf as zipf,
)
from .measures.human import human_samples as human_samples
from .measures.overlap import (
    Overlap as Overlap,
)
from .measures.overlap import (
    overlap as overlap,
)
from .measures.overlap_comparison import (
    OverlapComparison as OverlapComparison,
)
from .measures.overlap_comparison import (
    compare_overlap as compare_overlap,
)
from .measures.paired_perplexity import (
    PerplexityComparison as PerplexityComparison,
)
from .measures.paired_perplexity import (
    compare_perplexity as compare_perplexity,
)
from .measures.perplexity import (
    Perplexity as Perplexity,
)
from .measures.perplexity import (
    perplexity as perplexity,
)
from .measures.preference import (
    Preference as Preference,
)
from .measures.preference import (
    preference as preference,
)
from .measures.reading import ReadingTest as ReadingTest
from .measures.words import words as words
from .pretrained.catalog import (
    ModelCard as ModelCard,
)
from .pretrained.catalog import (
    models as models,
)
from .pretrained.download import download as download
from .report import (
    Report as Report,
)
from .report import (
    report as report,
)
from .training.estimation import (
    Estimate as Estimate,
)
from .training.estimation import (
    estimate as estimate,
)
from .training.finetuning import finetune as finetune
from .training.loading import load as load
from .training.run import Run as Run

__version__: str
