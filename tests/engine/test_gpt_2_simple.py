"""Plain gpt-2-simple, in a process of its own: the same losses, and each opens what the other wrote."""

import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import gpt2lab as lab
from gpt2lab.engine import Batches
from gpt2lab.pretrained import event_file, tensor_bundle
from gpt2lab.pretrained.encoder import load_encoder

pytestmark = pytest.mark.slow

STEPS, RATE, SEED = 10, 1e-3, 5

# One process, since starting TensorFlow takes longer than all the rest. It fine-tunes with the batches that
# gpt2lab draws, then opens gpt2lab's run, generates from it and goes on with it.
PLAIN = """
import json, sys
import numpy as np
import gpt_2_simple as gpt2
from gpt_2_simple.src import load_dataset

models, text, steps, rate = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
common = dict(dataset=text, model_name="1M", model_dir=models, steps=steps, learning_rate=rate, sample_every=10**6)
drawn = load_dataset.Sampler.sample
session = gpt2.start_tf_sess()
for accumulate in (1, 3):
    windows = iter(np.load(f"batches-{accumulate}.npy"))
    load_dataset.Sampler.sample = lambda self, length: next(windows)
    gpt2.finetune(session, run_name=f"plain-{accumulate}", accumulate_gradients=accumulate, **common)
    session = gpt2.reset_session(session)

gpt2.load_gpt2(session, run_name="ours")
texts = gpt2.generate(session, run_name="ours", prefix="The people of", length=30, top_k=1, return_as_list=True)
session = gpt2.reset_session(session)
load_dataset.Sampler.sample = drawn
gpt2.finetune(session, run_name="ours", accumulate_gradients=1, **{**common, "steps": 3})
print(json.dumps(texts))
"""  # noqa: E501


def replayed(tokens, accumulate):
    """The windows of gpt2lab's batches in the order in which gpt-2-simple asks for them."""
    batches = Batches(tokens, 1024, SEED)
    return np.concatenate(
        [window for step in range(1, STEPS + 1) for window in batches.at(step, 1, accumulate)]
    )


@pytest.fixture(scope="module")
def plain(models, speeches, tmp_path_factory):
    """What plain gpt-2-simple did, and gpt2lab's runs on the same batches as they were before it touched one
    of them.
    """
    folder = tmp_path_factory.mktemp("plain")
    (folder / "text.txt").write_text(speeches.text, encoding="utf-8")
    tokens = lab.Corpus.from_file(folder / "text.txt").tokens(load_encoder(models / "1M"))
    asked = {
        "dataset": folder / "text.txt",
        "model_name": "1M",
        "steps": STEPS,
        "learning_rate": RATE,
        "decay": "constant",
        "seed": SEED,
        "model_dir": models,
        "checkpoint_dir": folder / "checkpoint",
    }
    ours = {}
    for accumulate in (1, 3):
        np.save(folder / f"batches-{accumulate}.npy", replayed(tokens, accumulate))
        ours[accumulate] = lab.finetune(
            run_name=f"ours-{accumulate}", accumulate_gradients=accumulate, **asked
        )
    run = lab.finetune(
        run_name="ours",
        accumulate_gradients=1,
        optimizer="adam",
        valid=folder / "text.txt",
        eval_every=5,
        **{**asked, "steps": 6},
    )
    saved = tensor_bundle.read(run.folder / "model-6")
    with run.load() as lm:
        greedy = lm.generate("The people of", length=30, temperature=0)[0]
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, str(models), "text.txt", str(STEPS), str(RATE)],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return SimpleNamespace(
        folder=folder,
        checkpoint=folder / "checkpoint",
        asked=asked,
        ours=ours,
        run=run,
        saved=saved,
        greedy=greedy,
        texts=json.loads(done.stdout.splitlines()[-1]),
        output=done.stdout,
    )


@pytest.mark.parametrize("accumulate", [1, 3])
def test_ten_steps_on_the_same_batches_have_the_losses_of_plain_gpt_2_simple(plain, accumulate):
    theirs = [value for _, _, value in event_file.read_scalars(plain.checkpoint / f"plain-{accumulate}")]
    ours = plain.ours[accumulate].history["loss"]
    assert len(theirs) == len(ours) == STEPS
    assert ours.to_numpy() == pytest.approx(theirs, rel=1e-4)
    assert max(theirs) - min(theirs) > 0.1  # equal because both learned, not because nothing happened


@pytest.mark.parametrize("accumulate", [1, 3])
def test_ten_steps_on_the_same_batches_end_at_the_weights_of_plain_gpt_2_simple(plain, accumulate):
    theirs = tensor_bundle.read(plain.checkpoint / f"plain-{accumulate}" / f"model-{STEPS}")
    ours = tensor_bundle.read(plain.checkpoint / f"ours-{accumulate}" / f"model-{STEPS}")
    assert set(theirs) == set(ours)
    start = tensor_bundle.read(plain.asked["model_dir"] / "1M" / "model.ckpt")
    moved = max(np.abs(ours[name] - start[name]).max() for name in ours)
    # Adam moves a weight whose gradient is all but 0 by its sign, so single weights may differ; their mean
    # must not.
    assert all(np.abs(theirs[name] - ours[name]).mean() < 0.01 * moved for name in ours)


