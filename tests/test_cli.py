"""The command line says the same as the library, and a user's mistake in one sentence with exit code 2."""

import csv
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from gpt2lab.cli import main


def call(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_models_lists_every_size():
    result = call("models")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()[1:]] == [
        "1M",
        "3M",
        "10M",
        "124M",
        "355M",
        "774M",
        "1558M",
    ]


def test_every_option_has_a_help_text():
    for name, command in main.commands.items():
        for option in command.params:
            if option.param_type_name == "option" and option.name != "help":
                assert option.help, f"gpt2lab {name} --{option.name}"


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["download", "--model-name", "125M"], ["model_name='125M'", "124M"]),
        (["finetune", "nowhere.txt"], ["nowhere.txt"]),
        (["finetune", "short.txt"], ["too short", "characters"]),
        (["finetune", "empty.txt"], ["empty"]),
        (["finetune", "utf16.txt"], ["UTF-16"]),
        (["finetune", "latin1.txt"], ["byte", "line"]),
        (["finetune", "binary.txt"], ["binary"]),
        (["finetune", "nothing"], ["nothing"]),
        (["finetune", "text.txt", "--steps", "0"], ["steps=0", "1 or more"]),
        (["finetune", "text.txt", "--steps", "-1"], ["steps=-1", "1 or more"]),
        (["finetune", "text.txt", "--learning-rate", "0"], ["learning_rate=0", "above 0"]),
        (["finetune", "text.txt", "--learning-rate", "nan"], ["learning_rate=nan", "above 0"]),
        (["finetune", "text.txt", "--run-name", "a/b"], ["run_name='a/b'"]),
        (["finetune", "text.txt", "--optimizer", "lion"], ["optimizer='lion'", "adam"]),
        (["finetune", "text.txt", "--weight-decay", "0.1"], ["weight_decay=0.1", "optimizer='adamw'"]),
        (["finetune", "text.txt", "--decay", "square"], ["decay='square'", "cosine"]),
        (["finetune", "text.txt", "--batch-size", "100000"], ["memory", "give ", "batch_size="]),
        (["estimate", "--model-name", "125M"], ["model_name='125M'", "124M"]),
        (["finetune", "text.txt", "--checkpoint-dir", "empty.txt"], ["empty.txt"]),
        (["generate", "--run-name", "none"], ["none", "no run yet"]),
        (["perplexity", "nowhere.txt", "--model-name", "1M"], ["nowhere.txt"]),
        (["report", "none"], ["none", "no run yet"]),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nothing").mkdir()
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "short.txt").write_text("Too short to learn from.")
    (tmp_path / "text.txt").write_text("A sentence to learn from. " * 400)
    (tmp_path / "utf16.txt").write_bytes("A sentence.".encode("utf-16"))
    (tmp_path / "latin1.txt").write_bytes("Un café.\n".encode("latin-1") * 9)
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    assert len(result.output.strip().splitlines()) == 1 and result.output.startswith("Error: ")
    assert all(word in result.output for word in words), result.output
    assert not (tmp_path / "checkpoint").exists()


def test_no_network_is_said_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("GPT2LAB_MODELS_URL", "http://127.0.0.1:9/models")
    monkeypatch.setattr("gpt2lab.pretrained.fetch.WAITS", ())
    result = call("download", "--model-name", "124M", "--model-dir", tmp_path)
    assert result.exit_code == 2 and result.output.startswith("Error: ") and "127.0.0.1:9" in result.output
    assert "Traceback" not in result.output


def test_perplexity_says_the_interval_over_documents_and_writes_the_single_ones(models, tmp_path):
    (tmp_path / "texts").mkdir()
    for number in range(3):
        (tmp_path / "texts" / f"{number}.txt").write_text("The state of the Union is strong. " * (number + 1))
    result = call(
        "perplexity",
        tmp_path / "texts",
        "--model-name",
        "1M",
        "--model-dir",
        models,
        "--output",
        tmp_path / "documents.csv",
    )
    assert result.exit_code == 0 and result.output.startswith("1M: perplexity "), result.output
    assert re.search(
        r"perplexity [\d.]+ \([\d.]+ to [\d.]+\), .*bits per byte \([\d.]+ to [\d.]+\); .* over 3"
        r" documents\.$",
        result.output.strip(),
    )
    rows = list(csv.DictReader(open(tmp_path / "documents.csv")))
    assert [row["name"] for row in rows] == ["0.txt", "1.txt", "2.txt"] and float(
        rows[0]["perplexity"]
    ) > float(rows[2]["perplexity"])


def test_estimate_says_what_a_fine_tuning_takes_and_that_it_does_not_fit(monkeypatch):
    monkeypatch.setenv("GPT2LAB_MEMORY", "2GB")
    result = call("estimate", "--model-name", "355M", "--recompute", "--clip-norm", "1")
    assert (
        result.exit_code == 0
        and "the weights" in result.output
        and "Fine-tuning 355M with batch_size=1 takes about" in result.output
    )
    assert result.output.strip().endswith("2.0 GB are available (GPT2LAB_MEMORY): it does not fit.")


@pytest.mark.slow
def test_the_whole_way_in_a_terminal(tmp_path):
    """Separate processes, as a user starts them: nothing but the answer is printed, and nothing on the error
    stream.
    """
    text = "\n".join(
        f"Sentence {n}: the people of the United States met the Congress, and {n % 7} of them spoke."
        for n in range(400)
    )
    (tmp_path / "text.txt").write_text(text)

    def terminal(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "gpt2lab", *arguments], cwd=tmp_path, capture_output=True, text=True
        )

    tuned = terminal(
        "finetune",
        "text.txt",
        "--model-name",
        "1M",
        "--steps",
        "6",
        "--accumulate-gradients",
        "1",
        "--sample-every",
        "3",
        "--sample-length",
        "20",
        "--learning-rate",
        "0.001",
    )
    assert (tuned.returncode, tuned.stderr) == (0, "") and "Step 6: loss" in tuned.stdout
    rows = list(csv.DictReader(open(tmp_path / "checkpoint/run1/history.csv")))
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    written = terminal(
        "generate", "--prefix", "The people", "--nsamples", "2", "--length", "8", "--seed", "1"
    )
    assert (written.returncode, written.stderr) == (0, "") and written.stdout.count("The people") == 2
    again = terminal(
        "generate",
        "--prefix",
        "The people",
        "--nsamples",
        "2",
        "--length",
        "8",
        "--seed",
        "1",
        "--batch-size",
        "1",
    )
    assert again.stdout == written.stdout
    measured = terminal("perplexity", "text.txt", "--run-name", "run1")
    assert (measured.returncode, measured.stderr) == (0, "") and "run1, step 6: perplexity" in measured.stdout
    told = terminal("report", "run1", "--train", "text.txt", "--nsamples", "2", "--length", "8")
    assert (told.returncode, told.stderr) == (0, "") and told.stdout.startswith(
        "The report is in report: report.md, report.html"
    )
    assert "<h1>What fine-tuning 1M did: the run run1</h1>" in (tmp_path / "report/report.html").read_text(
        encoding="utf-8"
    )
    refused = terminal("generate", "--top-p", "1.5")
    assert (
        refused.returncode == 2
        and refused.stderr.startswith("Error: top_p=1.5")
        and "Traceback" not in refused.stderr
    )
