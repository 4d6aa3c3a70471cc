"""The sizes of GPT-2 that the course uses: what each consists of and where its files are."""

import difflib
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gpt2lab.base.arguments import folder_path
from gpt2lab.errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

FILES = (
    "checkpoint",
    "encoder.json",
    "hparams.json",
    "model.ckpt.data-00000-of-00001",
    "model.ckpt.index",
    "model.ckpt.meta",
    "vocab.bpe",
)
# the shape of a model, and what turns its text into tokens
TEXT_FILES = ("hparams.json", "encoder.json", "vocab.bpe")
DATA_FILE = "model.ckpt.data-00000-of-00001"
OFFICIAL_URL = "https://openaipublic.blob.core.windows.net/gpt-2/models"
HPARAMS = ("n_vocab", "n_ctx", "n_embd", "n_head", "n_layer")
PRECISIONS = ("float32", "bfloat16")  # of matrices and their products; all else is float32 in any case
# OpenAI's first count left out some parameters and renamed both in 2019
OLD_NAMES = {"117M": "124M", "345M": "355M"}


@dataclass(frozen=True)
class FileFact:
    """What is known of a file before it is fetched: ``bytes`` and ``sha256``, each None where nothing was
    published.
    """

    bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class ModelCard:
    """One size of GPT-2.

    Attributes
    ----------
    name : str
        The size as gpt-2-simple writes it, for example ``124M``.
    n_layer, n_embd, n_head, n_vocab, n_ctx : int
        Layers, width, attention heads, vocabulary (tokens) and window (tokens).
    bundled : bool
        Whether the weights travel inside the package.
    learning_rate : float
        What to begin fine-tuning with: for OpenAI's sizes gpt-2-simple's, for the bundled ones the best of
        ``python -m benchmarks.settings``.
    files : dict of str to FileFact
        The seven files of the model folder; empty facts where nothing is known.
    """

    name: str
    n_layer: int
    n_embd: int
    n_head: int
    n_vocab: int = 50257
    n_ctx: int = 1024
    bundled: bool = False
    learning_rate: float = 1e-4
    files: dict[str, FileFact] = field(default_factory=dict, compare=False, repr=False)

    @property
    def hparams(self) -> dict[str, int]:
        """The dictionary that ``hparams.json`` holds."""
        return {key: getattr(self, key) for key in HPARAMS}

    @property
    def parameters(self) -> int:
        """Number of trained numbers, the tied embedding counted once."""
        return parameter_count(**self.hparams)

    @property
    def download_bytes(self) -> int:
        """Bytes to fetch, as far as they are known; 0 for a bundled size."""
        return 0 if self.bundled else sum(fact.bytes or 0 for fact in self.files.values())


