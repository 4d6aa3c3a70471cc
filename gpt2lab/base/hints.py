"""Type hints that say what a value may be: editors show them, and `check` refuses what they do not allow.

An ``Annotated`` hint carries a function of an argument's name and value, such as those of `arguments`: it
returns the value in its final form, or raises an ArgumentError.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from gpt2lab.base.arguments import folder_name, folder_path, real_number, whole_number, yes_or_no


def folder_string(name, value):
    """As `folder_path`, as a string, which JSON can hold."""
    return str(folder_path(name, value))


Count = Annotated[int, partial(whole_number, low=1)]
WholeNumber = Annotated[int, partial(whole_number, low=0)]
Seed = Annotated[int, partial(whole_number, low=0, high=2**64 - 1)]
PositiveNumber = Annotated[float, partial(real_number, above=0)]
NonNegativeNumber = Annotated[float, partial(real_number, low=0)]
Folder = Annotated[str | Path, folder_string]
FolderName = Annotated[str, folder_name]


def check(name: str, value: Any, hint: Any) -> Any:
    """The value of an argument, as its hint wants it; hints that say nothing of values let all pass.

    Raises
    ------
    ArgumentError
        If the value is none that the hint allows.
    """
    if get_origin(hint) in (Union, UnionType):
        options = get_args(hint)
        if value is None and NoneType in options:
            return None
        (hint, *others) = [option for option in options if option is not NoneType]
        return value if others else check(name, value, hint)
    if get_origin(hint) is Annotated:
        return get_args(hint)[-1](name, value)
    return yes_or_no(name, value) if hint is bool else value


def check_all(owner: Any, values: dict[str, Any]) -> dict[str, Any]:
    """The values of arguments, each as the hint of that name of a function or class wants it.

    Raises
    ------
    ArgumentError
        For the first that is not allowed.
    """
    hints = get_type_hints(owner, include_extras=True)
    return {name: check(name, value, hints[name]) for name, value in values.items()}
