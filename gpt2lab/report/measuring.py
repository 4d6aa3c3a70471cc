"""What a report measures itself, each result kept in its folder: a report that is made again opens a model
only for what is new.
"""

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np

from gpt2lab.base.jobs import run_jobs
from gpt2lab.base.progress import bar, silent
from gpt2lab.errors import ArgumentError, CheckpointError, DownloadError, ExperimentError, LabError, TextError
from gpt2lab.measures.perplexity import perplexity
from gpt2lab.pretrained import checkpoints, tensor_bundle
from gpt2lab.pretrained.catalog import CARDS, find_card
from gpt2lab.pretrained.encoder import load_encoder
from gpt2lab.training.finetuning import describe_text


@dataclass
class Findings:
    """All that the questions of a report are answered from; what was not given is None.

    Attributes
    ----------
    run : Run
    base_name, tuned_name : str or None, str
        The models before and after, in words.
    parameters : int or None
        Of either.
    splits : dict of str to (Corpus or None)
        ``train``, ``valid`` and ``test``.
    tables : dict of str to (pandas.DataFrame or None)
        ``sweep``, ``model_sizes``, ``corpus_sizes``.
    writing : dict
        How the samples were drawn: nsamples, length, temperature, top_k, top_p, seed, and, where they have
        one, the prefix.
    samples : dict of str to list of str
        ``before`` and ``after``.
    perplexities : dict of (str, str) to Perplexity
        By text and model, for example ``("test", "before")``.
    left_out : str
        Why there is no model before; empty if there is one.
    """

    run: object
    base_name: str | None
    tuned_name: str
    parameters: int | None
    splits: dict
    tables: dict
    writing: dict
    shown: int
    samples: dict = field(default_factory=dict)
    perplexities: dict = field(default_factory=dict)
    left_out: str = ""

    @property
    def encoder(self):
        """The encoder of the run."""
        return load_encoder(self.run.folder)


class Model:
    """One of the two models, opened when it is first asked something.

    Parameters
    ----------
    opening : callable
        Returns the LanguageModel.
    prefix : Path
        Where its weights are.
    """

    def __init__(self, opening, prefix):
        # The index of a checkpoint holds a checksum of every tensor: a few kilobytes say which weights these
        # are.
        self.weights = hashlib.sha256(tensor_bundle.index_path(prefix).read_bytes()).hexdigest()
        self._opening = opening
        self._opened = None
        self._stack = ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._stack.close()

    @property
    def lm(self):
        if self._opened is None:
            self._opened = self._stack.enter_context(self._opening())
        return self._opened

    def samples(self, weights, **writing):
        """The job of samples: dict."""
        return {"samples": self.lm.generate(**writing)}

    def losses(self, weights, text):
        """The job of a perplexity: dict of ``documents``, the tokens and the nats of each."""
        found = self.lm.token_losses([document.text for document in text if document.text], None)
        return {"documents": [[len(nats), float(np.sum(nats, dtype=np.float64))] for _, nats in found]}


class Scored:
    """What a model made of a text, in the place of the model: measures that ask it for losses need not open
    it again.

    Parameters
    ----------
    documents : list of (int, float)
        Tokens and nats of each document.
    """

    def __init__(self, documents):
        self._documents = documents

    def token_losses(self, texts, stride=None):
        """The mean loss of each document for each of its tokens: sums over documents are those of
        the model.
        """
        return [([], np.full(tokens, nats / tokens)) for tokens, nats in self._documents]


def base_of(run, model_dir=None):
    """Name of the size that a run was fine-tuned from, and the folder where models are kept; the name is
    None if no size has this shape.
    """
    settings = run.configuration.get("settings", {})
    name = run.configuration.get("model_name")
    if name is None:  # plain gpt-2-simple does not write it down, but no two sizes have one shape
        hparams = checkpoints.read_hparams(run.folder)
        name = next((each.name for each in CARDS.values() if each.hparams == hparams), None)
    return name, model_dir or settings.get("model_dir", "models")


