"""Write the report: measure what is missing, keep the student's words, put all into ``report.md``,
``report.html`` and ``report.pdf``.
"""

import csv
import io
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gpt2lab.base.arguments import folder_path, real_number, whole_number
from gpt2lab.base.storage import make_folder, write_bytes
from gpt2lab.corpus import Corpus
from gpt2lab.corpus.readers.decoding import clean
from gpt2lab.corpus.readers.plain_text import read_text
from gpt2lab.corpus.splits import SPLITS
from gpt2lab.errors import ArgumentError, TextError
from gpt2lab.experiments.settings import check_prefix
from gpt2lab.pretrained import checkpoints
from gpt2lab.pretrained.catalog import find_card, parameter_count
from gpt2lab.pretrained.encoder import load_encoder
from gpt2lab.report import answers as places
from gpt2lab.report.blocks import Picture, Table, blocks_of
from gpt2lab.report.contents import Contents, Report, Section
from gpt2lab.report.measuring import Findings, base_of, check_texts, measure, tuned_step
from gpt2lab.report.questions import check_names, parts_with
from gpt2lab.report.settings import how_it_was_made
from gpt2lab.training.run import Run

if TYPE_CHECKING:
    import pandas as pd

    from gpt2lab.experiments import ModelSizes
from gpt2lab.training.settings import as_corpus

MARKDOWN = "report.md"
PAGE = "report.html"
PRINTED = "report.pdf"
SAMPLES = "samples.csv"
KEPT = "measured"
LAST = "last.md"


def report(
    run: Run | str,
    valid: Corpus | str | Path | None = None,
    test: Corpus | str | Path | None = None,
    train: Corpus | str | Path | None = None,
    folder: str | Path = "report",
    nsamples: int = 100,
    seed: int = 0,
    *,
    length: int = 100,
    temperature: float = 0.7,
    top_k: int = 0,
    top_p: float = 0.0,
    prefix: str | None = None,
    shown: int = 3,
    sweep: "pd.DataFrame | str | Path | None" = None,
    model_sizes: "ModelSizes | pd.DataFrame | str | Path | None" = None,
    corpus_sizes: "pd.DataFrame | str | Path | None" = None,
    evidence: Mapping[str, object] | None = None,
    questions: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    author: str | None = None,
    title: str | None = None,
    checkpoint_dir: str | Path = "checkpoint",
    model_dir: str | Path | None = None,
) -> Report:
    """Write a report on a fine-tuning run: the questions of the course, what answers them, and places for the
    student's own words.

    It is made of ``report.md``, to write in, ``report.html``, one page with the figures inside that needs no
    network and runs no script, and, where Chromium, Chrome or Edge is installed, ``report.pdf``. The same
    call made again keeps all words, measures only what is new, and takes seconds. What is not given is left
    out, and the report says how to add it.

    Parameters
    ----------
    run : Run or str
        The run, or its name.
    valid, test : Corpus, str or Path, optional
        Text that was held out, for the perplexity; the overlap needs ``test``. A path is read with
        `Corpus.from_file` or `Corpus.from_directory`.
    train : Corpus, str or Path, optional
        The text that the run learned from, to say what is copied.
    folder : str or Path, default "report"
        Where the report is written. What was measured is kept there too.
    nsamples : int, default 100
        Samples of the model before and of that after.
    seed : int, default 0
        Of the samples, of which of them are shown, and of all else that is drawn.
    length : int, default 100
        Tokens of a sample, at most.
    temperature, top_k, top_p : numbers, default 0.7, 0 and 0.0
        How the samples are drawn, as in `LanguageModel.generate`.
    prefix : str, optional
        What the samples begin with, and do not repeat. With an empty line, ``"\\n"``, a small model does not
        end a text before it has begun.
    shown : int, default 3
        Samples that are shown, drawn at random; the others are in ``samples.csv``.
    sweep : pandas.DataFrame or path, optional
        What `lab.sweep` returned, or the CSV file that ``gpt2lab sweep`` wrote.
    model_sizes : ModelSizes, pandas.DataFrame or path, optional
        What `experiments.model_sizes` returned, or its table as CSV.
    corpus_sizes : pandas.DataFrame or path, optional
        What `experiments.corpus_sizes` returned, as table or CSV.
    evidence : dict of str to list, optional
        Further figures of `plots`, tables (DataFrame; ``table.attrs["caption"]`` says what they show), texts
        or results in words, by the name of the question that they answer, as in ``{"author":
        [lab.plots.loss(other)]}``.
    questions : dict of str to str, optional
        Questions of your own, by a short name.
    answers : dict of str to str, optional
        Your words by the name of the question, in Markdown. Words that were changed in ``report.md`` since
        are kept instead, with a warning.
    author : str, optional
        Who writes.
    title : str, optional
        The heading of the report.
    checkpoint_dir : str or Path, default "checkpoint"
        Where runs are kept, if ``run`` is a name.
    model_dir : str or Path, optional
        Where models are kept; where the run had them if None.

    Returns
    -------
    Report

    Raises
    ------
    ArgumentError, TextError, CheckpointError, StorageError
        Before anything is measured, if a value, a text or the folder cannot be used, ``report.md`` is
        somebody else's file, or a mark in it is damaged (the message names the line).

    Notes
    -----
    The model after fine-tuning is that of the best step, or of the newest where no validation loss was
    measured. Words stand in ``report.md`` between ``<!-- ANSWER loss -->`` and ``<!-- END ANSWER loss -->``.
    What is written elsewhere in it moves to the notes at its end; the file as it was stays as
    ``report.md.bak``. Samples are never chosen by hand.

    Examples
    --------
    >>> lab.report(run, valid=splits.valid, test=splits.test, train=splits.train)  # doctest: +SKIP
    The report is in report: report.md, report.html, report.pdf. No words yet on: text, size, loss …
    """
    began = time.perf_counter()
    run = _open_run(run, checkpoint_dir)
    title = _one_line("title", title)
    author = _one_line("author", author)
    given = {"valid": valid, "test": test, "train": train}
    splits = {name: None if given[name] is None else as_corpus(name, given[name]) for name in SPLITS}
    writing = _check_writing(run, nsamples, length, temperature, top_k, top_p, seed, prefix)
    tables = {
        "sweep": _read_table("sweep", sweep),
        "model_sizes": _read_table("model_sizes", model_sizes),
        "corpus_sizes": _read_table("corpus_sizes", corpus_sizes),
    }
    parts = parts_with(questions)
    shown = whole_number("shown", shown, 1)
    added = {name: blocks_of(name, items) for name, items in (evidence or {}).items()}
    check_names("evidence", added, parts)
    check_names("answers", answers or {}, parts)
    places.check_given(answers or {})
    check_texts(run, splits)
    _check_tables(tables)
    folder = make_folder(folder_path("folder", folder))
    _read_old(folder)
    found = _findings(run, splits, tables, writing, shown, model_dir)
    measure(found, folder / KEPT, model_dir)
    sections, made = _sections(found, parts, added, began)
    names = tuple(question.name for _, asked in parts for question in asked)
    contents = Contents(
        title or f"What fine-tuning {found.base_name or 'the model'} did: the run {run.name}",
        author,
        _about(found),
        sections,
        made,
        names,
        dict.fromkeys(names, ""),
    )
    return _write(contents, folder, found, answers or {})


