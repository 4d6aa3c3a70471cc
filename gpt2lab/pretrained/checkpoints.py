"""gpt-2-simple's folder layout on disk: what a model folder and a run folder hold, read and written whole or
not at all.

A run folder (``checkpoint/<run>/``) has ``encoder.json``, ``hparams.json``, ``vocab.bpe``, the weights
``model-<step>.*``, the text file ``checkpoint`` that names the newest of them, and ``counter``. gpt2lab adds
``optimizer-<step>.*`` beside the newest weights.
"""

import contextlib
import json
import re
from pathlib import Path

import numpy as np

from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.errors import ArgumentError, CheckpointError
from gpt2lab.pretrained import tensor_bundle
from gpt2lab.pretrained.catalog import HPARAMS, TEXT_FILES, weight_shapes


def read_hparams(folder):
    """The model's shape from ``hparams.json``: ``n_vocab``, ``n_ctx``, ``n_embd``, ``n_head``, ``n_layer``.

    Raises
    ------
    CheckpointError
        If the file is missing or does not hold these five whole numbers.
    """
    path = Path(folder) / "hparams.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {key: int(found[key]) for key in HPARAMS}
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{path} is missing; copy it from the folder of the model that was fine-tuned."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{path} is damaged ({error}); copy it from the folder of the model that was fine-tuned."
        ) from error


def start_folder(folder, model_folder):
    """Make a run folder with the description of the model that is fine-tuned in it."""
    folder = make_folder(folder)
    for name in TEXT_FILES:
        content = (Path(model_folder) / name).read_bytes()
        # a run that starts over may be of another size
        if not (folder / name).is_file() or (folder / name).read_bytes() != content:
            write_bytes(folder / name, content)
    return folder


def saved_steps(folder):
    """Steps whose weights are complete in a run folder, in order."""
    names = (re.fullmatch(r"model-(\d+)\.index", path.name) for path in Path(folder).glob("model-*.index"))
    steps = sorted(int(name[1]) for name in names if name)
    return [step for step in steps if tensor_bundle.data_path(weights_prefix(folder, step)).is_file()]


def weights_prefix(folder, step):
    """What the names of the files with the weights of a step begin with."""
    return Path(folder) / f"model-{step}"


def _optimizer_prefix(folder, step):
    return Path(folder) / f"optimizer-{step}"


def latest_prefix(folder):
    """The prefix that the file ``checkpoint`` of a model or run folder names, None if there is no such file.

    Raises
    ------
    CheckpointError
        If it is there but names nothing, or what it names is missing.
    """
    path = Path(folder) / "checkpoint"
    if not path.is_file():
        return None
    named = re.search(
        r'^model_checkpoint_path:\s*"(.*)"', path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE
    )
    if not named:
        raise CheckpointError(
            f"{path} names no checkpoint; delete the folder and fetch or fine-tune the model again."
        )
    # A folder that was moved or copied still names its old place: its own files come first.
    prefix = Path(folder) / re.split(r"[\\/]", named[1])[-1]
    for file in (tensor_bundle.index_path(prefix), tensor_bundle.data_path(prefix)):
        if not file.is_file():
            others = saved_steps(folder)
            instead = (
                f"load an earlier one with checkpoint={others[-1]}, or start over with restore_from='fresh'"
                if others
                else "restore it from a copy, or start over with restore_from='fresh'"
            )
            raise CheckpointError(f"{file} is missing although {path} names it; {instead}.")
    return prefix


def latest_step(folder):
    """The step of the newest weights in a run folder, None if nothing was saved yet."""
    prefix = latest_prefix(folder)
    return None if prefix is None else step_of(prefix)


def step_of(prefix):
    """The step in a name such as ``model-300``; 0 if there is none, as in ``model.ckpt``."""
    number = re.search(r"-(\d+)$", Path(prefix).name)
    return int(number[1]) if number else 0


