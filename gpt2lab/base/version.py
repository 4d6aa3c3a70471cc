"""The version of the package, which stands in what it writes."""

__version__ = "0.2.0"
