"""What of the machine a process could have: what a container leaves, what a GPU has free."""

import sys

import pytest

from gpt2lab.base import machine


def group(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_dot_", ".")).write_text(f"{content}\n")


def test_a_container_of_version_2_leaves_what_the_tightest_group_leaves(tmp_path):
    (tmp_path / "cgroup").write_text("0::/user/session\n")
    group(tmp_path / "sys/user/session", memory_dot_max="max", memory_dot_current=100)
    group(
        tmp_path / "sys/user",
        memory_dot_max=1000,
        memory_dot_current=700,
        memory_dot_stat="anon 400\ninactive_file 300",
    )
    group(tmp_path / "sys", memory_dot_max=5000, memory_dot_current=800, memory_dot_stat="inactive_file 300")
    assert sorted(machine.container_bytes(tmp_path / "cgroup", tmp_path / "sys")) == [600, 4500]


def test_a_container_of_version_1_whose_path_is_the_hosts(tmp_path):
    (tmp_path / "cgroup").write_text(
        "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n1:name=systemd:/docker/abc\n"
    )
    group(
        tmp_path / "sys/memory",
        memory_dot_limit_in_bytes=2000,
        memory_dot_usage_in_bytes=1500,
        memory_dot_stat="cache 9\ntotal_inactive_file 250",
    )
    assert machine.container_bytes(tmp_path / "cgroup", tmp_path / "sys") == [750]


@pytest.mark.parametrize("content", ["0::/\n", "4:memory:/\n", ""])
def test_no_limit_leaves_no_number(tmp_path, content):
    (tmp_path / "cgroup").write_text(content)
    assert machine.container_bytes(tmp_path / "cgroup", tmp_path / "sys") == []
    assert machine.container_bytes(tmp_path / "none", tmp_path / "sys") == []


def test_without_an_override_it_is_what_this_machine_has_free(monkeypatch):
    monkeypatch.delenv("GPT2LAB_MEMORY", raising=False)
    monkeypatch.setattr(machine, "gpu_bytes", lambda: None)
    monkeypatch.setattr(machine, "container_bytes", list)
    import psutil

    free = machine.available_memory().bytes
    assert free == pytest.approx(psutil.virtual_memory().available, rel=0.2)
    monkeypatch.setattr(machine, "container_bytes", lambda: [5_000_000])
    assert machine.available_memory() == machine.Memory(5_000_000, "memory")
    # what this process has in it already need not be free
    assert machine.available_memory(2_000_000).bytes == 7_000_000


@pytest.fixture
def gpu(tmp_path, monkeypatch):
    """A machine whose nvidia-smi lists two GPUs, and a TensorFlow that would use them."""
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\nprintf '0, GPU-aa11, 15000\\n1, GPU-bb22, 7000\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(machine, "_tensorflow_finds_gpus", lambda: True)
    return monkeypatch


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for nvidia-smi")
@pytest.mark.parametrize(
    "visible, expected",
    [(None, 15000), ("1", 7000), ("1,0", 7000), ("GPU-bb", 7000), ("-1", None), ("", None), ("5", None)],
)
def test_the_gpu_that_tensorflow_would_use_is_asked(gpu, visible, expected):
    if visible is not None:
        gpu.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert machine.gpu_bytes() == (expected and expected * 2**20)
    gpu.delenv("GPT2LAB_MEMORY", raising=False)
    assert (machine.available_memory().where == "GPU memory") == bool(expected)
