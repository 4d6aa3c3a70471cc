"""Read one table of a TOML file key by key, and say in a sentence which key of which file is wrong."""

import difflib

from gpt2lab.errors import LabError


class SettingsError(LabError, ValueError):
    """``course.toml`` cannot be used; the message begins with its path and names the key."""


class TableReader:
    """A table, its keys checked.

    Parameters
    ----------
    path : Path
        The file, for messages.
    name : str
        Of the table, for example ``"grading.late"``.
    values : dict
        What was read.
    keys : tuple of str, optional
        All that may be there; any key if None.

    Raises
    ------
    SettingsError
        If it is no table or has an unknown key.
    """

    def __init__(self, path, name, values, keys=None):
        self.path = path
        self.name = name
        self.values = values
        if not isinstance(values, dict):
            above, _, key = name.rpartition(".")
            raise SettingsError(
                f"{path}: {key} = {values!r} in [{above}] is no table; write it as [{name}], with a line for"
                " each of its values."
                if above
                else (
                    f"{path}: {key} = {values!r} is no table; write [{name}], with a line for each of its"
                    " values."
                )
            )
        for key in values if keys is not None else ():
            if key not in keys:
                raise SettingsError(f"{path}: [{name}] has an unknown key {key!r}; {nearest(key, keys)}")

    def value(self, key, convert, default):
        """The value of a key, or the default; ``convert`` checks it and raises ValueError with what would be
        right.
        """
        return self._converted(key, convert, self.values[key]) if key in self.values else default

    def entries(self, key_of, value_of):
        """All of the table, keys and values checked: dict."""
        found = {}
        for written, value in self.values.items():
            key = self._converted(written, key_of, written)
            if key in found:
                raise SettingsError(f"{self.path}: [{self.name}] has {key!r} twice; leave one of the two.")
            found[key] = self._converted(written, value_of, value)
        return found

    def flattened(self):
        """The table with ``03.2 = 2`` taken as ``"03.2" = 2``: TOML reads a key without quotes as a table in
        a table.
        """
        flat = {}
        for key, value in self.values.items():
            flat |= (
                {f"{key}.{below}": each for below, each in value.items()}
                if isinstance(value, dict)
                else {key: value}
            )
        return TableReader(self.path, self.name, flat)

    def filled(self, kind, convert):
        """A dataclass whose fields are the keys of the table; what is not there has its default."""
        return kind(**{key: self._converted(key, convert[key], value) for key, value in self.values.items()})

    def _converted(self, key, convert, value):
        try:
            return convert(value)
        except ValueError as error:
            shown = "" if value is key else f" = {_shown(value)}"
            raise SettingsError(
                f"{self.path}: {key!r}{shown} in [{self.name}] cannot be used; {error}."
            ) from None


def _shown(value):
    text = value.isoformat() if hasattr(value, "isoformat") else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def nearest(key, names, cutoff=0.5):
    """The end of a sentence on an unknown name: ``did you mean 'due'?`` or the names that there are."""
    near = difflib.get_close_matches(str(key), names, n=1, cutoff=cutoff)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}."
