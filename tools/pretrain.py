"""Pretrain a small GPT-2 from a folder of texts, into a folder that gpt2lab and gpt-2-simple's checkpoints
are made from.

    python tools/pretrain.py texts --model-name 3M --vocabulary data/models/3M --seconds 600 --out /tmp/3M

Needs PyTorch and tokenizers (``pip install -e '.[oracles]'``). The same command continues a training that was
stopped. If the budget is in steps or tokens, the weights on a CPU are then those of a training that was never
stopped.
"""

import json
import os
import platform
import shlex
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

# gpt2lab's catalog, also where gpt2lab is not installed
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
try:
    import tokenizers
    import torch
    from torch.optim import Muon  # noqa: F401 - here since PyTorch 2.9
except ImportError as error:
    print(
        f"Error: PyTorch 2.9 or newer and tokenizers are needed ({error}); pip install -e '.[oracles]'",
        file=sys.stderr,
    )
    sys.exit(2)

from pretraining.model import GPT2, from_simple, read_weights, to_simple, write_weights
from pretraining.texts import (
    SHORT_WINDOW,
    WINDOW,
    fingerprint,
    hold_out,
    read_texts,
    read_vocabulary,
    tokenize,
    train_vocabulary,
)
from pretraining.training import Recipe, Trainer

from gpt2lab.base.storage import write_bytes
from gpt2lab.errors import ArgumentError, CheckpointError, LabError
from gpt2lab.pretrained.catalog import find_card, parameter_count

VOCABULARY_FILES = ("encoder.json", "vocab.bpe")


def shape(options, entries):
    """Hyper-parameters from ``--model-name``, from ``--layers --width --heads``, or from the folder of
    ``--init-from``.
    """
    given = {"n_embd": options["width"], "n_head": options["heads"], "n_layer": options["layers"]}
    beside = options["init_from"] and weights_file(options["init_from"]).with_name("hparams.json")
    if options["model_name"] and any(given.values()):
        raise ArgumentError("--model-name sets the shape; leave out --layers, --width and --heads.")
    if options["model_name"]:
        known = find_card(options["model_name"]).hparams
    elif all(given.values()):
        known = given
    elif beside and beside.is_file() and not any(given.values()):
        known = json.loads(beside.read_text(encoding="utf-8"))
    else:
        raise ArgumentError(
            "The shape is not known; give --model-name, 3M for example, or --layers, --width and --heads."
        )
    hparams = {"n_vocab": entries, "n_ctx": WINDOW} | {key: known[key] for key in given}
    if hparams["n_embd"] % hparams["n_head"]:
        width = hparams["n_embd"]
        heads = hparams["n_head"]
        raise ArgumentError(
            f"--width {width} is not a multiple of --heads {heads}; every head takes an equal share of it."
        )
    return hparams


def weights_file(path):
    """``weights.npz`` of a folder, or the file itself."""
    return path / "weights.npz" if path.is_dir() else path


def vocabulary(options, training_texts, out):
    """Put ``encoder.json`` and ``vocab.bpe`` into ``out``: trained, or those of an existing folder."""
    source = options["vocabulary"] or (options["init_from"] and weights_file(options["init_from"]).parent)
    if bool(source) == bool(options["entries"]):
        raise ArgumentError(
            "Give --vocabulary FOLDER or --entries N, one of them (--init-from brings its own vocabulary)."
        )
    if not source:
        train_vocabulary(training_texts, options["entries"], out)
    elif source.resolve() != out.resolve():
        read_vocabulary(source)
        for file in VOCABULARY_FILES:
            (out / file).write_bytes((source / file).read_bytes())
    return read_vocabulary(out)


