"""What docstrings say of parameters, for those who do not read Python: the command line and the written
report.
"""

import inspect
import re


def describe_parameters(function):
    """What the numpydoc docstring of a function says of each parameter: dict of name to text."""
    section = inspect.getdoc(function).split("Parameters\n----------\n", 1)[1].split("\n\n", 1)[0]
    found = {}
    for names, text in re.findall(
        r"^(\S[^:\n]*) : [^\n]*\n((?:    [^\n]*\n?)*)", section + "\n", re.MULTILINE
    ):
        for name in names.split(", "):
            found[name] = " ".join(text.split())
    return found
