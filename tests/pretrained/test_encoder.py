"""gpt-2-simple's encoder without TensorFlow."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt2lab.errors import CheckpointError
from gpt2lab.pretrained import bundled
from gpt2lab.pretrained.encoder import load_encoder


@pytest.fixture
def folder(tmp_path):
    for name in ("encoder.json", "vocab.bpe"):
        shutil.copy(bundled.packed_folder("3M") / name, tmp_path)
    return tmp_path


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text):
    encoder = load_encoder(bundled.packed_folder("3M"))
    assert encoder.decode(encoder.encode(text)) == text


@pytest.mark.slow
def test_tokens_are_those_of_gpt_2_simple():
    code = (
        "import sys, json\n"
        "from gpt_2_simple.src import encoder\n"
        "print(json.dumps(encoder.get_encoder(sys.argv[1]).encode(sys.argv[2])))\n"
    )
    folder, text = bundled.packed_folder("3M"), "My fellow Americans — it's 1947.\n\nNaïve 漢字"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), text], capture_output=True, text=True, check=True
    )
    assert load_encoder(folder).encode(text) == json.loads(done.stdout.splitlines()[-1])


def test_the_locale_does_not_matter(folder):
    code = (
        "import sys; from gpt2lab.pretrained.encoder import load_encoder;"
        " print(load_encoder(sys.argv[1]).encode('caf\\u00e9'))"
    )
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, env=environment, check=True
    )
    assert json.loads(done.stdout) == load_encoder(folder).encode("café")


def test_one_encoder_serves_a_folder_until_its_files_change(folder):
    first = load_encoder(folder)
    assert load_encoder(str(folder)) is first
    os.utime(folder / "vocab.bpe", (1, 1))
    assert load_encoder(folder) is not first


def test_windows_line_ends_do_no_harm(folder):
    expected = load_encoder(folder).encode("The state of the Union")
    merges = folder / "vocab.bpe"
    merges.write_bytes(merges.read_bytes().replace(b"\n", b"\r\n"))
    assert load_encoder(folder).encode("The state of the Union") == expected


@pytest.mark.parametrize("name", ["encoder.json", "vocab.bpe"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "cut at a line", "binary", "page", "another"])
def test_a_missing_or_damaged_file_is_named(folder, name, damage):
    path = folder / name
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(
            {
                "empty": b"",
                "cut": content[: len(content) // 2],
                "cut at a line": content[:-20].rsplit(b"\n" if name == "vocab.bpe" else b",", 1)[0],
                "binary": b"\xff\xfe" + content,
                "page": b"<html></html>",
                "another": (
                    b'{"a": 0, "b": 1}'
                    if name == "encoder.json"
                    else content.replace(b"\n", b"\nqqq zzz\n", 1)
                ),
            }[damage]
        )
    with pytest.raises(CheckpointError, match=name):
        load_encoder(folder)