def bfloat16_is_fast(device):
    """Whether bfloat16 products are quicker than float32: on GPUs since Ampere, and on processors that
    multiply it themselves.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device)[0] >= 8
    has = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))


def chosen_device(name):
    if name == "cuda" and not torch.cuda.is_available():
        raise ArgumentError("--device cuda: PyTorch sees no GPU here; give --device cpu or auto.")
    return torch.device(
        "cuda" if name == "auto" and torch.cuda.is_available() else name if name != "auto" else "cpu"
    )


def is_fresh(out):
    """Whether ``out`` holds no stopped training; refused if it holds a model that is none. The folder is
    made.
    """
    if (out / "state.pt").is_file():
        return False
    if (out / "weights.npz").is_file():
        raise ArgumentError(f"--out {out.name} already holds a model; give a new folder.")
    out.mkdir(parents=True, exist_ok=True)
    return True


def stored_state(out, settings):
    """What an earlier call saved in ``out``; refused if it was another training."""
    try:
        stored = torch.load(out / "state.pt", map_location="cpu", weights_only=True)
        before = stored["settings"]
    except Exception as error:  # torch.load raises half a dozen kinds for a damaged file
        raise CheckpointError(
            f"state.pt in {out.name} cannot be read ({type(error).__name__}); give a new folder."
        ) from error
    for key, value in settings.items():
        if before.get(key) != value:
            other = f"with {key} {before.get(key)!r}, not {value!r}"
            raise ArgumentError(f"--out {out.name} holds a training {other}; give the same or a new folder.")
    return stored


def device_name(device):
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{platform.machine()} CPU, {torch.get_num_threads()} threads"


def command_line():
    """The command without this machine's folders, so that the record can be published."""
    words = (Path(word).name if os.path.isabs(word) else word for word in sys.argv[1:])
    return shlex.join(["python", "tools/pretrain.py", *words])


def prepare(texts, out, options):
    """Everything before the first step, a stopped training taken up again included.

    Returns
    -------
    Trainer, and the record's entry on the data
    """
    if options["steps"] is None and options["tokens"] is None and options["seconds"] is None:
        raise ArgumentError(
            "How long? Give --steps, --tokens or --seconds (the first that is reached ends the training)."
        )
    device = chosen_device(options["device"])
    everything = read_texts(texts)
    names = options["held_out"] and options["held_out"].read_text(encoding="utf-8").split()
    training_texts, held_out_texts = hold_out(everything, names)
    fresh = is_fresh(out)
    tokenizer = vocabulary(options, training_texts, out) if fresh else read_vocabulary(out)
    hparams = shape(options, tokenizer.get_vocab_size())
    recipe = Recipe(**{key: options[key] for key in Recipe.__dataclass_fields__})
    init = weights_file(options["init_from"]) if options["init_from"] else None
    settings = asdict(recipe) | hparams | {"dtype": options["dtype"], "init_from": init and init.parent.name}
    settings["texts"] = fingerprint(everything)
    if names:
        settings["held_out"] = sorted(names)
    stored = None if fresh else stored_state(out, settings)

    torch.manual_seed(options["seed"])
    model = GPT2(hparams, options["dropout"])
    if init and fresh:
        from_simple(model, read_weights(init), init.name)
    write_bytes(out / "hparams.json", json.dumps(hparams).encode())
    train = tokenize(training_texts, tokenizer)
    held_out = tokenize(held_out_texts, tokenizer)
    click.echo(
        f"{parameter_count(**hparams):,} parameters; {len(train.tokens):,} tokens to train on,"
        f" {len(held_out.tokens):,} held out ({held_out.bytes_per_token:.2f} bytes a token);"
        f" {device_name(device)}"
    )
    bfloat16 = (
        bfloat16_is_fast(device) if options["precision"] == "auto" else options["precision"] == "bfloat16"
    )
    compiled = device.type == "cuda" if options["compile"] is None else options["compile"]
    how = {"device": device, "bfloat16": bfloat16, "compiled": compiled}
    what = {"eval_tokens": options["eval_tokens"], "dtype": options["dtype"], "settings": settings}
    trainer = Trainer(model, recipe, train, held_out, out, **how, **what)
    if compiled and options["steps"] != 0:
        trainer.warm_up()
    if stored:
        trainer.resume(stored)
        click.echo(f"Continuing from step {trainer.state.step:,}.")
    data = {"files": len(everything), "sha256": settings["texts"], "held_out_files": list(held_out.names)}
    for name, part in (("training", train), ("held_out", held_out)):
        data |= {f"{name}_tokens": len(part.tokens), f"{name}_bytes": part.bytes}
    return trainer, data


def finish(trainer, data):
    """Evaluate the weights as they were stored, on all held-out text, and write ``record.json``."""
    weights = trainer.folder / "weights.npz"
    if not weights.is_file():  # --steps 0: what was given, or the random beginning
        write_weights(weights, to_simple(trainer.model.state_dict(), trainer.dtype))
    # The figures of record are those of the file as others will read it, computed in float32.
    from_simple(trainer.model, read_weights(weights), weights.name)
    figures = {str(length): trainer.evaluate(length, bfloat16=False) for length in (WINDOW, SHORT_WINDOW)}
    content = json.dumps(record(trainer, figures, data), indent=2)
    write_bytes(trainer.folder / "record.json", content.encode())
    for length, figure in figures.items():
        click.echo(
            f"held out, windows of {int(length):,}: {figure['nats']:.4f} nats per token, perplexity"
            f" {figure['perplexity']:.2f}, {figure['bits_per_byte']:.4f} bits per byte ({figure['tokens']:,}"
            " tokens)"
        )


