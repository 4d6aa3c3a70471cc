"""Where the files are that travel with the package."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def data_path(*parts):
    """A file or folder of ``data/``: inside the package when it was installed from a wheel, beside it in a
    checkout; None if it is in neither place.
    """
    for root in (PACKAGE / "data", PACKAGE.parent / "data"):
        if root.joinpath(*parts).exists():
            return root.joinpath(*parts)
    return None
