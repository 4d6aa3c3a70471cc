"""Losses out of TensorBoard's event files, without TensorFlow."""

import struct

import pytest

from gpt2lab.errors import CheckpointError
from gpt2lab.pretrained import event_file
from gpt2lab.pretrained.checksum import crc32c, mask
from gpt2lab.pretrained.protobuf_wire import encode_field


def record(step, value, tag="loss", wall_time=1000.0):
    scalar = encode_field(1, tag) + b"\x15" + struct.pack("<f", value)
    return framed(
        b"\x09"
        + struct.pack("<d", wall_time)
        + encode_field(2, step)
        + encode_field(5, encode_field(1, scalar))
    )


def framed(event):
    length = struct.pack("<Q", len(event))
    return length + struct.pack("<I", mask(crc32c(length))) + event + struct.pack("<I", mask(crc32c(event)))


@pytest.fixture
def folder(tmp_path):
    records = [record(step, step / 2, wall_time=1000.0 + step) for step in range(1, 6)]
    content = framed(encode_field(3, "brain.Event:2")) + b"".join(records)
    (tmp_path / "events.out.tfevents.1700000000.host").write_bytes(content)
    return tmp_path


@pytest.fixture
def file(folder):
    return next(folder.iterdir())


def test_steps_times_and_values_are_read(folder, file):
    expected = [(step, 1000.0 + step, step / 2) for step in range(1, 6)]
    assert event_file.read_scalars(folder) == event_file.read_scalars(str(file)) == expected


def test_tensorflows_own_file_is_read_with_the_tag_of_a_second_run(tmp_path):
    tf = pytest.importorskip("tensorflow")
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        value = tf.compat.v1.placeholder(tf.float32, [])
        first, second = (tf.compat.v1.summary.scalar("loss", value) for _ in range(2))
        other = tf.compat.v1.summary.scalar("loss_average", value)
        writer = tf.compat.v1.summary.FileWriter(str(tmp_path))
        for step, summary in enumerate((first, second, other), start=1):
            writer.add_summary(session.run(summary, {value: step / 3}), step)
        writer.close()
    losses = {step: value for step, _, value in event_file.read_scalars(tmp_path)}
    assert losses == {1: pytest.approx(1 / 3), 2: pytest.approx(2 / 3)}
    assert [step for step, _, _ in event_file.read_scalars(tmp_path, tag="loss_average")] == [3]


def test_of_a_step_logged_twice_the_later_file_counts(folder):
    (folder / "events.out.tfevents.999999999.host").write_bytes(record(1, 100.0))
    (folder / "events.out.tfevents.1700000009.host").write_bytes(record(4, 40.0) + record(6, 60.0))
    losses = {step: value for step, _, value in event_file.read_scalars(folder)}
    assert losses == {1: 0.5, 2: 1, 3: 1.5, 4: 40, 5: 2.5, 6: 60}


def test_a_last_record_cut_off_anywhere_is_passed_over(folder, file):
    content = file.read_bytes()
    last = len(record(5, 2.5))
    for missing in range(1, last + 1):
        file.write_bytes(content[:-missing])
        assert [step for step, _, _ in event_file.read_scalars(folder)] == [1, 2, 3, 4]
    file.write_bytes(content + bytes(100))
    assert len(event_file.read_scalars(folder)) == 5


def test_damage_before_the_end_is_named(folder, file):
    content = bytearray(file.read_bytes())
    content[60] ^= 1
    file.write_bytes(content)
    with pytest.raises(CheckpointError, match=f"{file.name} is damaged at byte"):
        event_file.read_scalars(folder)


def test_another_file_or_none_is_refused_in_a_sentence(folder, tmp_path):
    with pytest.raises(CheckpointError, match="does not exist"):
        event_file.read_scalars(tmp_path / "run9")
    (folder / "events.out.tfevents.1.x").write_bytes(
        framed(encode_field(5, encode_field(1, encode_field(1, 3) + b"\x15abcd")))
    )
    with pytest.raises(CheckpointError, match="no TensorBoard event file"):
        event_file.read_scalars(folder)


def test_a_folder_without_event_files_has_no_losses(tmp_path):
    assert event_file.read_scalars(tmp_path) == []
