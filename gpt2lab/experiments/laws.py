"""Published laws of *pre*training: how many tokens a model of some size wants, and what loss it comes to."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gpt2lab.pretrained.catalog import CARDS, find_card, weight_shapes

if TYPE_CHECKING:
    import pandas as pd

KAPLAN = "Kaplan et al. 2020"
HOFFMANN = "Hoffmann et al. 2022"
MUENNIGHOFF = "Muennighoff et al. 2023"
# Bytes of text for each token of what the laws of losses were measured on: WebText2 (Kaplan et al. 2020,
# section 2.3: 96 GB, 2.29e10 tokens) and MassiveText (Rae et al. 2021: 10.5 TB, and 300e9 tokens are 12.8 %).
BYTES_A_TOKEN = {KAPLAN: 96e9 / 2.29e10, HOFFMANN: 10.5e12 / (300e9 / 0.128)}
# The smallest model that Hoffmann et al. trained
HOFFMANN_FROM = 70e6
# Tokens that the bundled sizes read in pretraining, 19.9 million of them again and again (data/README.md).
# OpenAI published no such figure.
TOKENS_READ = {"1M": 407e6, "3M": 526e6, "10M": 515e6}


def scaling_laws(model_names: Sequence[str] | None = None) -> "pd.DataFrame":
    """How many tokens the published laws ask for, to train models of some sizes from random weights.

    Fine-tuning is not pretraining: these laws say how much text a model needs to learn a language from
    nothing. A fine-tuned model has learned the language already, from a text of such a length, and takes from
    the new text only what is particular to it: so far fewer tokens do.

    Parameters
    ----------
    model_names : sequence of str, optional
        The sizes; all of `models` if None.

    Returns
    -------
    pandas.DataFrame
        A row per size: ``parameters``, ``without_embeddings`` (as Kaplan et al. count them), and the tokens:

        - ``Kaplan et al. 2020``: 5,000 N^0.74 with N without embeddings, below which the larger model
          over-fits;
        - ``Hoffmann et al. 2022``: about 20 a parameter, the best use of a given amount of computing;
        - ``Muennighoff et al. 2023``: a quarter of that, each read 4 times, which is almost as good as four
          times the text.

    Raises
    ------
    ArgumentError
        If there is no such size.

    References
    ----------
    Kaplan et al. (2020), "Scaling laws for neural language models", equation 4.4. Hoffmann et al. (2022),
    "Training compute-optimal large language models", table 3. Muennighoff et al. (2023), "Scaling
    data-constrained language models": up to 4 epochs cost almost nothing.

    Examples
    --------
    >>> int(scaling_laws(["124M"]).loc["124M", "Hoffmann et al. 2022"])
    2488796160
    """
    return _by_size(model_names, lambda card, inner: tokens_asked(card.parameters, inner))


def tokens_asked(parameters, without_embeddings):
    """Tokens that each law asks for: dict of law to float."""
    return {
        KAPLAN: 5e3 * without_embeddings**0.74,
        HOFFMANN: 20.0 * parameters,
        MUENNIGHOFF: 20.0 * parameters / 4,
    }


def loss_laws(model_names: Sequence[str] | None = None) -> "pd.DataFrame":
    """The loss that the published laws give to models of some sizes, in bits per byte.

    The laws count nats per token, each of another vocabulary. Here each is divided by the bytes that its
    tokens have on average, so that it can stand beside bits per byte of any model. But the texts differ too:
    how fast a law falls is worth more than how high it stands.

    Parameters
    ----------
    model_names : sequence of str, optional
        The sizes; all of `models` if None.

    Returns
    -------
    pandas.DataFrame
        A row per size: ``parameters``, ``without_embeddings`` (as Kaplan et al. count them), ``tokens_read``
        in pretraining (NaN where nobody published it), and the losses:

        - ``Kaplan et al. 2020``: (8.8e13 / N)^0.076 with N without embeddings, for models that do not lack
          text;
        - ``Hoffmann et al. 2022``: 1.69 + 406.4 / N^0.34 + 410.7 / D^0.28 with all parameters N and the
          tokens read D, each once; without the last part where D is not known. Their smallest model had 70
          million parameters.

    Raises
    ------
    ArgumentError
        If there is no such size.

    References
    ----------
    Kaplan et al. (2020), "Scaling laws for neural language models", equation 1.1. Hoffmann et al. (2022),
    "Training compute-optimal large language models", appendix D.3.

    Examples
    --------
    >>> round(loss_laws(["124M"]).loc["124M", "Kaplan et al. 2020"], 2)
    0.99
    """

    def losses(card, inner):
        read = TOKENS_READ.get(card.name, math.nan)
        nats = nats_promised(card.parameters, inner, read)
        return {"tokens_read": read} | {
            law: loss / math.log(2) / BYTES_A_TOKEN[law] for law, loss in nats.items()
        }

    return _by_size(model_names, losses)


def nats_promised(parameters, without_embeddings, tokens_read):
    """Nats per token, of its own vocabulary, that each law gives: dict of law to float."""
    lacking = 0.0 if math.isnan(tokens_read) else 410.7 / tokens_read**0.28
    return {
        KAPLAN: (8.8e13 / without_embeddings) ** 0.076,
        HOFFMANN: 1.69 + 406.4 / parameters**0.34 + lacking,
    }


def fit_power_law(sizes, losses):
    """The straight line through points on logarithmic axes, by least squares: loss = factor / size^exponent.

    Returns
    -------
    tuple of float
        ``exponent``, ``factor``, and the largest distance of a point from the line, as a share of its loss.
    """
    import numpy as np

    sizes, losses = np.log(np.asarray(sizes, float)), np.log(np.asarray(losses, float))
    slope, level = np.polyfit(sizes, losses, 1)
    distances = np.abs(np.expm1(losses - (level + slope * sizes)))
    return -float(slope), math.exp(level), float(distances.max())


def _by_size(model_names, columns):
    """A DataFrame with a row a size: its parameters with and without embeddings, and what ``columns`` gives
    for its card and the latter.
    """
    import pandas as pd

    cards = [find_card(name) for name in (CARDS if model_names is None else model_names)]
    rows = []
    for each in cards:
        inner = sum(
            math.prod(shape)
            for name, shape in weight_shapes(each.hparams).items()
            if name not in ("model/wte", "model/wpe")
        )
        rows.append({"parameters": each.parameters, "without_embeddings": inner, **columns(each, inner)})
    return pd.DataFrame(rows, index=pd.Index([each.name for each in cards], name="model_name"))
