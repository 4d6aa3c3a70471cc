"""How long sampling takes: ``python -m benchmarks.sampling`` writes, measures and draws, and says where the
time went.

A hundred samples from each of two models, before and after fine-tuning, and all their measures; then the
sweep and the figures of notebook 8, for the second: under two minutes with 10M on two cores. The fine-tuning
is not counted. What else runs on the machine is, so the load is printed, and the processor time, which
depends less on it.
"""

import contextlib
import os
import tempfile
import time

import click

import gpt2lab as lab

TARGET = 120  # seconds
SWEPT = {"temperature": [0, 0.5, 1.0, 1.5], "top_k": [25, 50, 75], "top_p": [0.5, 0.8, 0.9, 0.95]}
PROMPT = "I went to the"


def measure(models, splits, nsamples=100, length=60):
    """Seconds of each part: dict.

    Parameters
    ----------
    models : dict of str to LanguageModel
        Two; the second is swept.
    splits : Splits
        Human text to measure beside.
    nsamples, length : int
        As in `lab.sweep`.
    """
    seconds = {}

    @contextlib.contextmanager
    def timed(part):
        began = time.perf_counter()
        yield
        seconds[part] = seconds.get(part, 0) + time.perf_counter() - began

    samples = {}
    for name, lm in models.items():
        with timed(f"{nsamples} samples from each of {len(models)} models"):
            samples[name] = lm.generate("\n", nsamples, length, temperature=1.0, seed=0)
        with timed("all measures of these and of human text"):
            all_measures(lm, samples[name], splits)
    with timed("overlap of the models compared"):
        before, after = samples.values()
        lab.compare_overlap(before, after, splits.test)
    *_, lm = models.values()
    with timed(f"sweep of {sum(map(len, SWEPT.values()))} settings"):
        table = lab.sweep(lm, **SWEPT, nsamples=nsamples, length=length, reference=splits.test)
        lab.experiments.sampling_orderings(table)
    with timed("figures"):
        for figure in figures(lm, table[table["temperature"] != 0]):
            figure.png()
    return seconds


def all_measures(lm, samples, splits):
    """Every measure that the library has, of samples and of human text as long."""
    for texts in (samples, lab.human_samples(splits.test, like=samples)):
        for n in (1, 2):
            lab.distinct(texts, n)
        for what in (lab.self_bleu, lab.repetition, lab.zipf):
            what(texts)
        lab.perplexity(lm, texts)
        lab.overlap(texts, splits.test)
        lab.copied(texts, splits.train)
        lab.complexity(texts, splits.train)


def figures(lm, table):
    """Those of notebook 8."""
    yield lab.widgets.sampling_explorer(lm, prompt=PROMPT).twin()
    yield lab.plots.sweep(table, measures=["dist_1", "self_bleu"])
    yield lab.plots.sweep(table)
    yield lab.plots.quality_diversity(table)


@click.command()
@click.option("--model-name", default="10M", show_default=True)
@click.option(
    "--steps",
    default=20,
    show_default=True,
    help="Of the fine-tuning that makes the second model; not counted.",
)
def main(model_name, steps):
    """Time what notebook 8 asks of two models, before and after fine-tuning."""
    splits = lab.presidential_speeches(since=1947).split(0.1, 0.1, seed=0)
    with tempfile.TemporaryDirectory() as folder:
        run = lab.finetune(
            splits.train,
            model_name,
            steps=steps,
            accumulate_gradients=1,
            sample_every=0,
            checkpoint_dir=folder,
            model_dir=f"{folder}/models",
        )
        with lab.load(model_name, model_dir=f"{folder}/models") as base, run.load() as tuned:
            processor = time.process_time()
            seconds = measure({"before": base, "after": tuned}, splits)
            processor = time.process_time() - processor
    for part, took in seconds.items():
        click.echo(f"{took:8.1f} s  {part}")
    total = sum(seconds.values())
    click.echo(
        f"{total:8.1f} s  together, {'within' if total < TARGET else 'above'} {TARGET} s; {processor:.1f} s"
        " of processor time"
    )
    load = f" and a load of {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    click.echo(f"{model_name}, {os.cpu_count()} cores{load}")


if __name__ == "__main__":
    main()
