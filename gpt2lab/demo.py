"""The main job of the project from end to end: two texts, two fine-tuned models, and what changed."""

import html
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.corpus import Corpus, Splits, presidential_speeches, short_posts
from gpt2lab.training.run import Run

MODEL = "10M"
# The README has what three seeds gave (two cores, under four minutes in all).
SETTINGS = {"accumulate_gradients": 1, "eval_every": 20, "sample_every": 0, "restore_from": "fresh"}


@dataclass(frozen=True)
class Subject:
    """A kind of text to fine-tune on.

    Attributes
    ----------
    run_name : str
    title : str
        What a document of it is, in the plural.
    about : str
        The same in more words.
    figure : str
        File of the figure of its losses.
    texts : callable
        Returns the Corpus.
    settings : dict
        Of `finetune`.
    prompts : tuple of str or None
        What the samples begin with; None lets the model begin.
    length : int
        Tokens of a sample at most.
    """

    run_name: str
    title: str
    about: str
    figure: str
    texts: Callable[[], Corpus]
    settings: dict
    prompts: tuple[str | None, ...]
    length: int


SUBJECTS = (
    Subject(
        "demo",
        "speeches",
        "State of the Union speeches of 1947 and later",
        "loss.png",
        lambda: presidential_speeches(since=1947),
        {"steps": 50, "batch_size": 4},
        ("My fellow Americans,", "The state of our economy", "Tonight I ask the Congress"),
        80,
    ),
    Subject(
        "posts",
        "posts",
        "short posts",
        "loss-posts.png",
        short_posts,
        {"steps": 60, "batch_size": 2},
        (None,) * 5,
        60,
    ),
)


def demo(out="demo", model_dir="models", seed=0, say=print):
    """Fine-tune the bundled ``10M`` on the State of the Union speeches since 1947, and then on short posts,
    and write down what changed.

    Parameters
    ----------
    out : str or Path, default "demo"
        Folder to write: ``summary.md``, ``samples.md``, ``perplexity.csv``, ``loss.png`` and
        ``loss-posts.png``, and ``checkpoint/`` with the runs ``demo`` and ``posts``.
    model_dir : str or Path, default "models"
        Where models are kept.
    seed : int, default 0
        For the splits, the trainings and the samples.
    say : callable, default print
        Gets a sentence at each stage.

    Returns
    -------
    pathlib.Path
        The folder.
    """
    import pandas as pd

    began = time.perf_counter()
    out = make_folder(out)
    tried = [try_out(subject, out, model_dir, seed, say) for subject in SUBJECTS]
    table = pd.concat([perplexities(each) for each in tried], ignore_index=True)
    samples = "\n".join(f"## {each.subject.title.capitalize()}\n\n{side_by_side(each)}" for each in tried)
    write_bytes(out / "samples.md", f"# Samples before and after fine-tuning\n\n{samples}".encode())
    write_bytes(out / "perplexity.csv", table.to_csv(index=False).encode())
    seconds = time.perf_counter() - began
    write_bytes(out / "summary.md", summarize(tried, table, out, seed, seconds).encode())
    speeches, posts = -table.loc[table["text"] == "test", "change"]
    say(
        f"Perplexity on speeches that it never saw fell by {speeches:.0%}, on posts by {posts:.0%}."
        f" Everything is in {out / 'summary.md'} ({seconds / 60:.1f} minutes)."
    )
    return out


@dataclass(frozen=True)
class Tried:
    """What came of a subject, and the caption of its figure."""

    subject: Subject
    splits: Splits
    before: dict
    after: dict
    run: Run
    caption: str


def try_out(subject, out, model_dir, seed, say):
    """Ask the pretrained model, fine-tune it, ask again: Tried."""
    from gpt2lab import plots
    from gpt2lab.training.finetuning import finetune
    from gpt2lab.training.loading import load

    splits = subject.texts().split(seed=seed)
    say(
        f"{subject.title.capitalize()}: {len(splits.train):,} {subject.about} to learn from;"
        f" {len(splits.valid):,} and {len(splits.test):,} held out for validation and test."
    )
    say(f"Before: {MODEL} as it was pretrained.")
    with load(MODEL, model_dir=model_dir) as pretrained:
        before = examine(pretrained, subject, splits, seed)
    say(f"Fine-tuning: {subject.settings['steps']} steps.")
    run = finetune(
        splits.train,
        MODEL,
        valid=splits.valid,
        run_name=subject.run_name,
        checkpoint_dir=out / "checkpoint",
        model_dir=model_dir,
        seed=seed,
        **SETTINGS,
        **subject.settings,
    )
    say("After: the same questions again.")
    with run.load("best") as tuned:
        after = examine(tuned, subject, splits, seed)
    figure = plots.loss(run)
    write_bytes(out / subject.figure, figure.png())
    return Tried(subject, splits, before, after, run, figure.caption)


