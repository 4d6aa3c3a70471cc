"""Build the site: the README, the solved notebooks as they are stored and what stands in docs/, as pages with
a search, in one folder.

    python docs/site/build.py site

The folder works from a disk and from every web server. Sphinx builds it because its search, unlike that of
others, also works in pages that are opened from a folder; the notebooks become Markdown before, since the
outputs are stored and nothing needs to be run.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from pages import Pages

HERE = Path(__file__).resolve().parent


def build(output, repository=HERE.parents[1]):
    """Write the site of a repository into a folder, which is emptied before: a Path.

    Raises
    ------
    SystemExit
        If Sphinx warned of anything, such as a link that leads nowhere; or if the folder holds anything other
        than a site.
    """
    from sphinx.cmd.build import build_main

    output = Path(output).resolve()
    if output.exists() and any(output.iterdir()) and not (output / "searchindex.js").is_file():
        raise SystemExit(
            f"{output} holds something other than an earlier site, which would be lost. Name another folder,"
            " or empty it."
        )
    shutil.rmtree(output, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "sources"
        doctrees = Path(folder) / "doctrees"
        Pages(repository).write(sources)
        # The pictures of notebooks stand in HTML, where Sphinx does not see them.
        shutil.copytree(sources / "pictures", output / "pictures")
        arguments = ["-b", "html", "-q", "-W", "--keep-going", "-c", HERE, "-d", doctrees, sources, output]
        if failed := build_main([str(argument) for argument in arguments]):
            raise SystemExit(failed)
    (output / ".buildinfo").unlink(missing_ok=True)
    (output / ".nojekyll").touch()  # GitHub Pages leaves folders out whose names begin with _
    return output


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    print(f"{build(sys.argv[1]) / 'index.html'}: open it in a browser.")
