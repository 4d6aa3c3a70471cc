"""The sizes that travel inside the package."""

import json
import subprocess
import sys

import numpy as np
import pytest
from places import SUPPORT

from gpt2lab import download
from gpt2lab.base import data
from gpt2lab.errors import CheckpointError, LabError
from gpt2lab.pretrained import bundled, catalog, event_file, tensor_bundle


@pytest.fixture
def models(tmp_path):
    return tmp_path / "models"


def content_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_two_processes_at_once_do_not_hurt_each_other(tmp_path):
    code = "import gpt2lab, sys; gpt2lab.download('1M', sys.argv[1])"
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [process.communicate()[1] for process in running] == [b""] * 3
    assert sorted(content_of(tmp_path / "1M")) == sorted(catalog.FILES)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_full_disk_while_unpacking_leaves_no_half_file(tmp_path):
    code = (
        "import resource, signal, sys, gpt2lab\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "try: gpt2lab.download('1M', sys.argv[1])\n"
        "except gpt2lab.LabError as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert done.stdout.startswith("StorageError No room") and done.stderr == ""
    assert not [name for name in content_of(tmp_path / "1M") if name.startswith("model.ckpt.data")]


@pytest.mark.parametrize("name", catalog.bundled_names())
def test_a_bundled_size_unpacks_to_sound_weights_of_its_cards_shape(models, name):
    folder = download(name, models)
    assert sorted(content_of(folder)) == sorted(catalog.FILES)
    assert catalog.on_disk(name, models)
    tensors = tensor_bundle.read(folder / "model.ckpt")
    assert sum(array.size for array in tensors.values()) == catalog.find_card(name).parameters
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in tensors.values())
    assert json.loads((folder / "hparams.json").read_text()) == catalog.find_card(name).hparams


def test_bundled_weights_of_an_earlier_release_are_replaced(models):
    folder = download("1M", models)
    tensors = {name: array + 1 for name, array in tensor_bundle.read(folder / "model.ckpt").items()}
    tensor_bundle.write(folder / "model.ckpt", tensors)
    with pytest.warns(UserWarning, match="another release"):
        download("1M", models)
    assert np.array_equal(
        tensor_bundle.read(folder / "model.ckpt")["model/wte"], bundled.read_weights("1M")["model/wte"]
    )


def test_an_installation_without_its_models_says_so(monkeypatch, tmp_path, models):
    monkeypatch.setattr(data, "PACKAGE", tmp_path / "gpt2lab")
    bundled._contents.cache_clear()
    with pytest.raises(CheckpointError, match="install gpt2lab again") as caught:
        download("1M", models)
    assert isinstance(caught.value, LabError)


def test_unpacking_and_encoding_need_no_tensorflow(models):
    code = (
        "import sys, gpt2lab as lab\n"
        "from gpt2lab.pretrained import encoder, event_file, tensor_bundle\n"
        "folder = lab.download('3M', sys.argv[1])\n"
        "tensor_bundle.verify(folder / 'model.ckpt'); event_file.read_scalars(folder)\n"
        "encoder.load_encoder(folder).encode('My fellow Americans')\n"
        "sys.exit('tensorflow' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(models)], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
def test_each_bundled_size_writes_in_plain_gpt_2_simple_what_it_writes_here(tmp_path):
    done = subprocess.run(
        [sys.executable, SUPPORT / "opens_everywhere.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    written = json.loads(done.stdout.splitlines()[-1])
    assert list(written) == catalog.bundled_names()
    assert all(ours == theirs and len(ours) > 40 for ours, theirs in written.values())


@pytest.mark.slow
def test_plain_gpt_2_simple_loads_generates_and_fine_tunes_a_bundled_size(models, tmp_path):
    download("1M", models)
    (tmp_path / "text.txt").write_text("The state of the Union is strong. " * 400)
    code = (
        "import gpt_2_simple as gpt2, tensorflow as tf\nassert gpt2.is_gpt2_downloaded(model_name='1M')\nsess"
        " = gpt2.start_tf_sess()\ngpt2.load_gpt2(sess, model_name='1M')\ntext = gpt2.generate(sess,"
        " model_name='1M', length=8, return_as_list=True, prefix='The', seed=1)[0]\nassert"
        " text.startswith('The') and len(text) >"
        " 8\ntf.compat.v1.train.import_meta_graph('models/1M/model.ckpt.meta')\nsess ="
        " gpt2.reset_session(sess)\ngpt2.finetune(sess, 'text.txt', model_name='1M', steps=2,"
        " accumulate_gradients=1, sample_every=100)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    logged = event_file.read_scalars(tmp_path / "checkpoint" / "run1")
    assert [step for step, _, _ in logged] == [1, 2]
    assert all(f"loss={value:2.2f}" in done.stdout for _, _, value in logged)
    assert set(tensor_bundle.read(tmp_path / "checkpoint" / "run1" / "model-2")) == set(
        bundled.read_weights("1M")
    )
    assert (tmp_path / "checkpoint" / "run1" / "counter").read_text() == "2\n"
