"""Which files of the repository become which pages of the site, and where the links between them lead.

All pages lie in one folder: ``index`` is the README up to the list of notebooks, ``library`` the rest of it,
and every other page has the name of its file.
"""

import posixpath
import re
import shutil
import tomllib
from pathlib import Path

import notebook_page

from gpt2lab.course.building import terms

LAST_OF_THE_START = "## The notebooks"
MORE = ("data/README.md", "benchmarks/README.md")  # pages that the README links to
PICTURES = (".png", ".svg", ".jpg")
_CODE_OR_LINK = re.compile(
    r"(```.*?```|``[^`]+``|`[^`\n]+`)|(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)", re.DOTALL
)


class Pages:
    """The pages of the site of one repository.

    Parameters
    ----------
    repository : Path
        Its root.

    Attributes
    ----------
    notebooks : list of Path
        The solved notebooks, in order.
    names : dict of str to str
        Of each file that becomes a page, by its path in the repository, the page's name.
    """

    def __init__(self, repository):
        self.repository = Path(repository).resolve()
        self.notebooks = sorted((self.repository / "notebooks/solutions").glob("*.ipynb"))
        documents = sorted((self.repository / "docs").glob("*.md"))
        self.names = {"README.md": "index", "CHANGELOG.md": "changelog"}
        self.names |= {f"docs/{path.name}": path.stem for path in documents} | {
            "notebooks/glossary.md": "glossary"
        }
        self.names |= {path: Path(path).parent.name for path in MORE if (self.repository / path).is_file()}
        for path in self.notebooks:
            # A link to the student's notebook leads to the same page: the site has the solved one only.
            self.names |= {f"notebooks/solutions/{path.name}": path.stem, f"notebooks/{path.name}": path.stem}
        course = tomllib.loads((self.repository / "notebooks/course.toml").read_text(encoding="utf-8"))
        self.address = (
            f"https://github.com/{course['repository']}/blob/{course.get('branch', 'main')}"
            if course.get("repository")
            else None
        )
        self.colab = self.address and self.address.replace(
            "https://github.com", "https://colab.research.google.com/github"
        )

    def write(self, folder):
        """Lay all pages and their pictures out in a folder, as Markdown for Sphinx."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pictures").mkdir()
        start, library = self._readme(folder)
        others = [path for path in self.names if path.endswith(".md") and path != "README.md"]
        about = sorted({"library", *(self.names[path] for path in others)} - {"glossary", "changelog"})
        contents = {
            "Notebooks": [path.stem for path in self.notebooks],
            "Beside them": ["glossary", *about, "changelog"],
        }
        known = {*self.names.values(), "library"}
        for caption, names in contents.items():
            listed = "\n".join(name for name in names if name in known)
            start += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n"
        (folder / "index.md").write_text(start, encoding="utf-8")
        (folder / "library.md").write_text(library, encoding="utf-8")
        for path in others:
            text = (self.repository / path).read_text(encoding="utf-8")
            (folder / f"{self.names[path]}.md").write_text(self.linked(text, path, folder), encoding="utf-8")
        for path in self.notebooks:
            text = notebook_page.page(
                path,
                folder / "pictures",
                lambda text: self.linked(text, f"notebooks/solutions/{path.name}", folder),
            )
            (folder / f"{path.stem}.md").write_text(self._with_a_way_to_work_on(path, text), encoding="utf-8")

    def _readme(self, folder):
        text = self.linked((self.repository / "README.md").read_text(encoding="utf-8"), "README.md", folder)
        sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
        last = [number for number, section in enumerate(sections) if section.startswith(LAST_OF_THE_START)]
        if not last:
            raise SystemExit(
                f"README.md has no section {LAST_OF_THE_START!r}, with which the site's first page ends."
            )
        start = "".join(sections[: last[0] + 1])
        rest = "# The library\n\n" + "".join(sections[last[0] + 1 :])
        elsewhere = set(map(terms.anchor, re.findall(r"^## (.+)", rest, re.MULTILINE)))
        return (
            re.sub(
                r"\]\(#([\w-]+)\)",
                lambda found: f"](library.md#{found[1]})" if found[1] in elsewhere else found[0],
                start,
            ),
            rest,
        )

    def _with_a_way_to_work_on(self, path, text):
        if not self.colab:
            return text
        title, rest = text.split("\n", 1)
        return (
            f"{title}\n\n[Open the student's notebook in Colab]({self.colab}/notebooks/{path.name})\n{rest}"
        )

    def linked(self, text, path, folder):
        """Markdown of a file of the repository whose links lead to pages; the pictures in it are copied into
        ``folder/pictures``.

        A link to a file that is no page leads to where the course is published, and is plain words until it
        is. Pictures that are elsewhere become links, since the site fetches nothing.
        """

        def changed(found):
            code, picture, words, target = found.groups()
            if code:
                return code
            # the page has its own link to Colab, to the student's notebook
            if "colab-badge" in words or "mybinder" in words:
                return ""
            # a published notebook names files of its repository in full
            inside = self.address and target.startswith(f"{self.address}/")
            if re.match(r"[a-z]+:|#", target) and not inside:
                return f"[{words}]({target})" if picture else found[0]
            file, _, anchor = (target.removeprefix(f"{self.address}/") if inside else target).partition("#")
            file = file if inside else posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
            if file in self.names:
                return f"[{words}]({self.names[file]}.md{'#' + anchor if anchor else ''})"
            if picture and (self.repository / file).suffix in PICTURES:
                shutil.copy(self.repository / file, folder / "pictures")
                return f"![{words}](pictures/{posixpath.basename(file)})"
            if file == "LICENSE" or not self.address:
                return words
            return f"[{words}]({self.address}/{file})"

        return _CODE_OR_LINK.sub(changed, text)