def _open_run(run, checkpoint_dir):
    if isinstance(run, str):
        run = Run.open(run, checkpoint_dir)
    if not isinstance(run, Run):
        raise ArgumentError(
            f"run is of type {type(run).__name__}; give a Run, or the name of one, for example 'run1'."
        )
    if run.history["loss"].dropna().empty:
        raise ArgumentError(f"The run {run.name} has no losses yet; fine-tune for some steps first.")
    return run


def _check_writing(run, nsamples, length, temperature, top_k, top_p, seed, prefix):
    hparams = checkpoints.read_hparams(run.folder)
    check_prefix(prefix)
    begin = {} if prefix is None else {"prefix": prefix, "include_prefix": False}
    taken = len(load_encoder(run.folder).encode(prefix)) if begin else 1
    if taken >= hparams["n_ctx"]:
        raise ArgumentError(
            f"prefix fills the window of {hparams['n_ctx']:,} tokens; keep its last part and leave room to"
            " write."
        )
    what = (
        "the window less what the samples begin with" if begin else "the window less one token to start from"
    )
    return begin | {
        "nsamples": whole_number("nsamples", nsamples, 2),
        "length": whole_number("length", length, 1, hparams["n_ctx"] - taken, what),
        "temperature": real_number("temperature", temperature, low=0),
        "top_k": whole_number("top_k", top_k, 0, hparams["n_vocab"], "the size of the vocabulary"),
        "top_p": real_number("top_p", top_p, low=0, high=1),
        "seed": whole_number("seed", seed, 0, 2**64 - 1),
    }


def _read_table(name, given):
    if isinstance(given, (str, Path)):
        import pandas as pd

        try:
            return pd.read_csv(io.StringIO(read_text(given)))
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise TextError(
                f"{given} is no table with commas ({error}); give the CSV file of {name}."
            ) from error
    return given


def _check_tables(tables):
    from gpt2lab import plots

    draw = {
        "sweep": plots.quality_diversity,
        "model_sizes": plots.model_sizes,
        "corpus_sizes": plots.corpus_sizes,
    }
    for name, table in tables.items():
        if table is not None:
            draw[name](table)  # refuses another table, before minutes are spent on measuring


def _one_line(name, text):
    if text is not None and not (isinstance(text, str) and text.strip()):
        raise ArgumentError(f"{name}={text!r} is no text; give words, or leave it out.")
    return text and " ".join(text.split())


def _findings(run, splits, tables, writing, shown, model_dir):
    name, _ = base_of(run, model_dir)
    step = tuned_step(run)
    parameters = parameter_count(**checkpoints.read_hparams(run.folder))
    return Findings(
        run,
        name and find_card(name).name,
        f"{run.name}, step {step}",
        parameters,
        splits,
        tables,
        writing,
        shown,
    )


