"""A corpus in three parts: to train on, to watch, to measure on."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic

from gpt2lab.corpus.data_card import write_card
from gpt2lab.corpus.overview import Overview, overview
from gpt2lab.corpus.step import CorpusT

if TYPE_CHECKING:
    import pandas as pd

SPLITS = ("train", "valid", "test")


@dataclass(frozen=True)
class Splits(Generic[CorpusT]):
    """A corpus in three parts that have no text in common.

    Attributes
    ----------
    train, valid, test : Corpus
        To train on, to watch while training, and to measure on once at the end.
    note : str
        What one should know about how they were made; empty if nothing.
    kept_together : tuple of tuple of str
        The names of documents that are not the same, and still were not to part, since they are of one group
        or have much of their text in common.
    """

    train: CorpusT
    valid: CorpusT
    test: CorpusT
    note: str = ""
    kept_together: tuple[tuple[str, ...], ...] = ()

    def describe(self, model_name: str = "3M", model_dir: str | Path = "models") -> "pd.DataFrame":
        """The size of each split, in the tokens of a model.

        Parameters
        ----------
        model_name : str, default "3M"
            Whose tokenizer and number of parameters to take.
        model_dir : str or Path, default "models"
            Where models are kept.

        Returns
        -------
        pandas.DataFrame
            Rows ``train``, ``valid``, ``test``, ``total``; columns ``documents``, ``characters``, ``MB``
            (million UTF-8 bytes), ``tokens`` (with one end-of-text per document) and ``tokens per
            parameter``. ``attrs["note"]`` is the note.
        """
        import pandas as pd

        from gpt2lab.pretrained.catalog import find_card
        from gpt2lab.pretrained.download import download_vocabulary
        from gpt2lab.pretrained.encoder import load_encoder

        parameters = find_card(model_name).parameters
        encoder = load_encoder(download_vocabulary(model_name, model_dir))
        rows = {name: measure_size(getattr(self, name), encoder) for name in SPLITS}
        table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("split")
        table.loc["total"] = table.sum()
        table = table.astype({"documents": int, "characters": int, "tokens": int})
        table["tokens per parameter"] = table["tokens"] / parameters
        table.attrs["note"] = self.note
        return table

    def overview(self, lines: int = 5, seed: int = 0) -> Overview:
        """What is in the splits, and which documents of one have much in common with documents of another.

        Parameters
        ----------
        lines : int, default 5
            How many lines to show, drawn at random.
        seed : int, default 0
            Which ones.

        Returns
        -------
        Overview
            As `Corpus.overview` gives it; ``copies`` has the pairs that lie in different splits only, and
            there should be none. It says what was kept together, too, and how much is shared still.
        """
        parts = [(name, document) for name in SPLITS for document in getattr(self, name)]
        found = overview([document for _, document in parts], lines, seed, splits=[name for name, _ in parts])
        return replace(found, kept_together=self.kept_together)

    def data_card(self, path: str | Path = "data_card.md") -> Path:
        """Write down what the data are: computed facts, and questions for you to answer in the file.

        Parameters
        ----------
        path : str or Path, default "data_card.md"
            The file, or a folder for it. If it is a data card already, its facts are computed anew and
            everything else stays as you wrote it.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        TextError
            If there is another file of this name.
        StorageError
            If the file cannot be written.
        """
        return write_card(path, self.train + self.valid + self.test, splits=self)


def measure_size(corpus, encoder):
    """Documents, characters, million bytes of UTF-8 and tokens of a corpus: dict."""
    return {
        "documents": len(corpus),
        "characters": corpus.characters,
        "MB": sum(len(document.text.encode("utf-8")) for document in corpus) / 1e6,
        "tokens": len(corpus.tokens(encoder)),
    }
