"""What self-BLEU costs: ``python -m benchmarks.diversity`` measures it beside a loop over nltk, on pieces of
the speeches.
"""

import time

import click
import numpy as np

import gpt2lab as lab

TARGET = 400  # times as fast as the loop


def measure(samples, hypotheses, repeats=5):
    """Seconds that self-BLEU takes, and how far it is from nltk's.

    Parameters
    ----------
    samples : list of list of str
    hypotheses : int
        For so many samples nltk is run, each against all others; each takes as long as any other, so that
        these stand for all.
    repeats : int, default 5
        gpt2lab's figure is the fastest of so many, nltk's the only one.

    Returns
    -------
    dict
        ``gpt2lab`` and ``nltk`` (seconds for all samples), and ``difference``: how far the two are apart on
        the first ``3 * hypotheses`` samples.
    """
    own = min(_seconds(lab.self_bleu, samples) for _ in range(repeats))
    loop = _seconds(_nltk, samples, hypotheses) / hypotheses * len(samples)
    few = samples[: 3 * hypotheses]
    return {
        "gpt2lab": own,
        "nltk": loop,
        "difference": abs(lab.self_bleu(few) - float(np.mean(_nltk(few, len(few))))),
    }


def _nltk(samples, hypotheses):
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    smoothing = SmoothingFunction().method1
    return [
        sentence_bleu(samples[:i] + samples[i + 1 :], samples[i], smoothing_function=smoothing)
        for i in range(hypotheses)
    ]


def _seconds(function, *arguments):
    began = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - began


@click.command()
@click.option("--samples", default=1000, show_default=True)
@click.option("--length", default=100, show_default=True, help="Words of a sample.")
@click.option(
    "--hypotheses", default=20, show_default=True, help="Samples that nltk scores, each against all others."
)
def main(samples, length, hypotheses):
    """Print the seconds of both, their ratio beside the target, and the difference of their results."""
    speeches = [lab.words(document.text) for document in lab.presidential_speeches() if document.text]
    pieces = lab.human_samples(
        [words for words in speeches if len(words) >= length], like=[[""] * length] * samples
    )
    found = measure(pieces, hypotheses)
    click.echo(f"self-BLEU of {len(pieces):,} pieces of {length} words of the speeches")
    click.echo(f"{found['gpt2lab']:10.3f} s  gpt2lab, the fastest of five")
    click.echo(f"{found['nltk']:10.1f} s  nltk in a loop, from {hypotheses} of its {len(pieces):,} sentences")
    ratio = found["nltk"] / found["gpt2lab"]
    click.echo(
        f"{ratio:,.0f} times as fast; the target, {TARGET}, is {'met' if ratio >= TARGET else 'not met'}"
    )
    click.echo(f"the results differ by {found['difference']:.0e} on {3 * hypotheses} pieces")


if __name__ == "__main__":
    main()
