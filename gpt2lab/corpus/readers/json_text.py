"""Parse JSON, and say where it is damaged."""

import json

from gpt2lab.errors import TextError


def parse_json(text, name, first_line=1):
    """The value that a JSON text holds.

    Parameters
    ----------
    text : str
        The JSON.
    name : str or Path
        The file, for messages.
    first_line : int, default 1
        On which line of the file the text begins.

    Raises
    ------
    TextError
        If it is no JSON; the message names line and column, and says so if the text was cut off.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {first_line + error.lineno - 1:,}, column {error.colno:,}"
        if not text[error.pos :].strip() or "Unterminated string" in error.msg:
            raise TextError(
                f"{name} ends in the middle of its JSON ({place}: {_reason(error)}): it was cut off; "
                "copy, export or download it again."
            ) from error
        raise TextError(
            f"{name} is no proper JSON at {place} ({_reason(error)}: {_around(text, error.pos)}); "
            "correct it there, or export it again."
        ) from error
    except RecursionError as error:
        raise TextError(
            f"{name} is no proper JSON: its brackets are nested too deeply; export it again."
        ) from error
    except ValueError as error:  # a number of more than 4,300 digits
        raise TextError(f"{name} is no proper JSON ({error}); correct that number.") from error


def _reason(error):
    return error.msg[:1].lower() + error.msg[1:]


def _around(text, at):
    return repr(text[max(0, at - 15) : at + 15])
