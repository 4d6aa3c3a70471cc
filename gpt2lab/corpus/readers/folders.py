"""A folder per author."""

from gpt2lab.corpus.document import Document
from gpt2lab.corpus.readers import plain_text
from gpt2lab.corpus.readers.cleaning import Cleaner
from gpt2lab.corpus.readers.step import Log


def read(path, links, mentions, html, encoding):
    """The documents of all folders, and the Step that made them; `Corpus.from_folders` says what the
    arguments are.
    """
    folder = plain_text.existing_folder(path)
    log = Log()
    cleaner = Cleaner(log, links, mentions, html)
    documents = []
    for file in plain_text.text_files_in(folder):
        log.read += 1
        name = file.relative_to(folder)
        author = name.parts[0] if len(name.parts) > 1 else None
        if author is None:
            log.noticed("no author, as they lie in no author's folder", name.as_posix(), name.as_posix())
        text = cleaner(plain_text.read_text(file, encoding), name.as_posix())
        if text is not None:
            documents.append(Document(text, author, name.as_posix()))
    return tuple(documents), log.step(
        "from_folders",
        folder.resolve().name,
        {"links": links, "mentions": mentions, "html": html},
        len(documents),
    )
