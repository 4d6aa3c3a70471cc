"""Where things are in this repository."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
NOTEBOOKS = REPOSITORY / "notebooks"
SOURCES = sorted((NOTEBOOKS / "source").glob("*.py"))
SUPPORT = REPOSITORY / "tests" / "support"
