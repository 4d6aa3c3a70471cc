"""Promises of ``tools/pretrain.py``, tried on a few kB of made-up text and a tiny shape."""

import importlib
import json
import random
import signal
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from places import REPOSITORY

torch = pytest.importorskip("torch", reason="tools/pretrain.py needs PyTorch: pip install -e '.[oracles]'")
pytest.importorskip("tokenizers", reason="tools/pretrain.py needs tokenizers: pip install -e '.[oracles]'")

pytestmark = pytest.mark.slow

TOOLS = REPOSITORY / "tools"
TINY = ("--layers", "2", "--width", "32", "--heads", "2", "--entries", "300")
QUICK = ("--batch", "4", "--eval-tokens", "2048", "--threads", "1", "--device", "cpu")


def command(texts, out, *options):
    return [
        sys.executable,
        "-u",
        str(TOOLS / "pretrain.py"),
        str(texts),
        "--out",
        str(out),
        *QUICK,
        *map(str, options),
    ]


def pretrain(texts, out, *options):
    done = subprocess.run(command(texts, out, *options), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads((out / "record.json").read_text())


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    words = "the a of house river old man went came to and saw light door in rain morning said".split()
    for number in range(3):
        dice = random.Random(number)
        sentences = (" ".join(dice.choices(words, k=8)).capitalize() + "." for _ in range(150))
        (folder / f"{number}.txt").write_text(" ".join(sentences), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(texts, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "tiny"
    return out, pretrain(texts, out, *TINY, "--steps", 20, "--eval-every", 5, "--full-window-share", 0.3)


def test_twenty_steps_lower_the_held_out_loss(trained):
    history = trained[1]["history"]
    assert [row["step"] for row in history] == [5, 10, 15, 20]
    assert history[-1]["held_out_1024"] < history[0]["held_out_1024"] - 0.2
    # a model that knows nothing scores ln(entries)
    assert trained[1]["held_out"]["1024"]["nats"] < np.log(300) - 0.5


def test_the_folder_is_a_whole_model_with_its_record(trained):
    out, record = trained
    files = {path.name for path in out.iterdir()}
    assert files == {"hparams.json", "encoder.json", "vocab.bpe", "weights.npz", "record.json", "state.pt"}
    shape = {"n_embd": 32, "n_head": 2, "n_layer": 2}
    assert json.loads((out / "hparams.json").read_text()) == {"n_vocab": 300, "n_ctx": 1024} | shape
    assert record["data"]["held_out_files"] == ["0.txt"]
    # a published record names no folder of this machine
    assert str(out.parent) not in (out / "record.json").read_text()
    with np.load(out / "weights.npz") as weights:
        assert sum(weights[name].size for name in weights.files) == record["parameters"]
        assert {weights[name].dtype for name in weights.files} == {np.dtype("float16")}


def test_bits_per_byte_follow_from_nats_and_the_text(trained):
    data, figure = trained[1]["data"], trained[1]["held_out"]["1024"]
    bytes_per_token = data["held_out_bytes"] / (data["held_out_tokens"] - len(data["held_out_files"]))
    assert figure["bits_per_byte"] == pytest.approx(figure["nats"] / np.log(2) / bytes_per_token)
    assert figure["perplexity"] == pytest.approx(np.exp(figure["nats"]))


def test_the_vocabulary_is_in_gpt2s_format(trained):
    out, _ = trained
    entries = json.loads((out / "encoder.json").read_text())
    lines = (out / "vocab.bpe").read_text(encoding="utf-8").split("\n")
    assert sorted(entries.values()) == list(range(300)) and entries["<|endoftext|>"] == 299
    assert lines[0] == "#version: 0.2" and lines[-1] == ""  # gpt-2-simple drops the first line and the last
    assert [entries[line.replace(" ", "")] for line in lines[1:-1]] == list(range(256, 299))


def test_exported_weights_are_read_back_with_the_same_loss(texts, trained, tmp_path):
    out, record = trained
    again = pretrain(texts, tmp_path / "again", "--init-from", out, "--steps", 0)
    assert again["held_out"] == record["held_out"]


STOPPED = (
    *TINY,
    "--steps",
    40,
    "--eval-every",
    5,
    "--dropout",
    0.1,
    "--dtype",
    "float32",
    "--full-window-share",
    0.4,
)


@pytest.fixture(scope="module")
def never_stopped(texts, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "whole"
    return out, pretrain(texts, out, *STOPPED)


@pytest.mark.slow
@pytest.mark.parametrize(
    "sent", [signal.SIGINT, getattr(signal, "SIGKILL", None)], ids=["interrupted", "killed"]
)
def test_a_stopped_training_resumes_as_if_never_stopped(texts, never_stopped, tmp_path, sent):
    if sent is None:
        pytest.skip("this system has no SIGKILL")
    stopped = tmp_path / "stopped"
    with subprocess.Popen(command(texts, stopped, *STOPPED), stdout=subprocess.PIPE, text=True) as process:
        reports = 0
        for line in process.stdout:
            reports += line.startswith("step ")
            if reports == 2:  # the first report's state is on disk; the second's may be half written
                process.send_signal(sent)
                break
        process.stdout.read()
    assert process.returncode != 0 and not (stopped / "record.json").exists()
    resumed = pretrain(texts, stopped, *STOPPED)

    def losses(record):
        return [
            (row["step"], row["loss"], row["held_out_1024"], row["held_out_256"]) for row in record["history"]
        ]

    assert losses(resumed) == losses(never_stopped[1])
    with np.load(never_stopped[0] / "weights.npz") as one, np.load(stopped / "weights.npz") as other:
        assert all(np.array_equal(one[name], other[name]) for name in one.files)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((*TINY,), "--steps, --tokens or --seconds"),
        (("--steps", 1, "--entries", 300), "--model-name"),
        (("--steps", 1, *TINY[:3], "33", *TINY[4:]), "multiple of --heads"),
        (("--steps", 1, *TINY[:6]), "--vocabulary"),
        (("--steps", 1, *TINY[:6], "--entries", 60_000), "more than these texts fill"),
        (("--steps", 1, "--model-name", "4M", "--entries", 300), "did you mean"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_exit_code_2(texts, tmp_path, monkeypatch, options, said):
    monkeypatch.syspath_prepend(TOOLS)
    pretrain = importlib.import_module("pretrain")
    # In this process, where PyTorch is there already.
    done = CliRunner().invoke(pretrain.main, command(texts, tmp_path / "out", *options)[3:])
    assert done.exit_code == 2
    assert said in done.stderr and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


def test_another_training_in_the_same_folder_is_refused(texts, trained):
    done = subprocess.run(
        command(texts, trained[0], *TINY, "--steps", 30), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2 and "steps 20, not 30" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.slow
def test_gpt_2_simples_graph_takes_the_weights_and_gives_the_same_loss(trained):
    tf = pytest.importorskip("tensorflow")
    simple = pytest.importorskip("gpt_2_simple.src.model")
    out, _ = trained
    with np.load(out / "weights.npz") as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    hparams = json.loads((out / "hparams.json").read_text())
    tokens = np.random.default_rng(0).integers(0, 300, (2, 65))
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        wanted = simple.default_hparams()
        wanted.override_from_dict(hparams)
        logits = simple.model(hparams=wanted, X=tf.constant(tokens[:, :-1]))["logits"]
        variables = tf.compat.v1.global_variables()
        shapes = {variable.op.name: tuple(variable.shape) for variable in variables}
        assert shapes == {name: array.shape for name, array in arrays.items()}
        for variable in variables:
            variable.load(arrays[variable.op.name], session)
        cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tokens[:, 1:], logits=logits)
        theirs = float(session.run(tf.reduce_mean(cross_entropy)))
    code = (
        f"import sys, json, torch; sys.path[:0] = [{str(TOOLS)!r}, {str(TOOLS.parent)!r}]\nfrom pathlib"
        " import Path\nfrom pretraining.model import GPT2, from_simple, read_weights\nmodel ="
        f" GPT2({hparams!r}).eval(); from_simple(model, read_weights(Path({str(out)!r}) / 'weights.npz'),"
        f" 'weights.npz')\ntokens = torch.tensor({tokens.tolist()!r})\nprint(model(tokens[:, :-1], tokens[:,"
        " 1:], torch.arange(64)[None]).item())"
    )
    ours = float(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    )
    assert ours == pytest.approx(theirs, abs=1e-4)
