"""Make the hidden inputs on which answers are graded: small, but the real kinds of object that a notebook
works with.
"""

import tempfile
from pathlib import Path

from gpt2lab.corpus import Corpus
from gpt2lab.pretrained.download import download
from gpt2lab.pretrained.encoder import load_encoder
from gpt2lab.training.loading import load
from gpt2lab.training.run import Run, average_losses, write_configuration, write_history

_folders = []  # deleted when the process ends


def temporary_folder():
    """A new folder that lasts as long as the process: Path."""
    _folders.append(tempfile.TemporaryDirectory(prefix="gpt2lab-scene-", ignore_cleanup_errors=True))
    return Path(_folders[-1].name)


class Lazy:
    """An object that is made when it is first used: a model takes seconds to load, and most answers do not
    touch it.

    Parameters
    ----------
    make : callable
        Without arguments; returns the object.
    **ready
        Attributes that can be had without it.
    """

    def __init__(self, make, **ready):
        self.__dict__.update(ready, _make=make)

    def __getattr__(self, name):
        if name == "_made":
            made = self.__dict__["_made"] = self._make()
            return made
        return getattr(self._made, name)

    def __getitem__(self, key):
        return self._made[key]

    def __len__(self):
        return len(self._made)

    def __bool__(self):
        return True

    def __repr__(self):
        return repr(self._made)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._made.close()


def model(model_name, folder=None):
    """The pretrained model of a bundled size, which loads when it is first asked for more than to encode and
    decode.

    Parameters
    ----------
    model_name : str
    folder : str or Path, optional
        Where models are kept; None takes a temporary folder.

    Returns
    -------
    Lazy
        Stands for a `LanguageModel`.
    """
    folder = folder or temporary_folder()
    encoder = load_encoder(download(model_name, folder))
    return Lazy(
        lambda: load(model_name, model_dir=folder),
        name=model_name,
        encode=encoder.encode,
        decode=encoder.decode,
    )


def run(
    rng,
    run_name="run1",
    steps=100,
    eval_every=10,
    first=4.2,
    last=1.0,
    turn=30,
    rise=0.45,
    text_tokens=6000,
    batch_size=1,
    **configuration,
):
    """A run whose losses are made up: its history, diagnosis and best step are there, its weights are not.

    Parameters
    ----------
    rng : numpy.random.Generator
    run_name : str, default "run1"
    steps, eval_every : int
        Training steps, and how often the validation loss was measured.
    first, last : float
        Training loss at the beginning and the end, nats per token.
    turn : int
        The step at which the validation loss turns, a multiple of ``eval_every``.
    rise : float
        By how much the validation loss then rises until the end; below 0 it goes on falling. Below 0.6 it
        stays lower than it began.
    text_tokens : int, default 6000
        Length of the training text, for the epochs.
    batch_size : int, default 1
        Windows of 1,024 tokens that a step reads.
    **configuration
        More for ``run.json``.

    Returns
    -------
    Run
    """
    shape = [(1 - step / steps) ** 2 for step in range(steps + 1)]
    losses = [
        float("nan"),
        *(last + (first - last) * part + float(rng.normal(0, 0.08)) for part in shape[1:]),
    ]
    losses[-1] += 0.3  # no single step should pass for the mean of the last ones
    rows = []
    for step, (loss, average) in enumerate(zip(losses, average_losses(losses))):
        fall = min(step, turn) / turn
        after = max(0, step - turn) / max(1, steps - turn)
        valid = first + 0.05 - 0.6 * fall**0.5 + rise * after + float(rng.uniform(0, 0.002))
        measured = step % eval_every == 0 or step == steps
        rows.append(
            {
                "step": step,
                "seconds": 0.3 * step,
                "tokens": 1024 * batch_size * step,
                "epoch": 1024 * batch_size * step / text_tokens,
                "loss": loss,
                "average_loss": average,
                "valid_loss": valid if measured else float("nan"),
                "learning_rate": 1e-3,
                "valid_windows": (valid,) * 4 if measured else (),
            }
        )
    folder = temporary_folder() / run_name
    folder.mkdir()
    (folder / "hparams.json").write_text(
        '{"n_vocab": 8192, "n_ctx": 1024, "n_embd": 128, "n_head": 4, "n_layer": 4}'
    )
    write_history(folder, rows)
    write_configuration(
        folder,
        {
            "status": "finished",
            "target": steps,
            "settings": {"steps": steps, "eval_every": eval_every, "batch_size": batch_size},
            **configuration,
        },
    )
    return Run.open(run_name, folder.parent)


def instead(module, **replaced):
    """A module with other functions in the place of some of its own; the module itself stays as it is, for
    the grader uses it too.
    """

    class Instead:
        def __getattr__(self, name):
            return replaced[name] if name in replaced else getattr(module, name)

    return Instead()


_WHAT = (
    "Congress",
    "the Constitution",
    "agriculture",
    "unemployment",
    "the Supreme Court",
    "our children",
    "the railroads",
    "the Treasury",
    "taxation",
    "the veterans",
    "Philadelphia",
    "the budget",
)
_DID = (
    "recommended",
    "reconsidered",
    "postponed",
    "administered",
    "acknowledged",
    "rebuilt",
    "guaranteed",
    "misunderstood",
)


def sentences(rng, count):
    """Made-up sentences of speeches, with years and sums in them: list of str."""
    whats = rng.choice(_WHAT, (count, 2))
    dids = rng.choice(_DID, count)
    years = rng.integers(1947, 2021, count)
    sums = rng.integers(1001, 9999, count)
    return [
        f"In {year} {one} {did} ${amount:,} for {other}."
        for year, amount, did, (one, other) in zip(years, sums, dids, whats)
    ]


def corpus(rng, documents=8, length=12):
    """A small `Corpus` of made-up speeches by three speakers, each of ``length`` sentences or a few more."""
    texts = [" ".join(sentences(rng, length + int(rng.integers(0, 5)))) for _ in range(documents)]
    return Corpus.from_texts(
        texts, authors=[("Adams", "Brown", "Clark")[number % 3] for number in range(documents)]
    )