def _about(found):
    best = found.run.best_step
    chosen = (
        "the step with the lowest validation loss"
        if best is not None and found.tuned_name.endswith(f"step {best}")
        else "the newest step"
    )
    worse = (
        " The validation loss was lowest before the first step: fine-tuning made it worse."
        if best == 0
        else ""
    )
    return (
        (
            "Each question of the course stands here with the figures and tables that answer it. Before is"
            f" {found.base_name or 'the model'} as it was pretrained; after is {found.tuned_name},"
            f" {chosen}.{worse} All figures, tables and captions were computed from the run; the words in the"
            " marked places are the author's own."
        ),
    )


def _sections(found, parts, added, began):
    """The questions with their evidence, figures and tables numbered in the order of the page; and how it
    all was made.
    """
    from gpt2lab.report.evidence import EVIDENCE

    numbers = {Picture: 0, Table: 0}

    def number_blocks(blocks):
        for block in blocks:
            numbers[type(block)] = number = numbers.get(type(block), 0) + 1
            yield number, block

    sections = []
    for title, asked in parts:
        shown = []
        for question in asked:
            own = added.get(question.name, [])
            blocks = EVIDENCE[question.name](found) if question.name in EVIDENCE else []
            if question.name == "author" and own:
                blocks = blocks[:-1]  # what was missing is there
            shown.append(Section(question, list(number_blocks([*blocks, *own]))))
        sections.append((title, tuple(shown)))
    return tuple(sections), list(number_blocks(how_it_was_made(found, time.perf_counter() - began)))


def _read_old(folder):
    """The report in a folder and the one that gpt2lab wrote there last, taken apart; (None, None) if there is
    none.

    Raises
    ------
    TextError
        If a file of that name is somebody else's, or a mark is damaged.
    """
    path = folder / MARKDOWN
    if not path.exists():
        others = [name for name in (PAGE, PRINTED, SAMPLES) if (folder / name).exists()]
        if others:
            raise TextError(
                f"{folder / others[0]} is there without a {MARKDOWN} of gpt2lab beside it; move it away or"
                " choose another folder, so that it is not overwritten."
            )
        return None, None
    if path.is_file() and not path.read_bytes().strip():
        return None, None  # an empty file has no words to lose
    found = places.read(read_text(path), path)
    last = folder / KEPT / LAST
    try:
        return found, places.read(clean(last.read_text(encoding="utf-8")), last)
    except (OSError, TextError, UnicodeDecodeError):
        return found, None


def _write(contents, folder, found, given):
    from gpt2lab.report.markdown import markdown
    from gpt2lab.report.page import page
    from gpt2lab.report.printing import find_browser, print_page

    pictures = {block.name: block.figure.png() for block in _blocks(contents) if isinstance(block, Picture)}
    make_folder(folder / contents.figures)
    for name, content in pictures.items():
        write_bytes(folder / contents.figures / f"{name}.png", content)
    old, last = _read_old(folder)  # only now: somebody may have written while it was measured
    if old is not None:
        fresh = places.read(markdown(contents), folder / MARKDOWN)
        contents.answers.update(places.keep_words(old, last or fresh, contents.names))
    merged, ignored = places.merge_words(contents.answers, given, last.answers if last else {})
    contents.answers.update(merged)
    if ignored:
        warnings.warn(
            f"{folder / MARKDOWN} has other words on {', '.join(ignored)} than those given, and they are"
            " kept; change them there.",
            stacklevel=3,
        )
    text = markdown(contents).encode()
    if old is not None:
        write_bytes(folder / f"{MARKDOWN}.bak", (folder / MARKDOWN).read_bytes())
    write_bytes(folder / MARKDOWN, text)
    write_bytes(folder / KEPT / LAST, text)
    write_bytes(folder / SAMPLES, _samples_csv(found))
    write_bytes(folder / PAGE, page(contents, pictures, folder).encode())
    chromium = find_browser()
    printed = chromium and print_page(folder / PAGE, chromium)
    if printed:
        write_bytes(folder / PRINTED, printed)
    else:
        (folder / PRINTED).unlink(missing_ok=True)  # an earlier one would say something else than the page
    unanswered = tuple(name for name in contents.names if not contents.answers[name] and name != "notes")
    return Report(folder, folder / MARKDOWN, folder / PAGE, folder / PRINTED if printed else None, unanswered)


def _blocks(contents):
    for _, sections in contents.parts:
        for section in sections:
            yield from (block for _, block in section.numbered)
    yield from (block for _, block in contents.made)


def _samples_csv(found):
    from gpt2lab.report.evidence import shown_samples

    buffer = io.StringIO(newline="")
    drawn = set(shown_samples(found))
    rows = csv.writer(buffer)
    rows.writerow(["number", "shown", *found.samples])
    for number, texts in enumerate(zip(*found.samples.values()), 1):
        rows.writerow([number, "yes" if number in drawn else "no", *texts])
    return buffer.getvalue().encode()
