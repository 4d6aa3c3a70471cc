"""What experiments refuse before they begin: lists of values, settings of fine-tunings, texts."""

from gpt2lab.base.arguments import one_of
from gpt2lab.corpus import Corpus, Splits
from gpt2lab.errors import ArgumentError
from gpt2lab.pretrained.catalog import find_card
from gpt2lab.pretrained.download import download_vocabulary
from gpt2lab.pretrained.encoder import load_encoder
from gpt2lab.training.finetuning import training_tokens
from gpt2lab.training.settings import RECORDED, Settings

# What an experiment decides for all its fine-tunings.
OWN_SETTINGS = """
    model_name steps seed run_name checkpoint_dir restore_from overwrite sample_every save_every
    max_checkpoints patience
""".split()


def check_values(name, values, check):
    """The values of a list, each of them as ``check`` returns it: at least one, and none twice.

    Raises
    ------
    ArgumentError
        If it is no list, empty, or names one twice.
    """
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise ArgumentError(f"{name}={values!r} is a single value; put it into a list, {name}=[{values!r}].")
    values = [check(value) for value in values]
    if not values:
        raise ArgumentError(f"{name} is empty; give at least one.")
    if len(set(values)) < len(values):
        raise ArgumentError(f"{name}={values!r} names one twice; give each once.")
    return values


def check_prefix(prefix):
    """Refuse a beginning of samples that is no text; None is none.

    Raises
    ------
    ArgumentError
    """
    if prefix is not None and (not isinstance(prefix, str) or not prefix):
        raise ArgumentError(
            f"prefix={prefix!r} is no text; give the words that each sample begins with, or None."
        )


def check_settings(asked, model_names, steps, model_dir):
    """Refuse what `finetune` would refuse, before the first fine-tuning.

    Raises
    ------
    ArgumentError
        As `finetune`; also for a setting that it does not have or the grid decides.
    """
    for name in asked:
        one_of("setting", name, [each for each in RECORDED if each not in (*OWN_SETTINGS, "model_dir")])
    for name in model_names:
        Settings(Corpus(), name, steps, model_dir=model_dir, **asked)


def check_text(splits, characters, model_names, model_dir):
    """Refuse splits that lack a part, and lengths that the text does not have or that are below a window of a
    model.

    Raises
    ------
    ArgumentError, TextError
    """
    if not isinstance(splits, Splits):
        raise ArgumentError(
            f"splits is of type {type(splits).__name__}; give what corpus.split(valid=0.1, test=0.1) returns."
        )
    for part in ("valid", "test"):
        if not getattr(splits, part).characters:
            raise ArgumentError(
                f"splits has no {part} text to measure on;"
                " hold some out with corpus.split(valid=0.1, test=0.1)."
            )
    if max(characters) > splits.train.characters:
        raise ArgumentError(
            f"characters={max(characters):,} is more than the training text has; give"
            f" {splits.train.characters:,} or fewer, or a longer text."
        )
    for name in model_names:
        training_tokens(
            splits.train.first(min(characters)),
            load_encoder(download_vocabulary(name, model_dir)),
            find_card(name).n_ctx,
        )