def record(trainer, figures, data):
    """What ``record.json`` holds: enough to judge the model and to train it again."""
    state = trainer.state
    recipe = {key: value for key, value in trainer.settings.items() if key not in ("texts", "held_out")}
    hparams = {key: recipe.pop(key) for key in ("n_vocab", "n_ctx", "n_embd", "n_head", "n_layer")}
    trained = {
        "steps": state.step,
        "tokens": state.tokens,
        "epochs": round(state.tokens / data["training_tokens"], 3),
    }
    trained |= {
        "seconds": round(state.seconds, 1),
        "best_step": state.best_step,
        "device": device_name(trainer.device),
    }
    return {
        "parameters": parameter_count(**hparams),
        "hparams": hparams,
        "held_out": figures,
        "data": data,
        "trained": trained | {"bfloat16": trainer.bfloat16, "compiled": trainer.loss_of is not trainer.model},
        "recipe": recipe,
        "command": command_line(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "tokenizers": tokenizers.__version__,
        },
        "history": state.history,
    }


FOLDER = click.Path(exists=True, path_type=Path)


@click.command(context_settings={"show_default": True})
@click.argument("texts", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of model, state, record.",
)
@click.option(
    "--held-out",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Hold out the files that this list names, one a line, and no others.",
)
@click.option("--vocabulary", type=FOLDER, help="Take encoder.json and vocab.bpe from this folder.")
@click.option(
    "--entries", type=int, help="Train a byte-level BPE vocabulary of so many entries, 4096 for example."
)
@click.option("--model-name", help="A shape of gpt2lab's catalog, for example 3M.")
@click.option("--layers", type=click.IntRange(1))
@click.option("--width", type=click.IntRange(1))
@click.option("--heads", type=click.IntRange(1))
@click.option("--init-from", type=FOLDER, help="Begin with these weights: a model folder or a weights.npz.")
@click.option("--steps", type=click.IntRange(0), help="Budget; 0 only evaluates.")
@click.option("--tokens", type=click.IntRange(0), help="Budget in training tokens.")
@click.option(
    "--seconds", type=click.FloatRange(0), help="Budget in seconds, without preparation and last evaluation."
)
@click.option(
    "--batch",
    type=click.IntRange(4),
    default=16,
    help="Windows of 256 tokens per step; of 1,024, a quarter as many.",
)
@click.option(
    "--full-window-share", type=click.FloatRange(0, 1), default=0.15, help="Last share, in windows of 1,024."
)
@click.option(
    "--matrix-rate",
    type=click.FloatRange(0),
    default=0.02,
    help="Muon's learning rate: matrices in the blocks.",
)
@click.option("--rate", type=click.FloatRange(0), default=3e-3, help="AdamW's learning rate: all the rest.")
@click.option("--weight-decay", type=click.FloatRange(0), default=0.01, help="Of the matrices in the blocks.")
@click.option(
    "--warmup",
    type=click.FloatRange(0, 0.9),
    default=0.02,
    help="First share of the budget, in which the rates rise.",
)
@click.option("--dropout", type=click.FloatRange(0, 0.9), default=0.0)
@click.option("--seed", type=click.IntRange(0), default=0)
@click.option(
    "--eval-every",
    type=click.IntRange(1),
    default=500,
    help="Steps between held-out losses; also saves the state.",
)
@click.option(
    "--eval-tokens",
    type=click.IntRange(1),
    default=131_072,
    help="Held-out tokens each time; the last takes all.",
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto")
@click.option(
    "--precision", type=click.Choice(["auto", "float32", "bfloat16"]), default="auto", help="Of the products."
)
@click.option(
    "--compile/--no-compile", default=None, show_default="on a GPU", help="Whether to use torch.compile."
)
@click.option(
    "--threads", type=click.IntRange(1), help="CPU threads.  [default: PyTorch's]", show_default=False
)
@click.option(
    "--dtype", type=click.Choice(["float16", "float32"]), default="float16", help="Of the stored weights."
)
def main(texts, out, **options):
    """Pretrain a small GPT-2 from the .txt files in the folder TEXTS; every 23rd by name is held out
    unless --held-out names others.
    """
    try:
        if options["threads"]:
            torch.set_num_threads(options["threads"])
        trainer, data = prepare(texts, out, options)
        trainer.train(options["eval_every"])
        finish(trainer, data)
    except LabError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo("Stopped; the same command continues.", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
