"""Several seeds of one experiment as one row."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gpt2lab.errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd


def over_seeds(
    table: "pd.DataFrame",
    columns: Sequence[str] = ("train_loss", "test_loss", "copied"),
    by: Sequence[str] = ("model_name", "characters"),
) -> "pd.DataFrame":
    """Mean, lowest and highest value over the seeds of each experiment.

    With two or three seeds lowest and highest say all that there is to say; an interval computed from so few
    would be far wider, or false.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per fine-tuning, with a column ``seed``, from `corpus_sizes` for example.
    columns : sequence of str
        What to summarise.
    by : sequence of str
        What makes an experiment: rows that agree in these columns differ in their seed only.

    Returns
    -------
    pandas.DataFrame
        A row per experiment, in the order of the table: ``by``, ``seeds`` (how many), and for each column its
        mean under its own name, and the lowest and the highest value with ``_low`` and ``_high`` after it.

    Raises
    ------
    ArgumentError
        If a column is missing.
    """
    import pandas as pd

    missing = [name for name in (*by, "seed", *columns) if name not in getattr(table, "columns", ())]
    if missing:
        raise ArgumentError(
            f"The table has no column {missing[0]!r}; give what lab.experiments.corpus_sizes(…) returns."
        )
    rows = []
    for key, group in table.groupby(list(by), sort=False):
        row = {**dict(zip(by, key)), "seeds": len(group)}
        for name in columns:
            row |= {
                name: group[name].mean(),
                f"{name}_low": group[name].min(),
                f"{name}_high": group[name].max(),
            }
        rows.append(row)
    return pd.DataFrame(rows)
