"""Texts in the outputs of notebooks."""

import textwrap

WIDTH = 88  # characters, which a page of JupyterLab and of Colab holds without a scroll bar


def show(text: str, label: str | None = None) -> None:
    """Print a text in lines that fit a notebook.

    Parameters
    ----------
    text : str
        Its line breaks become spaces.
    label : str, optional
        Stands in capitals before the text; an empty line then comes after it, so that several texts stay
        apart.
    """
    print(
        textwrap.fill(f"{label.upper()}: {text}" if label else str(text), WIDTH),
        end="\n\n" if label else "\n",
    )
