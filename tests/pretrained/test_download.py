"""Downloads: against a real server that misbehaves on demand, with a model of a few kilobytes."""

import errno
import hashlib
import json
import os
import shutil
import threading
import time
from importlib import import_module

import numpy as np
import pytest
from model_server import Server

from gpt2lab.base import storage
from gpt2lab.errors import ArgumentError, DownloadError, StorageError
from gpt2lab.pretrained import bundled, catalog, tensor_bundle

rooms = {name: import_module(f"gpt2lab.pretrained.{name}") for name in ("download", "fetch")}
download, download_vocabulary = rooms["download"].download, rooms["download"].download_vocabulary
DATA = catalog.DATA_FILE


def model_files(folder, seed=0, width=8):
    """The seven files of a tiny model, by name."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(seed)
    hparams = catalog.ModelCard("tiny", 0, width, 1, n_vocab=16).hparams
    weights = {
        name: rng.normal(size=shape).astype(np.float32)
        for name, shape in catalog.weight_shapes(hparams).items()
    }
    tensor_bundle.write(folder / "model.ckpt", weights)
    (folder / "checkpoint").write_bytes(bundled.CHECKPOINT_FILE)
    (folder / "hparams.json").write_text(json.dumps(hparams))
    (folder / "encoder.json").write_text('{"a": 0}')
    (folder / "vocab.bpe").write_text("#version: 0.2\n")
    (folder / "model.ckpt.meta").write_bytes(b"\n\x03*\x012\x12\x04\x22\x02\x08\x01")
    return {file: (folder / file).read_bytes() for file in catalog.FILES}


@pytest.fixture
def server(tmp_path, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = Server()
    server.model = model_files(tmp_path / "original")
    server.files = {f"/models/tiny/{name}": content for name, content in server.model.items()}
    card = catalog.ModelCard(
        "tiny", 0, 8, 1, n_vocab=16, files={DATA: catalog.FileFact(len(server.model[DATA]))}
    )
    monkeypatch.setattr(catalog, "CARDS", {"tiny": card, **catalog.CARDS})
    monkeypatch.setenv("GPT2LAB_MODELS_URL", server.url)
    monkeypatch.setattr(rooms["fetch"], "WAITS", (0, 0))
    monkeypatch.setattr(rooms["fetch"], "TIMEOUT", (1, 0.3))
    monkeypatch.setattr(rooms["fetch"], "_CHUNK", 1000)
    monkeypatch.setattr(storage, "LOCK_POLL", 0.01)
    yield server
    server.close()


@pytest.fixture
def models(tmp_path):
    return tmp_path / "models"


def know(monkeypatch, name, **facts):
    """Publish the size or the SHA-256 of a file of the tiny model."""
    card = catalog.CARDS["tiny"]
    known = {**card.files, name: catalog.FileFact(**facts)}
    monkeypatch.setitem(catalog.CARDS, "tiny", catalog.ModelCard("tiny", 0, 8, 1, n_vocab=16, files=known))


def content_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_all_seven_files_arrive_and_nothing_else_stays(server, models):
    assert download("tiny", models) == models / "tiny"
    assert content_of(models / "tiny") == server.model
    assert [path.name for path in models.iterdir()] == ["tiny"]


def test_what_is_there_and_right_is_not_fetched_again(server, models):
    download("tiny", models)
    server.requests.clear()
    download("tiny", models)
    rooms["download"]._seen.clear()  # as in a new process
    download("tiny", models)
    assert server.requests == []


def test_a_download_cut_off_halfway_goes_on_where_it_stopped(server, models):
    server.faults[DATA] = ["cut", "cut"]
    download("tiny", models)
    first, second, third = server.asked(DATA)
    assert (first, second) == (None, "bytes=16000-") and third > second
    assert content_of(models / "tiny") == server.model


def test_a_download_given_up_goes_on_at_the_next_call(server, models):
    server.faults[DATA] = ["cut"] * 3
    with pytest.raises(DownloadError, match="run the same line again"):
        download("tiny", models)
    assert not (models / "tiny" / DATA).exists() and (models / "tiny" / f"{DATA}.part").exists()
    server.requests.clear()
    download("tiny", models)
    assert [wanted is not None for wanted in server.asked(DATA)] == [True]
    assert server.asked("encoder.json") == []
    assert content_of(models / "tiny") == server.model


@pytest.mark.parametrize("etag", [True, False])
def test_a_file_that_changed_on_the_server_meanwhile_is_fetched_from_the_start(
    server, models, tmp_path, etag
):
    server.etag = etag
    server.faults[DATA] = ["cut"] * 3
    with pytest.raises(DownloadError):
        download("tiny", models)
    new = model_files(tmp_path / "new", seed=1)
    server.files = {f"/models/tiny/{name}": content for name, content in new.items()}
    for name in (name for name in catalog.FILES if name != DATA):
        (models / "tiny" / name).unlink()
    download("tiny", models)
    assert content_of(models / "tiny") == new


def test_a_server_without_ranges_starts_over(server, models):
    server.faults[DATA] = ["cut", "no ranges"]
    download("tiny", models)
    assert len(server.asked(DATA)) == 2
    assert content_of(models / "tiny") == server.model


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(server, models, status):
    server.faults["hparams.json"] = [status]
    download("tiny", models)
    assert len(server.asked("hparams.json")) == 2


def test_a_server_that_stays_busy_is_given_up(server, models):
    server.faults["hparams.json"] = [500] * 9
    with pytest.raises(DownloadError, match="500"):
        download("tiny", models)
    assert len(server.asked("hparams.json")) == 3


def test_a_missing_file_names_the_address_and_leaves_no_page_as_a_model_file(server, models):
    del server.files[f"/models/tiny/{DATA}"]
    with pytest.raises(DownloadError, match=f"{server.url}/tiny/{DATA}.*404"):
        download("tiny", models)
    assert len(server.asked(DATA)) == 1
    assert not [path for path in (models / "tiny").iterdir() if path.name.startswith(DATA)]


@pytest.mark.parametrize("name", catalog.FILES)
def test_a_web_page_in_place_of_a_file_is_refused(server, models, name):
    server.files[f"/models/tiny/{name}"] = b"<html>Please sign in to the network</html>"
    with pytest.raises(DownloadError):
        download("tiny", models)
    assert not (models / "tiny" / name).exists()


def test_a_hanging_server_is_left_after_the_timeout_and_the_rest_fetched(server, models):
    server.faults[DATA] = ["hang"]
    started = time.monotonic()
    download("tiny", models)
    assert time.monotonic() - started < 50  # the server hangs for 100
    assert content_of(models / "tiny") == server.model


def test_wrong_bytes_of_the_right_size_are_refused_by_the_published_sum(server, models, monkeypatch):
    content = server.model["encoder.json"]
    know(monkeypatch, "encoder.json", bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    server.files["/models/tiny/encoder.json"] = b'{"b": 0}'
    with pytest.raises(DownloadError, match="SHA-256"):
        download("tiny", models)
    assert not (models / "tiny" / "encoder.json").exists()


@pytest.mark.parametrize("name", [DATA, "model.ckpt.index"])
def test_wrong_bytes_of_the_right_size_are_refused_by_tensorflows_checksums(server, models, name):
    server.faults[name] = ["wrong"]
    with pytest.raises(DownloadError, match="damaged"):
        download("tiny", models)
    assert not (models / "tiny" / name).exists()
    download("tiny", models)
    assert content_of(models / "tiny") == server.model


def test_halves_that_do_not_fit_together_are_fetched_once_more(server, models):
    server.faults[DATA] = ["cut"] * 3
    with pytest.raises(DownloadError):
        download("tiny", models)
    part = models / "tiny" / f"{DATA}.part"
    part.write_bytes(b"\x55" * part.stat().st_size)
    download("tiny", models)
    assert content_of(models / "tiny") == server.model


def test_a_file_of_another_size_than_published_is_refused_before_it_is_fetched(server, models, monkeypatch):
    know(monkeypatch, DATA, bytes=12345)
    with pytest.raises(DownloadError, match="12,345"):
        download("tiny", models)


def test_hyperparameters_of_another_size_are_refused(server, models):
    server.files["/models/tiny/hparams.json"] = server.model["hparams.json"].replace(
        b'"n_layer": 0', b'"n_layer": 9'
    )
    with pytest.raises(DownloadError, match="n_layer"):
        download("tiny", models)
    assert not (models / "tiny" / "hparams.json").exists()


def test_an_index_of_another_model_is_refused(server, models, tmp_path):
    server.files["/models/tiny/model.ckpt.index"] = model_files(tmp_path / "wide", width=16)[
        "model.ckpt.index"
    ]
    with pytest.raises(DownloadError, match="another model"):
        download("tiny", models)


@pytest.mark.parametrize("name", catalog.FILES)
def test_a_truncated_file_on_disk_is_fetched_again_and_said_so(server, models, name):
    download("tiny", models)
    path = models / "tiny" / name
    path.write_bytes(path.read_bytes()[:5])
    server.requests.clear()
    # of unknown size here: only their beginning can be judged
    if name == "model.ckpt.meta" or name == "vocab.bpe":
        path.write_bytes(b"")
    with pytest.warns(UserWarning, match=f"{name} damaged.*fetched again"):
        download("tiny", models)
    assert [file for file, _ in server.requests] == [name]
    assert content_of(models / "tiny") == server.model


def test_a_flipped_bit_in_weights_on_disk_is_found_and_mended(server, models):
    download("tiny", models)
    path = models / "tiny" / DATA
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    with pytest.warns(UserWarning, match=DATA):
        download("tiny", models)
    assert content_of(models / "tiny") == server.model


def test_damaged_index_and_damaged_data_are_both_mended(server, models):
    download("tiny", models)
    for name in (DATA, "model.ckpt.index"):
        path = models / "tiny" / name
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.warns(UserWarning):
        download("tiny", models)
    assert content_of(models / "tiny") == server.model


def test_two_downloads_of_one_size_at_once_fetch_it_once(server, models):
    server.faults[DATA] = ["hang"]
    threads = [threading.Thread(target=download, args=("tiny", models)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert content_of(models / "tiny") == server.model
    assert len(server.asked("encoder.json")) == 1


def test_no_network_says_so_and_what_works_without(models, monkeypatch, server):
    monkeypatch.setenv("GPT2LAB_MODELS_URL", "http://127.0.0.1:9")
    with pytest.raises(DownloadError, match="no network") as caught:
        download("tiny", models)
    assert "3M" in str(caught.value) and "GPT2LAB_MODELS_URL" in str(caught.value)


@pytest.mark.parametrize("as_url", [True, False])
def test_a_folder_can_stand_in_for_the_server(server, models, tmp_path, monkeypatch, as_url):
    mirror = tmp_path / "mirror folder"
    shutil.copytree(tmp_path / "original", mirror / "tiny")
    monkeypatch.setenv("GPT2LAB_MODELS_URL", mirror.as_uri() if as_url else str(mirror))
    assert content_of(download("tiny", models)) == server.model
    assert server.requests == []


def test_a_file_that_the_folder_lacks_is_named(server, models, tmp_path, monkeypatch):
    monkeypatch.setenv("GPT2LAB_MODELS_URL", str(tmp_path))
    with pytest.raises(DownloadError, match="GPT2LAB_MODELS_URL"):
        download("tiny", models)


def test_a_disk_too_small_is_refused_before_anything_is_fetched(server, models, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 99, 1))
    with pytest.raises(StorageError, match="free"):
        download("tiny", models)
    assert server.requests == []


def test_a_disk_that_fills_up_midway_is_reported_and_the_download_goes_on_later(server, models, monkeypatch):
    real = open

    class Full:
        def __init__(self, path, mode):
            self.file = real(path, mode)

        def write(self, chunk):
            self.file.write(chunk[:100])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

    with monkeypatch.context() as patch:
        patch.setattr(
            rooms["fetch"],
            "open",
            lambda path, mode: (Full if DATA in str(path) else real)(path, mode),
            raising=False,
        )
        with pytest.raises(StorageError, match="No room"):
            download("tiny", models)
    assert not (models / "tiny" / DATA).exists()
    download("tiny", models)
    assert server.asked(DATA) == [None, "bytes=100-"]
    assert content_of(models / "tiny") == server.model


def test_a_folder_that_cannot_be_made_is_refused(server, tmp_path):
    (tmp_path / "models").write_text("a file, not a folder")
    with pytest.raises(StorageError, match="file stands where a folder is needed"):
        download("tiny", tmp_path / "models")
    assert server.requests == []


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind the administrator"
)
def test_a_read_only_folder_is_refused_but_read(server, models):
    download("tiny", models)
    models.chmod(0o555)
    try:
        rooms["download"]._seen.clear()
        download("tiny", models)
        with pytest.raises(StorageError, match="permission"):
            download("3M", models)
    finally:
        models.chmod(0o755)


def test_a_model_that_is_there_is_used_from_a_folder_that_cannot_be_written(server, models, monkeypatch):
    download("tiny", models)
    rooms["download"]._seen.clear()

    def refuse(*_, **__):
        raise StorageError("written to")

    for name in ("make_folder", "lock"):
        monkeypatch.setattr(rooms["download"], name, refuse)
    assert download("tiny", models) == models / "tiny"


def test_vocabulary_leaves_the_weights_where_they_are(server, models):
    folder = download_vocabulary("tiny", models)
    assert sorted(content_of(folder)) == ["encoder.json", "hparams.json", "vocab.bpe"]
    download("tiny", models)
    assert len(server.asked("encoder.json")) == 1
    assert sorted(content_of(download_vocabulary("1M", models))) == sorted(catalog.TEXT_FILES)


def test_an_unknown_size_is_refused_with_the_nearest_name(models):
    with pytest.raises(ArgumentError, match="124M"):
        download("124", models)
    assert not models.exists()


def test_an_old_name_means_the_new_size(monkeypatch, models):
    wanted = []
    monkeypatch.setattr(rooms["download"], "_mend", lambda card, *_: wanted.append(card.name))
    assert download("117M", models) == models / "124M"
    assert wanted == ["124M"]
