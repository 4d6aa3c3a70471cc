"""Where a notebook in Google Colab leaves its files: Colab deletes its own disk, a Google Drive stays."""

import os
import sys
from pathlib import Path

from gpt2lab.base.storage import make_folder
from gpt2lab.errors import ArgumentError, StorageError

_MOUNTED = Path("/content/drive")


def keep_on_drive(folder: str = "gpt2lab") -> None:
    """Go on in a folder of the Google Drive, so that runs, tables and fetched models outlive the session of
    Colab.

    Call it in each session, before anything is trained: what an earlier session left there is found again.
    Outside of Colab it does nothing but say so.

    Parameters
    ----------
    folder : str, default "gpt2lab"
        Folder of the Drive; it is made if it is not there.

    Raises
    ------
    ArgumentError
        If ``folder`` leads out of the Drive.
    StorageError
        If Colab was not allowed to use the Drive, or the folder could not be made.
    """
    if not str(folder).strip() or Path(folder).is_absolute() or ".." in Path(folder).parts:
        raise ArgumentError(
            f"folder={str(folder)!r} is no folder of the Drive; give its name, for example 'gpt2lab'."
        )
    if "google.colab" not in sys.modules:
        print("This is not Google Colab: files stay in the folder of the notebook, and nothing was changed.")
        return
    from google.colab import drive

    try:
        drive.mount(str(_MOUNTED))
    except Exception as error:  # Colab raises kinds of its own, for a refusal as for a lost connection
        raise StorageError(
            f"The Drive could not be opened ({error}); run this cell again, and allow it in the window that"
            " Colab shows."
        ) from error
    place = _MOUNTED / "MyDrive" / folder
    make_folder(place)
    os.chdir(place)
    print(
        f"From here on, runs, tables and fetched models are kept in the folder {str(folder)!r} of your Google"
        " Drive."
    )
