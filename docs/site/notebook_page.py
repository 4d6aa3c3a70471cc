"""A solved notebook as a page: its text, its code, and its outputs as they are stored. Nothing is run."""

import base64
import html
import json
import re
import struct

_ANSI = re.compile(r"\x1b\[[\d;]*m")
_MARKS = re.compile(r"^ *### (BEGIN|END) SOLUTION *\n?", re.MULTILINE)
_SHORT = 24  # characters; a table whose cells are no longer is not broken into lines, but scrolls
_SCOPED = re.compile(r"<style scoped>.*?</style>\s*", re.DOTALL)


def page(path, pictures, linked):
    """Markdown of a notebook; its pictures are written into a folder.

    Parameters
    ----------
    path : Path
        The notebook.
    pictures : Path
        A folder; its name is how the page addresses them.
    linked : callable
        Markdown to Markdown, with links that lead to pages.
    """
    notebook = json.loads(path.read_text(encoding="utf-8"))
    parts = []
    for number, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(linked(source))
        elif cell["cell_type"] == "code":
            parts.append(_block("{code-block} ipython3", _MARKS.sub("", source)))
            parts += _outputs(cell["outputs"], pictures, f"{path.stem}_{number:02d}")
    return "\n\n".join(part for part in parts if part.strip()) + "\n"


def _block(kind, content):
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", content)), default=0))
    return f"{fence}{kind}\n{content.strip(chr(10))}\n{fence}"


def _outputs(outputs, pictures, name):
    outputs = list(outputs)
    while outputs:
        output = outputs.pop(0)
        data = {
            kind: "".join(value)
            for kind, value in output.get("data", {}).items()
            if isinstance(value, (str, list))
        }
        if output["output_type"] == "stream":
            yield _text("".join(output["text"]))
        elif "image/png" in data:
            caption = _caption(outputs[0], data["text/plain"]) if outputs else None
            if caption:
                outputs.pop(0)
            file = pictures / f"{name}_{len(outputs)}.png"
            file.write_bytes(base64.b64decode(data["image/png"]))
            yield _figure(
                f"{pictures.name}/{file.name}",
                file.read_bytes(),
                output["metadata"].get("image/png", {}),
                data["text/plain"],
                caption,
            )
        elif "text/html" in data:
            yield _rich(data["text/html"])
        elif "text/plain" in data:
            yield _text(data["text/plain"])


def _caption(output, words):
    """The caption that `gpt2lab.captioned` stores in an output of its own, after the picture; None if this
    is none.
    """
    data = output.get("data", {})
    return words if "text/html" in data and "".join(data.get("text/plain", "")) == words else None


def _text(content):
    return _block("{code-block} text\n:class: output\n", _ANSI.sub("", content))


def _figure(address, content, about, words, caption):
    """A picture in the width that the notebook stores, with its height, so that the page does not jump when
    it comes.
    """
    across, down = struct.unpack(">II", content[16:24])  # as every PNG begins
    width = about.get("width", across)
    size = f'width="{width}" height="{round(down * width / across)}"'
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return _raw(
        f'<figure><a href="{address}"><img src="{address}" alt="{html.escape(about.get("alt", words))}"'
        f" {size}></a>{below}</figure>"
    )


def _rich(content):
    """HTML that a cell showed. Tables follow the theme; what brings its own colours was made for white
    paper.
    """
    content = _SCOPED.sub("", content)
    table = re.search(r'<table border="1" class="dataframe">', content)
    if not table:
        return _raw(
            '<div class="paper wide" tabindex="0" role="group" aria-label="Output of the cell'
            f' above">{content}</div>'
        )
    short = all(len(cell) <= _SHORT for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", content, re.DOTALL))
    content = content.replace(table[0], f'<table class="dataframe{" short" if short else ""}">').replace(
        ' style="text-align: right;"', ""
    )
    return _raw(
        f'<div class="wide" tabindex="0" role="group" aria-label="Table">{_with_scopes(content)}</div>'
    )


def _with_scopes(table):
    """A table as pandas writes it, with a word at each head that says of what it is: a column, a row,
    several.
    """
    head, mark, body = table.partition("</thead>")
    return mark.join(
        re.sub(
            r"<th( (?:col|row)span[^>]*)?>",
            lambda found: f'<th scope="{kind}{"group" if found[1] else ""}"{found[1] or ""}>',
            part,
        )
        for part, kind in ((head, "col"), (body, "row"))
    )


def _raw(content):
    return _block("{raw} html", f'<div class="output">\n{content}\n</div>')
