"""What gpt2lab raises: one sentence that says what was wrong and what to do.

Every kind also derives from the built-in exception that fits, so code that catches ``ValueError`` or
``OSError`` goes on working.
"""


class LabError(Exception):
    """Base class of every error that a user can cause and mend."""


class ArgumentError(LabError, ValueError):
    """An argument has a value that cannot work; the message names it and what would be right."""


class TextError(LabError, ValueError):
    """A text or a file of texts cannot be used: empty, too short, not UTF-8, a binary."""


class DownloadError(LabError, OSError):
    """A model could not be fetched, or what arrived is not what was asked for."""


class CheckpointError(LabError, OSError):
    """A model folder or a run folder is missing, incomplete or damaged."""


class StorageError(LabError, OSError):
    """A file could not be written: no room, no permission."""


class MemoryShortageError(LabError, MemoryError):
    """What was asked for takes clearly more memory than there is; the message says which settings
    would fit.
    """


class DivergenceError(LabError, ArithmeticError):
    """A loss or a weight is no longer a finite number; the last good checkpoint is kept."""


class ExperimentError(LabError, RuntimeError):
    """Some jobs of a grid failed; the others are stored."""