def tuned_step(run):
    """The step that the report takes as the model after fine-tuning: the best, or the newest where no
    validation loss was measured.

    Raises
    ------
    CheckpointError
        If nothing was saved.
    """
    best = run.best_step
    if best is not None and best in run.checkpoints:
        return best
    return checkpoints.step_of(checkpoints.find_checkpoint(run.folder))


def check_texts(run, splits):
    """Refuse a training text that the run did not learn from, and held-out text that is part of it.

    Raises
    ------
    ArgumentError, TextError
    """
    for name, corpus in splits.items():
        if corpus is not None and not corpus.characters:
            raise TextError(f"{name} has no text; give one that is not empty, or leave {name} out.")
    recorded = run.configuration.get("text")
    train = splits["train"]
    if train is not None and recorded:
        given = describe_text(train, train.tokens(load_encoder(run.folder)))
        if given != recorded:
            raise ArgumentError(
                f"train is not the text that {run.name} learned from ({given['documents']:,} documents of"
                f" {given['characters']:,} characters in all; it was {recorded['documents']:,} of"
                f" {recorded['characters']:,}); give the very same text, or leave train out."
            )
    learned = {document.text.strip() for document in train or ()}
    for name in ("valid", "test"):
        seen = [document.name for document in splits[name] or () if document.text.strip() in learned]
        if seen:
            raise ArgumentError(
                f"{name} holds {seen[0]!r}, which is in the training text as well; what a model has learned"
                " from says nothing of what it has not seen, so give text that was held out."
            )


def measure(findings, folder, model_dir):
    """Fill in the samples and the perplexities of `Findings`, from the folder where they are kept or from
    the models.
    """
    name, model_dir = base_of(findings.run, model_dir)
    texts = {
        part: corpus for part, corpus in findings.splits.items() if part != "train" and corpus is not None
    }
    with ExitStack() as stack, bar(2 * (1 + len(texts)), "Report", "measurement") as progress:
        models = {"before": _base_model(findings, name, model_dir), "after": _tuned_model(findings)}
        for side, model in models.items():
            if model is None:
                progress.update(1 + len(texts))
                continue
            stack.enter_context(model)
            progress.set_postfix({"now": f"samples {side}"})
            job = {"weights": model.weights, **findings.writing}
            findings.samples[side] = _measure_once(model.samples, job, folder)["samples"]
            progress.update()
            for part, corpus in texts.items():
                progress.set_postfix({"now": f"perplexity {side}, {part}"})
                job = {"weights": model.weights, "text": corpus}
                documents = _measure_once(model.losses, job, folder)["documents"]
                findings.perplexities[part, side] = perplexity(Scored(documents), corpus)
                progress.update()


def _measure_once(function, job, folder):
    """The result of one job, computed only if the folder does not hold it."""
    try:
        with silent():
            return run_jobs(function, [job], folder)[0]
    except ExperimentError as error:
        if isinstance(error.__cause__, LabError):
            raise error.__cause__ from None  # one job: what went wrong is the whole story
        raise


def _base_model(findings, name, model_dir):
    from gpt2lab.pretrained.download import download
    from gpt2lab.training.loading import load

    if name is None:
        findings.left_out = "no size of GPT-2 has the shape of this run"
        return None
    try:
        folder = download(name, model_dir)
    except DownloadError as error:  # a run that was carried to another machine is worth a report all the same
        findings.left_out = f"it could not be fetched ({error})"
        return None
    return Model(lambda: load(find_card(name).name, model_dir=model_dir), checkpoints.latest_prefix(folder))


def _tuned_model(findings):
    step = tuned_step(findings.run)
    if step not in findings.run.checkpoints:
        raise CheckpointError(
            f"{findings.run.folder} holds no saved step; fine-tune first, or wait for the first save."
        )
    return Model(lambda: findings.run.load(step), checkpoints.weights_prefix(findings.run.folder, step))
