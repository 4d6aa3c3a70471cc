"""TensorFlow's checkpoint files without TensorFlow."""

import os
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt2lab.errors import CheckpointError, StorageError
from gpt2lab.pretrained import tensor_bundle
from gpt2lab.pretrained.protobuf_wire import (
    encode_field,
    encode_fixed32,
    encode_varint,
    parse_message,
    read_varint,
    to_signed,
)


def tensors_of_every_kind():
    rng = np.random.default_rng(0)
    kinds = ["f4", "f8", "f2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]
    tensors = {f"model/{kind}": (100 * rng.random((3, 5))).astype(kind) for kind in kinds}
    return (
        tensors
        | {
            "scalar": np.float32(2.5),
            "empty": np.zeros((0, 4), np.float32),
            "transposed": rng.random((4, 6)).T,
            "big-endian": np.arange(5, dtype=">f4"),
            "ünïcode/ß": np.arange(3),
        }
        | {
            f"model/h{layer}/attn/c_attn/w": rng.normal(size=(1, 2, 6)).astype(np.float32)
            for layer in range(48)
        }
    )


def same(found, expected):
    def alike(left, right):
        return np.array_equal(left, right) and left.shape == right.shape and left.dtype == right.dtype

    return set(found) == set(expected) and all(
        alike(found[name], np.asarray(array)) for name, array in expected.items()
    )


@pytest.fixture
def prefix(tmp_path):
    tensor_bundle.write(
        tmp_path / "model", {"model/wte": np.arange(12, dtype=np.float32).reshape(4, 3), "step": np.int64(7)}
    )
    return tmp_path / "model"


def test_what_is_written_is_read_back(tmp_path):
    tensors = tensors_of_every_kind()
    tensor_bundle.write(tmp_path / "model", tensors)
    found = tensor_bundle.read(tmp_path / "model")
    tensors["big-endian"] = tensors["big-endian"].astype("<f4")
    assert same(found, tensors)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.data-00000-of-00001", "model.index"]
    assert not found["scalar"].flags.writeable


def test_entries_tell_names_shapes_and_sizes_without_the_data(prefix):
    tensor_bundle.data_path(prefix).unlink()
    found = tensor_bundle.read_entries(prefix)
    assert [
        (name, entry.shape, entry.dtype.name, entry.offset, entry.size) for name, entry in found.items()
    ] == [("model/wte", (4, 3), "float32", 0, 48), ("step", (), "int64", 48, 8)]


def test_an_empty_checkpoint_is_one(tmp_path):
    tensor_bundle.write(tmp_path / "model", {})
    tensor_bundle.verify(tmp_path / "model")
    assert tensor_bundle.read(tmp_path / "model") == {}


def test_tensorflow_reads_what_is_written_and_the_other_way_round(tmp_path):
    tf = pytest.importorskip("tensorflow")
    tensors = tensors_of_every_kind()
    tensors["big-endian"] = tensors["big-endian"].astype("<f4")
    tensor_bundle.write(tmp_path / "ours", tensors)
    reader = tf.train.load_checkpoint(str(tmp_path / "ours"))
    assert same(
        {name: np.asarray(reader.get_tensor(name)) for name in reader.get_variable_to_shape_map()}, tensors
    )
    # The Saver wants names that a graph can have.
    named = {
        name.replace("ü", "u").replace("ï", "i").replace("ß", "ss"): np.asarray(array)
        for name, array in tensors.items()
    }
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variables = {name: tf.compat.v1.Variable(array) for name, array in named.items() if array.size}
        session.run(tf.compat.v1.global_variables_initializer())
        tf.compat.v1.train.Saver(variables).save(session, str(tmp_path / "theirs"))
    tensor_bundle.verify(tmp_path / "theirs")
    assert same(
        tensor_bundle.read(tmp_path / "theirs"), {name: array for name, array in named.items() if array.size}
    )


def test_the_index_is_the_one_that_tensorflow_writes_in_content(tmp_path):
    tf = pytest.importorskip("tensorflow")
    weights = {"model/b": np.arange(6, dtype=np.float32), "model/a": np.ones((2, 2), np.float32)}
    tensor_bundle.write(tmp_path / "ours", weights)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variables = {name: tf.compat.v1.Variable(array) for name, array in weights.items()}
        session.run(tf.compat.v1.global_variables_initializer())
        tf.compat.v1.train.Saver(variables).save(session, str(tmp_path / "theirs"))
    assert tensor_bundle.read_entries(tmp_path / "ours") == tensor_bundle.read_entries(tmp_path / "theirs")


def test_tensorflow_reads_the_bundled_meta_graph():
    pytest.importorskip("tensorflow")
    from tensorflow.core.protobuf import meta_graph_pb2

    graph = meta_graph_pb2.MetaGraphDef.FromString(tensor_bundle.empty_meta_graph())
    assert graph.meta_info_def.tensorflow_version and graph.graph_def.versions.producer == 1


@pytest.mark.parametrize("ending", [".index", ".data-00000-of-00001"])
def test_any_changed_byte_is_found(prefix, ending):
    path = prefix.with_name(prefix.name + ending)
    content = path.read_bytes()
    for position in range(len(content)):
        for flip in (0x01, 0x80, 0xFF):
            path.write_bytes(content[:position] + bytes([content[position] ^ flip]) + content[position + 1 :])
            with pytest.raises(CheckpointError, match=path.name):
                tensor_bundle.verify(prefix)
    path.write_bytes(content)
    tensor_bundle.verify(prefix)


@pytest.mark.parametrize("ending", [".index", ".data-00000-of-00001"])
def test_any_other_length_is_found_and_the_file_named(prefix, ending):
    path = prefix.with_name(prefix.name + ending)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(CheckpointError, match=path.name):
            tensor_bundle.verify(prefix)
    path.write_bytes(content + b"\0")
    with pytest.raises(CheckpointError, match=path.name):
        tensor_bundle.read(prefix)
    path.unlink()
    with pytest.raises(CheckpointError, match=f"{path.name} is missing"):
        tensor_bundle.verify(prefix)


@given(st.binary(max_size=200))
def test_an_index_of_any_bytes_is_refused_in_a_sentence(content):
    with pytest.raises(CheckpointError):
        tensor_bundle.parse_entries(content, "model.index")


def test_verify_reports_every_byte_to_the_bar(prefix):
    checked = []
    tensor_bundle.verify(prefix, progress=checked.append)
    assert sum(checked) == os.path.getsize(tensor_bundle.data_path(prefix))


def test_text_tensors_are_refused_in_a_sentence(tmp_path):
    tf = pytest.importorskip("tensorflow")
    # In a graph, since gpt-2-simple, which another test may have loaded, turns TensorFlow's eager mode off.
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        session.run(
            tf.raw_ops.SaveV2(
                prefix=str(tmp_path / "text"),
                tensor_names=["a"],
                shape_and_slices=[""],
                tensors=[tf.constant("words")],
            )
        )
    with pytest.raises(CheckpointError, match="plain numbers"):
        tensor_bundle.read_entries(tmp_path / "text")
    with pytest.raises(ValueError, match="cannot be written"):
        tensor_bundle.write(tmp_path / "text", {"a": np.array(["words"])})


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(prefix, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No room"):
        tensor_bundle.write(prefix, {"model/wte": np.zeros(3)})
    tensor_bundle.verify(prefix)
    assert len(list(prefix.parent.iterdir())) == 2


@given(st.integers(-(2**63), 2**64 - 1))
def test_any_number_comes_back(number):
    encoded = encode_varint(number)
    value, end = read_varint(b"xx" + encoded + b"yy", 2)
    assert end == 2 + len(encoded) and value == number % 2**64
    assert number >= 2**63 or to_signed(value) == number


@given(
    st.lists(st.tuples(st.integers(1, 2**28), st.one_of(st.integers(0, 2**64 - 1), st.binary(), st.text())))
)
def test_any_message_comes_back(fields):
    found = parse_message(b"".join(encode_field(number, value) for number, value in fields))
    for number in {number for number, _ in fields}:
        assert found[number] == [
            value.encode() if isinstance(value, str) else value for n, value in fields if n == number
        ]


@given(st.integers(0, 2**32 - 1))
def test_fixed_numbers_come_back(number):
    assert struct.unpack("<I", parse_message(encode_fixed32(6, number))[6][0])[0] == number


@given(st.binary())
def test_any_bytes_are_a_message_or_a_value_error(content):
    try:
        parse_message(content)
    except ValueError:
        pass
