"""What the machine itself can do: matrix products and reading memory, as fast as any of three libraries
gets.
"""

import os

from benchmarks.contestants import Unavailable

SIDE = 3072  # of the matrices: large enough for every library's best speed
READ_BYTES = 2**30  # much more than any cache holds
TASKS = (("product", {"precision": "float32"}), ("product", {"precision": "bfloat16"}), ("read", {}))
LIBRARIES = ("numpy", "tensorflow", "pytorch")


def best(results):
    """The machine's limits from what the libraries reached.

    Parameters
    ----------
    results : list of (str, dict, dict)
        Task, settings and result of a worker.

    Returns
    -------
    dict
        ``float32`` and ``bfloat16`` in FLOP/s, ``read`` in bytes/s; None where nothing was measured.
    """
    found = {"float32": None, "bfloat16": None, "read": None}
    for task, settings, result in results:
        if "seconds" not in result:
            continue
        key, work = ("read", READ_BYTES) if task == "read" else (settings["precision"], 2 * SIDE**3)
        found[key] = max(found[key] or 0, work / min(result["seconds"]))
    return found


class Numpy:
    def __init__(self, folder):
        import numpy

        self.numpy = numpy

    def product(self, precision):
        if precision != "float32":
            raise Unavailable("numpy has no bfloat16")
        a, b = (self.numpy.full((SIDE, SIDE), value, self.numpy.float32) for value in (1.5, 0.5))
        return lambda: {"corner": float((a @ b)[0, 0])}

    def read(self):
        matrix = self.numpy.ones((READ_BYTES // 4096, 1024), self.numpy.float32)
        vector = self.numpy.ones(1024, self.numpy.float32)
        return lambda: {"corner": float((matrix @ vector)[0])}


class TensorFlow:
    def __init__(self, folder):
        from gpt2lab.engine.quiet_tensorflow import tensorflow

        self.tf = tensorflow()

    def product(self, precision):
        tf = self.tf
        a, b = (tf.fill([SIDE, SIDE], tf.constant(value, precision)) for value in (1.5, 0.5))
        return lambda: {"corner": float(tf.matmul(a, b)[0, 0])}

    def read(self):
        tf = self.tf
        matrix = tf.ones([READ_BYTES // 4096, 1024])
        return lambda: {"sum": float(tf.reduce_sum(matrix))}


class PyTorch:
    def __init__(self, folder):
        import torch

        torch.set_num_threads(len(os.sched_getaffinity(0)))
        self.torch = torch

    def product(self, precision):
        torch = self.torch
        a, b = (torch.full((SIDE, SIDE), value, dtype=getattr(torch, precision)) for value in (1.5, 0.5))
        return lambda: {"corner": float((a @ b)[0, 0])}

    def read(self):
        torch = self.torch
        matrix = torch.ones(READ_BYTES // 4096, 1024)
        vector = torch.ones(1024)

        def work():
            return {"corner": float((matrix @ vector)[0])}

        return work