def find_checkpoint(folder, checkpoint="latest", best_step=None):
    """The prefix of the weights that ``checkpoint`` means.

    Parameters
    ----------
    folder : str or Path
        A run folder.
    checkpoint : "latest", "best", int or str
        A step, or a name such as ``"model-300"``.
    best_step : int, optional
        The step with the lowest validation loss, if any was measured.

    Raises
    ------
    CheckpointError, ArgumentError
        If there is no such checkpoint; the message lists those there are.
    """
    folder, steps = Path(folder), saved_steps(folder)
    if checkpoint == "latest":
        prefix = latest_prefix(folder)
        if prefix is None:
            raise CheckpointError(
                f"{folder} holds no saved step yet; fine-tune first, or wait for the first save."
            )
        return prefix
    if checkpoint == "best":
        if best_step is None:
            raise ArgumentError(
                "checkpoint='best' needs validation losses; fine-tune with valid=…, or take"
                " checkpoint='latest'."
            )
        checkpoint = best_step
    named = re.fullmatch(r"(?:model-)?(\d+)", str(checkpoint))
    if not named or int(named[1]) not in steps:
        there = (
            f"'latest' or one of the saved steps {', '.join(map(str, steps))}"
            if steps
            else "nothing, since no step was saved yet"
        )
        raise ArgumentError(f"checkpoint={checkpoint!r} is not in {folder}; there is {there}.")
    return weights_prefix(folder, int(named[1]))


def read_weights(prefix, hparams):
    """The weights of a checkpoint, verified, as float32 arrays by name.

    Raises
    ------
    CheckpointError
        If a file is missing or damaged, or the weights are not those of a GPT-2 of this shape.
    """
    tensors = tensor_bundle.read(prefix)
    shapes = weight_shapes(hparams)
    for name, shape in shapes.items():
        if name not in tensors or tensors[name].shape != shape:
            found = f"has shape {tensors[name].shape}" if name in tensors else "is missing"
            raise CheckpointError(
                f"{prefix} is no GPT-2 of the shape in hparams.json: {name} {found} instead of {shape}; check"
                " that the two belong together."
            )
    return {name: tensors[name].astype(np.float32, copy=False) for name in shapes}


def save(folder, step, weights, optimizer, keep):
    """Write the weights and the optimizer's state of a step, then name it the latest, then delete what is not
    to be kept.

    In this order a process that is killed at any moment leaves a folder whose ``checkpoint`` names weights
    that are whole and that have their optimizer's state beside them.

    Parameters
    ----------
    folder : str or Path
        A run folder.
    step : int
    weights, optimizer : dict of str to numpy.ndarray, or another mapping
    keep : collection of int
        Saved steps to keep besides this one.
    """
    folder = Path(folder)
    if optimizer:
        tensor_bundle.write(_optimizer_prefix(folder, step), optimizer)
    write_bytes(f"{weights_prefix(folder, step)}.meta", tensor_bundle.empty_meta_graph())
    tensor_bundle.write(weights_prefix(folder, step), weights)
    kept = [other for other in saved_steps(folder) if other in keep and other != step] + [step]
    state = [
        f'model_checkpoint_path: "model-{step}"',
        *(f'all_model_checkpoint_paths: "model-{other}"' for other in kept),
    ]
    write_bytes(folder / "checkpoint", ("\n".join(state) + "\n").encode())
    write_bytes(folder / "counter", f"{step}\n".encode())
    for path in folder.iterdir():
        named = re.fullmatch(r"(model|optimizer)-(\d+)\.(index|meta|data-\d+-of-\d+)", path.name)
        if path.suffix == ".tmp" or (
            named and int(named[2]) not in (kept if named[1] == "model" else [step])
        ):
            # a leftover, also of a process that was killed while it wrote, does no harm
            with contextlib.suppress(OSError):
                path.unlink()


def read_optimizer(folder, step):
    """What `save` wrote of the optimizer at a step, None if it was not written (plain gpt-2-simple keeps
    none).
    """
    prefix = _optimizer_prefix(folder, step)
    return tensor_bundle.read(prefix) if tensor_bundle.index_path(prefix).is_file() else None
