"""Published laws of how many tokens a model of some size wants to be *pre*trained on."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gpt2lab.pretrained.catalog import CARDS, find_card, weight_shapes

if TYPE_CHECKING:
    import pandas as pd

KAPLAN = "Kaplan et al. 2020"
HOFFMANN = "Hoffmann et al. 2022"
MUENNIGHOFF = "Muennighoff et al. 2023"


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
    import pandas as pd

    cards = [find_card(name) for name in (CARDS if model_names is None else model_names)]
    rows = []
    for each in cards:
        inner = sum(
            math.prod(shape)
            for name, shape in weight_shapes(each.hparams).items()
            if name not in ("model/wte", "model/wpe")
        )
        rows.append(
            {
                "parameters": each.parameters,
                "without_embeddings": inner,
                **tokens_asked(each.parameters, inner),
            }
        )
    return pd.DataFrame(rows, index=pd.Index([each.name for each in cards], name="model_name"))


def tokens_asked(parameters, without_embeddings):
    """Tokens that each law asks for: dict of law to float."""
    return {
        KAPLAN: 5e3 * without_embeddings**0.74,
        HOFFMANN: 20.0 * parameters,
        MUENNIGHOFF: 20.0 * parameters / 4,
    }
