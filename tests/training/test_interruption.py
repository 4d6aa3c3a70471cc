"""No work is lost: a run that was killed or stopped ends like one that was not."""

import random
import re
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from at_length import soak
from training_process import Training

import gpt2lab as lab
from gpt2lab.pretrained import checkpoints, tensor_bundle
from gpt2lab.pretrained.catalog import find_card

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")]


def outcome(folder):
    """All that a run leaves but the time it took: history, saved steps, files, status, every weight and
    moment by its bytes.
    """
    run = lab.Run(folder)
    arrays = {
        prefix: {name: array.tobytes() for name, array in tensor_bundle.read(folder / prefix).items()}
        for prefix in sorted(path.stem for path in folder.glob("*.index"))
    }
    return {
        "history": run.record.drop(columns="seconds").to_csv(),
        "saved steps": run.checkpoints,
        "files": sorted(path.name for path in folder.iterdir()),
        "status": run.configuration["status"],
        "list": (folder / "checkpoint").read_text(),
        "arrays": arrays,
    }


def assert_same(folder, expected):
    found = outcome(folder)
    arrays, expected_arrays = found.pop("arrays"), expected["arrays"]
    assert found == {key: value for key, value in expected.items() if key != "arrays"}
    assert arrays == expected_arrays or (
        sorted(arrays) == sorted(expected_arrays)
        and not [
            name
            for prefix in arrays
            for name in arrays[prefix]
            if arrays[prefix][name] != expected_arrays[prefix].get(name)
        ]
    )


@pytest.fixture(scope="module")
def asked(models, speeches, held_out):
    return {
        "dataset": speeches,
        "model_name": "1M",
        "steps": 24,
        "valid": held_out.first(4000),
        "eval_every": 4,
        "save_every": 5,
        "seed": 3,
        "max_checkpoints": 2,
        "accumulate_gradients": 1,
        "learning_rate": 1e-3,
        "sample_every": 0,
        "model_dir": models,
        "warmup_steps": 3,
        "decay": "cosine",
    }


@pytest.fixture(scope="module")
def unbroken(asked, tmp_path_factory):
    """What a run that nothing interrupts leaves."""
    folder = tmp_path_factory.mktemp("unbroken")
    training = Training({**asked, "checkpoint_dir": folder})
    said = training.rest()
    assert training.end() == 0 and said[:24] == list(range(1, 25))
    return outcome(folder / "run1")


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(soak(2, at_length=6)))
def test_a_run_killed_at_random_moments_ends_like_one_that_was_not(asked, unbroken, tmp_path, seed):
    dice = random.Random(seed)
    step = 0
    while step < 14:
        training = Training({**asked, "checkpoint_dir": tmp_path})
        step = dice.randint(step + 2, step + 7)
        assert training.wait_for(step)
        time.sleep(dice.uniform(0, 0.2))  # three steps or so
        assert training.kill() == -signal.SIGKILL
    training = Training({**asked, "checkpoint_dir": tmp_path})
    first = training.rest()[0]
    assert training.end() == 0
    assert first > 1  # it went on, rather than starting over
    assert_same(tmp_path / "run1", unbroken)
    # in however few steps the last part was taken
    assert lab.Run.open(checkpoint_dir=tmp_path).record["copied"].notna().iloc[-1]


@pytest.fixture(scope="module")
def brief(asked):
    return {**asked, "steps": 2, "save_every": 1, "eval_every": 1, "warmup_steps": 1}


@pytest.fixture(scope="module")
def unbroken_brief(brief, tmp_path_factory):
    """How many files the brief run replaces, what is on disk right before and after each, and what is there
    at the end.
    """
    folder, copies = tmp_path_factory.mktemp("brief"), tmp_path_factory.mktemp("copies")
    training = Training({**brief, "checkpoint_dir": folder}, copies=copies)
    replaced = training.rest()[-1][1]
    assert training.end() == 0
    return replaced, copies, outcome(folder / "run1")


def contents(folder):
    """The files of a folder, and how long those of weights and moments are: the others say how long
    something took, in more digits or fewer.
    """
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("events.")
    )
    # A temporary file has the number of its process and the time in its name.
    names = [re.sub(r"[.]\d+[.]\d+[.]tmp$", ".tmp", str(path.relative_to(folder))) for path in files]
    return [
        (name, path.stat().st_size if "model-" in name or "optimizer-" in name else None)
        for name, path in zip(names, files)
    ]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_is_on_disk_when_a_file_is_replaced_is_what_a_kill_leaves(
    brief, unbroken_brief, tmp_path, moment
):
    replaced, copies, _ = unbroken_brief
    number = replaced // 2
    assert Training({**brief, "checkpoint_dir": tmp_path}, (number, moment)).end() == -signal.SIGKILL
    assert contents(tmp_path) == contents(copies / f"{number}-{moment}")


@pytest.mark.slow
def test_a_run_killed_at_each_file_that_it_replaces_ends_like_one_that_was_not(brief, unbroken_brief):
    replaced, copies, expected = unbroken_brief
    assert replaced > 15

    def go_on(number):
        checkpoint_dir = copies / f"{number}-{('before', 'after')[number % 2]}"
        folder = checkpoint_dir / "run1"
        # whatever was under way, what is there is whole
        if folder.is_dir() and checkpoints.latest_prefix(folder):
            step = checkpoints.latest_step(folder)
            assert f"model-{step}" in expected["arrays"] or step == 1
            assert checkpoints.read_weights(checkpoints.latest_prefix(folder), find_card("1M").hparams)
            assert checkpoints.read_optimizer(folder, step)
        assert Training({**brief, "checkpoint_dir": checkpoint_dir}).end() == 0
        assert_same(folder, expected)

    with ThreadPoolExecutor(2) as pool:  # starting one of these processes keeps one core busy
        list(pool.map(go_on, range(1, replaced + 1)))


def test_a_second_call_killed_before_its_first_save_still_takes_its_steps_from_where_the_first_ended(
    brief, tmp_path
):
    asked = {**brief, "valid": None, "save_every": 1000, "steps": 6}
    for name in ("killed", "whole"):
        assert Training({**asked, "checkpoint_dir": tmp_path / name}).end() == 0
    training = Training({**asked, "checkpoint_dir": tmp_path / "killed"})
    assert training.wait_for(8)
    assert training.kill() == -signal.SIGKILL
    for name in ("killed", "whole"):
        assert Training({**asked, "checkpoint_dir": tmp_path / name}).end() == 0
    assert lab.Run(tmp_path / "killed" / "run1").checkpoints[-1] == 12
    assert_same(tmp_path / "killed" / "run1", outcome(tmp_path / "whole" / "run1"))


def test_ctrl_c_saves_within_a_step_returns_and_the_same_call_finishes(asked, unbroken, tmp_path):
    training = Training({**asked, "checkpoint_dir": tmp_path})
    assert training.wait_for(7)
    training.interrupt()
    said = training.rest()
    assert training.end() == 0
    last = max([7, *(step for step in said if isinstance(step, int))])
    run = lab.Run(tmp_path / "run1")
    assert run.configuration["status"] == "stopped"
    assert 7 <= last < 12 and checkpoints.latest_step(run.folder) == last == run.history["step"].iloc[-1]
    assert Training({**asked, "checkpoint_dir": tmp_path}).end() == 0
    found = outcome(tmp_path / "run1")
    assert found["history"] == unbroken["history"] and found["status"] == "finished"
    assert found["arrays"]["model-24"] == unbroken["arrays"]["model-24"]