def test_the_average_is_the_one_that_plain_gpt_2_simple_prints(plain):
    for accumulate in (1, 3):
        line = next(line for line in plain.output.splitlines() if line.startswith(f"[{STEPS} |"))
        assert "avg=" in line
    averages = [
        float(line.split("avg=")[1]) for line in plain.output.splitlines() if line.startswith(f"[{STEPS} |")
    ]
    assert averages == pytest.approx(
        [plain.ours[each].history["average_loss"].iloc[-1] for each in (1, 3)], abs=0.006
    )


def test_plain_gpt_2_simple_loads_our_run_and_writes_what_we_write(plain):
    assert plain.texts == [plain.greedy]


def test_plain_gpt_2_simple_goes_on_with_our_run_from_our_step(plain):
    assert [step for step, _, _ in event_file.read_scalars(plain.checkpoint / "ours")] == [7, 8, 9]
    assert (plain.checkpoint / "ours" / "counter").read_text() == "9\n"
    assert "model-6" in plain.output


def test_our_record_goes_on_with_what_plain_gpt_2_simple_logged(plain):
    run = lab.Run.open("ours", plain.checkpoint)
    history = run.history
    assert history["step"].tolist() == list(range(10))
    logged = [value for _, _, value in event_file.read_scalars(run.folder)]
    assert history["loss"].iloc[-3:].tolist() == logged
    assert history["seconds"].is_monotonic_increasing and not history["average_loss"].iloc[1:].isna().any()
    assert run.checkpoints[-1] == 9
    with run.load() as lm:
        assert lm.generate(length=3)


def test_weights_survive_the_way_there_and_back_bit_by_bit(plain, models):
    # Zero further steps are not to be had, so TensorFlow itself reads what gpt2lab wrote, and gpt2lab what
    # gpt-2-simple wrote.
    tf = pytest.importorskip("tensorflow")
    reader = tf.train.load_checkpoint(str(plain.checkpoint / "plain-1" / f"model-{STEPS}"))
    with lab.load(run_name="plain-1", checkpoint_dir=plain.checkpoint) as lm:
        weights = lm.weights()
    assert set(weights) == set(reader.get_variable_to_shape_map())
    assert all(np.array_equal(weights[name], reader.get_tensor(name)) for name in weights)
    reader = tf.train.load_checkpoint(str(plain.checkpoint / "ours-1" / f"model-{STEPS}"))
    with plain.ours[1].load() as lm:
        assert all(np.array_equal(array, reader.get_tensor(name)) for name, array in lm.weights().items())


def test_a_run_of_plain_gpt_2_simple_opens_with_its_losses_and_goes_on_from_its_step(plain):
    run = lab.Run.open("plain-1", plain.checkpoint)
    assert run.history["step"].tolist() == list(range(1, STEPS + 1))
    assert run.history["loss"].to_numpy() == pytest.approx(plain.ours[1].history["loss"].to_numpy(), rel=1e-4)
    assert run.history["average_loss"].to_numpy() == pytest.approx(
        plain.ours[1].history["average_loss"].to_numpy(), rel=1e-4
    )
    assert run.diagnosis().verdict in ("under-fitting", "fitting", "over-fitting")
    with run.load() as lm, plain.ours[1].load() as other:
        assert lab.perplexity(lm, "The people of the United States").perplexity == pytest.approx(
            lab.perplexity(other, "The people of the United States").perplexity, rel=1e-2
        )
    with pytest.raises(lab.LabError, match="valid="):
        run.load("best")
    before = run.history
    asked = {
        **plain.asked,
        "steps": 3,
        "valid": plain.asked["dataset"],
        "eval_every": 2,
        "accumulate_gradients": 1,
    }
    resumed = lab.finetune(run_name="plain-1", **asked)
    history = resumed.history
    assert history["step"].tolist() == list(range(1, STEPS + 4))
    assert history["loss"].iloc[:STEPS].tolist() == before["loss"].tolist()
    assert history["tokens"].iloc[-1] == 3 * 1024 and history["valid_loss"].notna().sum() == 2
    assert (plain.checkpoint / "plain-1" / "counter").read_text() == f"{STEPS + 3}\n"
    # Its batches are those of the steps that follow, its weights those that were saved.
    tokens = lab.Corpus.from_file(plain.asked["dataset"]).tokens(load_encoder(resumed.folder))
    (window,) = Batches(tokens, 1024, SEED).at(STEPS + 1, 1, 1)
    with resumed.load(STEPS) as lm:
        assert history["loss"].iloc[STEPS] == pytest.approx(np.mean(lm.window_losses(window[0])), rel=1e-4)


def test_starting_a_run_of_plain_gpt_2_simple_over_leaves_none_of_its_losses(plain):
    run = lab.finetune(
        run_name="plain-3", accumulate_gradients=1, restore_from="fresh", **{**plain.asked, "steps": 2}
    )
    assert run.history["step"].tolist() == [1, 2] and run.checkpoints == [2]
