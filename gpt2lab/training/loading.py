"""Open a model by its name, whether it is a pretrained size or a run."""

from __future__ import annotations

from pathlib import Path

from gpt2lab.base.arguments import folder_name, folder_path, one_of
from gpt2lab.errors import ArgumentError
from gpt2lab.language_model import LanguageModel, open_pretrained
from gpt2lab.pretrained.catalog import PRECISIONS
from gpt2lab.training.run import Run


def load(
    model_name: str | None = None,
    run_name: str | None = None,
    checkpoint: str | int = "latest",
    model_dir: str | Path = "models",
    checkpoint_dir: str | Path = "checkpoint",
    precision: str = "float32",
) -> LanguageModel:
    """Open a pretrained model or a fine-tuning run.

    Parameters
    ----------
    model_name : str, optional
        A size, for example ``"3M"`` or ``"124M"``: the pretrained model, fetched or unpacked if it is
        missing.
    run_name : str, optional
        A fine-tuning run; ``"run1"`` if no ``model_name`` is given either.
    checkpoint : {"latest", "best"} or int, default "latest"
        Which saved step of the run: the newest, the one with the lowest validation loss, or that number.
    model_dir : str or Path, default "models"
        Where models are kept.
    checkpoint_dir : str or Path, default "checkpoint"
        Where runs are kept.
    precision : {"float32", "bfloat16"}, default "float32"
        Of the weight matrices. bfloat16 takes half the memory and is faster where the processor multiplies it
        (AVX-512 BF16, AMX); losses and probabilities then agree to two or three digits only, and texts
        differ.

    Returns
    -------
    LanguageModel

    Raises
    ------
    ArgumentError, CheckpointError, DownloadError
        If there is no such model, run or step, or its files are damaged.

    Examples
    --------
    >>> with lab.load("3M") as lm:  # doctest: +SKIP
    ...     print(lm.generate("My fellow Americans", length=40, seed=1)[0])
    """
    one_of("precision", precision, PRECISIONS)
    if model_name is not None and run_name is not None:
        raise ArgumentError(
            "Both model_name and run_name are given; give model_name for a pretrained model or run_name for a"
            " fine-tuned one."
        )
    if model_name is not None:
        if (
            isinstance(model_name, str)
            and (folder_path("checkpoint_dir", checkpoint_dir) / model_name / "hparams.json").is_file()
        ):
            raise ArgumentError(
                f"model_name={model_name!r} is a fine-tuning run; open it with"
                f" lab.load(run_name={model_name!r})."
            )
        if checkpoint != "latest":
            raise ArgumentError(
                f"checkpoint={checkpoint!r} belongs to a run, and model_name={model_name!r} is a pretrained"
                " model; leave one out."
            )
        return open_pretrained(model_name, model_dir, precision)
    folder = folder_path("checkpoint_dir", checkpoint_dir) / folder_name(
        "run_name", "run1" if run_name is None else run_name
    )
    return Run.open(folder.name, checkpoint_dir).load(checkpoint, precision)
