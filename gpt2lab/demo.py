"""The main job of the project from end to end: a text, a fine-tuned model, and what changed."""

import html
import platform
import time
from importlib.metadata import version
from pathlib import Path

from gpt2lab.base.storage import make_folder, write_bytes

PROMPTS = ("My fellow Americans,", "The state of our economy", "Tonight I ask the Congress")
SAMPLE_LENGTH = 80
# Measured on two cores (see the README): perplexity on unseen speeches falls by about 27 %, in under two
# minutes of training.
SETTINGS = {
    "model_name": "3M",
    "steps": 80,
    "batch_size": 4,
    "learning_rate": 1e-3,
    "accumulate_gradients": 1,
    "eval_every": 20,
}


def demo(out="demo", model_dir="models", seed=0, say=print):
    """Fine-tune the bundled ``3M`` on the State of the Union speeches since 1947 and write down what changed.

    Parameters
    ----------
    out : str or Path, default "demo"
        Folder to write: ``summary.md``, ``samples.md``, ``perplexity.csv``, ``loss.png`` and ``checkpoint/``.
    model_dir : str or Path, default "models"
        Where models are kept.
    seed : int, default 0
        For the split, the training and the samples.
    say : callable, default print
        Gets a sentence at each stage.

    Returns
    -------
    pathlib.Path
        The folder.
    """
    from gpt2lab import plots
    from gpt2lab.corpus import presidential_speeches
    from gpt2lab.training.finetuning import finetune
    from gpt2lab.training.loading import load

    began = time.perf_counter()
    out = make_folder(out)
    splits = presidential_speeches(since=1947).split(seed=seed)
    say(
        f"{len(splits.train)} speeches to learn from; {len(splits.valid)} and {len(splits.test)} held out for"
        " validation and test."
    )
    say(f"Before: {SETTINGS['model_name']} as it was pretrained.")
    with load(SETTINGS["model_name"], model_dir=model_dir) as pretrained:
        before = examine(pretrained, splits, seed)
    say(f"Fine-tuning: {SETTINGS['steps']} steps.")
    run = finetune(
        splits.train,
        valid=splits.valid,
        run_name="demo",
        checkpoint_dir=out / "checkpoint",
        model_dir=model_dir,
        restore_from="fresh",
        sample_every=0,
        seed=seed,
        **SETTINGS,
    )
    say("After: the same questions again.")
    with run.load("best") as tuned:
        after = examine(tuned, splits, seed)

    figure = plots.loss(run)
    write_bytes(out / "loss.png", figure.png())
    samples = side_by_side(before, after)
    table = perplexities(before, after)
    write_bytes(out / "samples.md", f"# Samples before and after fine-tuning\n\n{samples}".encode())
    write_bytes(out / "perplexity.csv", table.to_csv(index=False).encode())
    seconds = time.perf_counter() - began
    write_bytes(
        out / "summary.md", summary(run, splits, table, samples, figure.caption, seed, seconds).encode()
    )
    fall = (
        1
        - table.loc[table["text"] == "test", "after"].item()
        / table.loc[table["text"] == "test", "before"].item()
    )
    say(
        f"Perplexity on speeches that it never saw fell by {fall:.0%}. Everything is in {out / 'summary.md'}"
        f" ({seconds / 60:.1f} minutes)."
    )
    return out


def examine(lm, splits, seed):
    """What is asked of a model before and after: a sample a prompt, and the perplexity of validation and
    test text.
    """
    from gpt2lab.measures.perplexity import perplexity

    return {
        "samples": [
            lm.generate(prompt, length=SAMPLE_LENGTH, temperature=0.7, top_k=40, seed=seed)[0]
            for prompt in PROMPTS
        ],
        "valid": perplexity(lm, splits.valid),
        "test": perplexity(lm, splits.test),
    }


def side_by_side(before, after):
    """The samples as a Markdown table, before on the left and after on the right."""

    def cell(text, prompt):
        escaped = html.escape(text[len(prompt) :].strip(), quote=False).replace("|", "\\|")
        return f"*{prompt}* " + "<br>".join(line for line in escaped.split("\n") if line.strip())

    rows = [
        f"| {cell(b, prompt)} | {cell(a, prompt)} |"
        for prompt, b, a in zip(PROMPTS, before["samples"], after["samples"])
    ]
    return "\n".join(["| before | after |", "|---|---|", *rows]) + "\n"


def perplexities(before, after):
    """Perplexity and bits per byte before and after: pandas.DataFrame, a row a text."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "text": text,
                "tokens": before[text].tokens,
                "before": before[text].perplexity,
                "after": after[text].perplexity,
                "change": after[text].perplexity / before[text].perplexity - 1,
                "bits per byte before": before[text].bits_per_byte,
                "bits per byte after": after[text].bits_per_byte,
            }
            for text in ("valid", "test")
        ]
    )


def summary(run, splits, table, samples, caption, seed, seconds):
    """All of it on one page of Markdown."""
    names = {"valid": "validation", "test": "test"}
    rows = "\n".join(
        f"| {names[row['text']]} | {row['tokens']:,} | {row['before']:.1f} | {row['after']:.1f} |"
        f" {row['change']:+.0%} | {row['bits per byte before']:.3f} | {row['bits per byte after']:.3f} |"
        for row in table.to_dict("records")
    )
    diagnosis = run.diagnosis()
    settings = run.configuration["settings"]
    return f"""# What fine-tuning did

The model {settings["model_name"]} was fine-tuned for {settings["steps"]} steps of {settings["batch_size"]} windows of 1,024 tokens (learning rate \
{settings["learning_rate"]:g}) on {len(splits.train)} State of the Union speeches, {splits.train.characters:,} characters, 1947 and later. \
{len(splits.valid)} whole speeches were held out for validation and {len(splits.test)} for the test: the model never learned from them.

## The same prompts and seeds, before and after

{samples}
## Perplexity on speeches that it never saw

| speeches | tokens | before | after | change | bits per byte before | after |
|---|---|---|---|---|---|---|
{rows}

The lower, the less the text surprises the model.

## The loss

![{caption}](loss.png)

{caption}

Diagnosis: **{diagnosis.verdict}**. {diagnosis.explanation}

## How it was made

`gpt2lab demo` took {seconds / 60:.1f} minutes (seed {seed}; gpt2lab {version("gpt2lab")}, TensorFlow {version("tensorflow")}, \
Python {platform.python_version()}, {platform.machine()}). The samples were drawn at temperature 0.7 from the 40 most likely tokens and are the first that came. \
The model is in `checkpoint/demo`: `gpt2lab generate --run-name demo --checkpoint best --checkpoint-dir "{Path(run.folder).parent.as_posix()}"`.
"""  # noqa: E501