def examine(lm, subject, splits, seed):
    """What is asked of a model before and after: a sample a prompt, and the perplexity of validation and
    test text.
    """
    from gpt2lab.measures.perplexity import perplexity

    drawn = {"length": subject.length, "temperature": 0.7, "top_k": 40, "seed": seed}
    texts = []
    for prompt in dict.fromkeys(subject.prompts):
        written = lm.generate(
            prompt, nsamples=subject.prompts.count(prompt), truncate="<|endoftext|>", **drawn
        )
        texts += [whole_words(lm, text, subject.length) for text in written]
    return {"samples": texts, "valid": perplexity(lm, splits.valid), "test": perplexity(lm, splits.test)}


def whole_words(lm, text, length):
    """A sample without the word, or the part of one, at which its length cut it off."""
    return text if len(lm.encode(text)) < length or " " not in text else text.rpartition(" ")[0]


def side_by_side(tried):
    """The samples as a Markdown table, before on the left and after on the right."""

    def cell(text, prompt):
        prompt = prompt or ""
        escaped = html.escape(text[len(prompt) :].strip(), quote=False).replace("|", "\\|")
        lines = "<br>".join(line for line in escaped.split("\n") if line.strip())
        return f"*{prompt}* {lines}" if prompt else lines or "(nothing)"

    rows = [
        f"| {cell(b, prompt)} | {cell(a, prompt)} |"
        for prompt, b, a in zip(tried.subject.prompts, tried.before["samples"], tried.after["samples"])
    ]
    return "\n".join(["| before | after |", "|---|---|", *rows]) + "\n"


def perplexities(tried):
    """Perplexity and bits per byte before and after: pandas.DataFrame, a row a text."""
    import pandas as pd

    before, after = tried.before, tried.after
    return pd.DataFrame(
        [
            {
                "corpus": tried.subject.title,
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


def summarize(tried, table, out, seed, seconds):
    """All of it on one page of Markdown."""
    parts = "\n".join(describe(each, table[table["corpus"] == each.subject.title]) for each in tried)
    folder = Path(out, "checkpoint").as_posix()
    return f"""# What fine-tuning did

Two kinds of text, the same model: {MODEL} as it was pretrained, then fine-tuned on each of them. What was held out for validation and test, \
a tenth of the texts each, it never learned from.

{parts}
## How it was made

`gpt2lab demo` took {seconds / 60:.1f} minutes (seed {seed}; gpt2lab {version("gpt2lab")}, TensorFlow {version("tensorflow")}, \
Python {platform.python_version()}, {platform.machine()}). The learning rate rose to {tried[0].run.configuration["settings"]["learning_rate"]:g} \
in the first tenth of the steps and then fell along half a cosine. The samples were drawn at temperature 0.7 from the 40 most likely tokens and are the first \
that came. The models are in `checkpoint/demo` and `checkpoint/posts`: \
`gpt2lab generate --run-name posts --checkpoint best --truncate "<|endoftext|>" --checkpoint-dir "{folder}"`.
"""  # noqa: E501


def describe(tried, table):
    """What came of a subject, as a part of that page."""
    subject, splits, settings = tried.subject, tried.splits, tried.run.configuration["settings"]
    names = {"valid": "validation", "test": "test"}
    rows = "\n".join(
        f"| {names[row['text']]} | {row['tokens']:,} | {row['before']:.1f} | {row['after']:.1f} |"
        f" {row['change']:+.0%} | {row['bits per byte before']:.3f} | {row['bits per byte after']:.3f} |"
        for row in table.to_dict("records")
    )
    diagnosis = tried.run.diagnosis()
    return f"""## {subject.title.capitalize()}

{len(splits.train):,} {subject.about}, {splits.train.characters:,} characters, {settings["steps"]} steps of {settings["batch_size"]} windows of 1,024 tokens. \
{len(splits.valid):,} were held out for validation and {len(splits.test):,} for the test.

The same prompts and seeds, before and after{"" if any(subject.prompts) else " (the model begins, and ends, by itself)"}:

{side_by_side(tried)}
| {subject.title} that it never saw | tokens | perplexity before | after | change | bits per byte before | after |
|---|---|---|---|---|---|---|
{rows}

![{tried.caption}]({subject.figure})

{tried.caption}

Diagnosis: **{diagnosis.verdict}**. {diagnosis.explanation}
"""  # noqa: E501
