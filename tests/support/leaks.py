"""What of a notebook's source no student may get, and where it is found nevertheless; reads the source on
its own, without the package.
"""

import re

_MARKS = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "# HIDDEN ", "# KEY ")


def secret_lines(source):
    """Lines of the answers and of the HIDDEN and KEY cells of a source that are nowhere else in it, nor in
    the public cells of another.
    """
    secret, known = (
        _lines_apart(source)[0],
        "\n".join(line for other in source.parent.glob("*.py") for line in _lines_apart(other)[1]),
    )
    return {line for line in secret if re.search(r"\w\w", line) and line not in known}


def _lines_apart(source):
    """The lines of a source that students may not get, and the others: two sets."""
    secret, public = set(), set()
    for cell in re.split(r"^# %%.*\n", source.read_text(encoding="utf-8"), flags=re.MULTILINE):
        for_grading = cell.startswith(("# HIDDEN ", "# KEY "))
        answer = False
        for line in cell.splitlines():
            if "BEGIN SOLUTION" in line or "END SOLUTION" in line:
                answer = "BEGIN" in line
            else:
                (secret if answer or for_grading else public).add(line.strip().removeprefix("# "))
    return secret, public


def leaks(source, lines):
    """Which of these lines, of a released file, hold a secret line of the source or a mark of one."""
    secret = secret_lines(source)
    long = [line for line in secret if len(line) > 12]  # shorter ones may be part of any line
    return [
        line for line in lines if line.strip() in secret or any(part in line for part in (*long, *_MARKS))
    ]


def lines_of(notebook):
    """The lines of a notebook's cells, with what their metadata say."""
    return [
        line
        for cell in notebook["cells"]
        for line in ("".join(cell["source"]) + "\n" + str(cell["metadata"])).splitlines()
    ]