def weight_shapes(hparams: dict[str, int]) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight, in gpt-2-simple's naming.

    Parameters
    ----------
    hparams : dict
        ``n_vocab``, ``n_ctx``, ``n_embd``, ``n_head``, ``n_layer``.

    Returns
    -------
    dict of str to tuple of int
        For example ``model/h0/attn/c_attn/w``: ``(1, width, 3 * width)``.
    """
    width = hparams["n_embd"]
    shapes = {"model/wpe": (hparams["n_ctx"], width), "model/wte": (hparams["n_vocab"], width)}
    for layer in range(hparams["n_layer"]):
        block = f"model/h{layer}"
        for part, columns, rows in (
            ("attn/c_attn", 3 * width, width),
            ("attn/c_proj", width, width),
            ("mlp/c_fc", 4 * width, width),
            ("mlp/c_proj", width, 4 * width),
        ):
            shapes[f"{block}/{part}/w"] = (1, rows, columns)
            shapes[f"{block}/{part}/b"] = (columns,)
        for norm in ("ln_1", "ln_2"):
            shapes[f"{block}/{norm}/g"] = shapes[f"{block}/{norm}/b"] = (width,)
    shapes["model/ln_f/g"] = shapes["model/ln_f/b"] = (width,)
    return shapes


def parameter_count(**hparams: int) -> int:
    """Number of parameters of a GPT-2 of this shape, the embedding that serves as output layer
    counted once.
    """
    return sum(math.prod(shape) for shape in weight_shapes(hparams).values())


def _official(name, n_layer, n_embd, n_head, facts):
    # The data file holds nothing but float32 weights, so its size follows from the shape (it agrees with the
    # published sizes of 124M and 355M).
    weights = FileFact(4 * ModelCard(name, n_layer, n_embd, n_head).parameters)
    files = (
        {file: FileFact() for file in FILES}
        | {DATA_FILE: weights}
        | {file: FileFact(*fact) for file, fact in facts.items()}
    )
    return ModelCard(name, n_layer, n_embd, n_head, files=files)


CARDS = {
    card.name: card
    for card in (
        ModelCard("1M", 2, 128, 4, n_vocab=4096, bundled=True, learning_rate=2e-3),
        ModelCard("3M", 5, 192, 6, n_vocab=4096, bundled=True, learning_rate=1e-3),
        ModelCard("10M", 7, 320, 5, n_vocab=4096, bundled=True, learning_rate=5e-4),
        _official(
            "124M",
            12,
            768,
            12,
            {
                "checkpoint": (77, "dd1b025d2e155283f5e300ce95bf6d5b6bc0f7fe010db73daa6975eb896ab9cb"),
                "encoder.json": (1042301, "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"),
                "hparams.json": (90, "d9d56e4121c427164e0c55c6f03c08e1daf9002b9b672825112d19097b680318"),
                DATA_FILE: (497759232, "2060c885360cc0cf41d7a6dbc4d24b5127aae20260c8b5ae521b5a6578407118"),
                "model.ckpt.index": (
                    5215,
                    "71916f763f9746f9b2a06b12d91996cf1084ae008d0424543d39391c5f2dc687",
                ),
                "model.ckpt.meta": (
                    471155,
                    "4668c448fa11531fd6700460487f73e82d3272960cea942252f8744bf225c77b",
                ),
                "vocab.bpe": (456318, "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"),
            },
        ),
        _official(
            "355M",
            24,
            1024,
            16,
            {
                "checkpoint": (77,),
                "encoder.json": (1042301,),
                "hparams.json": (91,),
                "model.ckpt.index": (10399,),
                "model.ckpt.meta": (926519,),
                "vocab.bpe": (456318,),
            },
        ),
        _official("774M", 36, 1280, 20, {}),
        _official("1558M", 48, 1600, 25, {}),
    )
}


def find_card(model_name: str) -> ModelCard:
    """The card of a size; ``117M`` and ``345M`` are understood as ``124M`` and ``355M``.

    Raises
    ------
    ArgumentError
        If there is no such size; the message names the nearest one.
    """
    name = OLD_NAMES.get(str(model_name), str(model_name))
    if name in CARDS:
        return CARDS[name]
    near = _nearest(str(model_name).strip().upper())
    guess = f"did you mean {near!r}? The" if near else "the"
    raise ArgumentError(f"model_name={model_name!r} is unknown; {guess} sizes are {', '.join(CARDS)}.")


def bundled_names():
    """The sizes whose weights travel inside the package, from the smallest to the largest."""
    return [card.name for card in CARDS.values() if card.bundled]


def _nearest(spelled):
    """The size that was probably meant: Hugging Face's name of one, the nearest number, the nearest
    spelling; else None.
    """
    elsewhere = {"GPT2": "124M", "GPT2-MEDIUM": "355M", "GPT2-LARGE": "774M", "GPT2-XL": "1558M"}
    if spelled in elsewhere:
        return elsewhere[spelled]
    number = re.search(r"(\d+(?:\.\d+)?)\s*([MB])", spelled) or re.fullmatch(r"(\d+)()", spelled)
    if number and float(number[1]) > 0:
        millions = float(number[1]) * (1000 if number[2] == "B" else 1)
        return min(CARDS, key=lambda name: abs(math.log(millions / float(name[:-1]))))
    return next(iter(difflib.get_close_matches(spelled, CARDS, n=1, cutoff=0.3)), None)


def on_disk(model_name: str, model_dir: str | Path = "models") -> bool:
    """Whether the folder of a size has all seven files, of the known sizes."""
    folder = folder_path("model_dir", model_dir) / find_card(model_name).name
    facts = find_card(model_name).files
    for file in FILES:
        path = folder / file
        size = facts.get(file, FileFact()).bytes
        if not path.is_file() or (size is not None and path.stat().st_size != size):
            return False
    return True


def models(model_dir: str | Path = "models") -> "pd.DataFrame":
    """The sizes of GPT-2, one row each.

    Parameters
    ----------
    model_dir : str or Path, default "models"
        Where models are kept; ``on_disk`` says which of them are there.

    Returns
    -------
    pandas.DataFrame
        Index ``model_name``; columns ``parameters``, ``layers``, ``width``, ``heads``, ``vocabulary``
        (tokens), ``window`` (tokens), ``learning rate`` (what fine-tuning begins with), ``download MB``,
        ``bundled``, ``on_disk``.
    """
    import pandas as pd

    rows = [
        {
            "model_name": card.name,
            "parameters": card.parameters,
            "layers": card.n_layer,
            "width": card.n_embd,
            "heads": card.n_head,
            "vocabulary": card.n_vocab,
            "window": card.n_ctx,
            "learning rate": card.learning_rate,
            "download MB": round(card.download_bytes / 1e6, 1),
            "bundled": card.bundled,
            "on_disk": on_disk(card.name, model_dir),
        }
        for card in CARDS.values()
    ]
    return pd.DataFrame(rows).set_index("model_name")
