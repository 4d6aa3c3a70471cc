"""How long the sampling explorer takes from a moved slider to the new chart: ``python -m benchmarks.explorer
[MODEL]``.
"""

import sys
import time

import numpy as np

import gpt2lab as lab

MOVES = 100


def latencies(lm):
    """Milliseconds from a change to the new chart, in Python: dict of what changed to an array of `MOVES`."""
    explorer = lab.widgets.sampling_explorer(lm)
    temperature = explorer.controls["temperature"]
    prompt = explorer.controls["prompt"]

    def slide(number):
        temperature.value = 0.1 + number % 30 / 20

    def retype(number):
        prompt.value = f"The President said in number {number} of the"

    moved = _timed(slide)
    typed = _timed(retype)
    prompt.value = "The President"
    explorer.controls["length"].value = min(300, lm.window - 10)
    explorer.write()
    meanwhile = _timed(slide)
    explorer.wait()
    return {
        "a slider moved": moved,
        "a slider moved while a text is written": meanwhile,
        "the prompt changed": typed,
    }


def _timed(change):
    milliseconds = []
    for number in range(MOVES + 1):
        start = time.perf_counter()
        change(number)
        milliseconds.append(1000 * (time.perf_counter() - start))
    return np.array(milliseconds[1:])  # TensorFlow plans at the first


def main():
    """Print a line for each kind of change."""
    with lab.load(*sys.argv[1:2] or ["3M"]) as lm:
        print(lm.name)
        for what, milliseconds in latencies(lm).items():
            median, nearly_all = np.percentile(milliseconds, (50, 95))
            print(f"{what}: {median:.1f} ms (median of {MOVES}), 95 % below {nearly_all:.1f} ms")


if __name__ == "__main__":
    main()
