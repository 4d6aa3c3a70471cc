"""The figures, tables and words that answer each question, computed from what a report was given."""

import math
import random

from gpt2lab import plots
from gpt2lab.base.wording import join_words, pluralize
from gpt2lab.corpus.document import author_prefix
from gpt2lab.corpus.splits import measure_size
from gpt2lab.experiments.laws import HOFFMANN, scaling_laws
from gpt2lab.experiments.sweep import GRID, HUMAN, USUAL
from gpt2lab.measures.complexity import NAMES, complexity
from gpt2lab.measures.copying import copied, copied_share
from gpt2lab.measures.human import human_samples
from gpt2lab.measures.of_samples import MEASURES, TITLES, measure_samples
from gpt2lab.measures.overlap import compare_overlap
from gpt2lab.measures.perplexity import compare_perplexity
from gpt2lab.measures.words import words
from gpt2lab.report.blocks import Missing, Picture, Samples, Table, Words, format_value, table_of
from gpt2lab.report.settings import changed_settings
from gpt2lab.training.diagnosis import recent_means

SIDES = ("before", "after")
_PARTS = {"train": "training", "valid": "validation", "test": "test"}
_SIZES = {"documents": "{:,}", "characters": "{:,}", "MB": "{:.3f}", "tokens": "{:,}"}
_RECORDED = {"train": "text", "valid": "valid"}  # what `run.json` calls them
_COMPLEXITY = {
    "sentence_words": "words per sentence",
    "word_letters": "letters per word",
    "distinct_2": "dist-2",
    "repetition_4": "repeated 4-grams",
    "known_words": "known words",
    "known_3grams": "known 3-grams",
}


def text(found):
    blocks = [Words(f"The text that the model learned from has {_size_in_words(found)}.")]
    if not found.samples:
        return blocks
    number = len(found.samples["after"])
    seed = found.writing["seed"]
    drawn = shown_samples(found)
    each = (
        f"{pluralize(number, 'sample')} that {'each model' if len(found.samples) > 1 else 'the model'} wrote"
        " without a prompt"
    )
    numbers = f"{'number' if len(drawn) == 1 else 'numbers'} {join_words(drawn)}"
    blocks.append(
        Words(
            f"Of the {each}, the report shows {len(drawn)}, {numbers}, drawn at random with seed {seed} and"
            " not chosen by anybody. The same numbers are shown of both models."
            " All samples are in `samples.csv`."
        )
    )
    names = {"before": found.base_name, "after": found.tuned_name}
    blocks += [
        Samples(
            tuple(
                (f"Sample {place}, {side} fine-tuning ({names[side]})", found.samples[side][place - 1])
                for side in found.samples
            )
        )
        for place in drawn
    ]
    return blocks + _no_base(found)


def shown_samples(found):
    """Numbers of the samples that are shown, from 1, drawn at random."""
    number = len(found.samples["after"])
    return sorted(
        1 + place
        for place in random.Random(found.writing["seed"]).sample(range(number), min(found.shown, number))
    )


def size(found):
    recorded = found.run.configuration.get("text")
    parameters = found.parameters
    if not recorded or parameters is None:
        return [
            Missing(
                "the size of the text beside that of the model",
                "fine-tune with `lab.finetune(…)`, which writes both down; this run has no `run.json`.",
            )
        ]
    characters = recorded["characters"]
    tokens = recorded["tokens"]
    history = found.run.history
    rows = [
        ("characters", f"{characters:,}", f"{characters / parameters:.3g}"),
        ("tokens", f"{tokens:,}", f"{tokens / parameters:.3g}"),
        (
            "tokens read while training",
            f"{int(history['tokens'].max()):,}",
            f"{history['tokens'].max() / parameters:.3g}",
        ),
    ]
    asked = scaling_laws([found.base_name])[HOFFMANN].iloc[0] if found.base_name else math.nan
    if asked == asked:
        rows.append(
            (f"tokens to train it from nothing ({HOFFMANN})", f"{asked:,.0f}", f"{asked / parameters:.3g}")
        )
    for_one = (
        f"{parameters / tokens:,.0f} parameters for each token"
        if parameters > tokens
        else f"{tokens / parameters:,.1f} tokens for each parameter"
    )
    blocks = [
        Words(
            f"The model has {parameters:,} parameters, the text {tokens:,} tokens ({characters:,}"
            f" characters): {for_one}."
            f" While training the model read the text {history['epoch'].max():.1f} times."
        ),
        Table(
            "Size of the text, and the same for each parameter of the model.",
            ("what", "number", "for each parameter"),
            tuple(rows),
        ),
    ]
    table = found.tables["corpus_sizes"]
    if table is None:
        return [
            *blocks,
            Missing(
                "what shorter and longer texts do", "give `corpus_sizes=lab.experiments.corpus_sizes(…)`."
            ),
        ]
    return [*blocks, Picture("corpus-sizes", plots.corpus_sizes(table))]


def loss(found):
    history = found.run.history
    trained = history.dropna(subset=["loss"])
    measured = history.dropna(subset=["valid_loss"])
    places = {trained.index[0]: "first step", trained.index[-1]: "last step"}
    if len(measured):
        places = {
            measured.index[0]: "before the first step" if measured["step"].iloc[0] == 0 else "first measured",
            **places,
        }
        lowest = measured["valid_loss"].idxmin()
        places[lowest] = (
            f"{places[lowest]}, lowest validation loss" if lowest in places else "lowest validation loss"
        )
    means, size = recent_means(trained["loss"])
    history = history.assign(recent=means)
    rows = history.loc[sorted(places), ["step", "epoch", "loss", "recent", "valid_loss"]]
    rows.index = [places[place] for place in rows.index]
    forms = {"step": "{:,.0f}", "epoch": "{:.2f}"} | dict.fromkeys(("loss", "recent", "valid_loss"), "{:.3f}")
    names = {"loss": "training loss", "recent": f"mean of {size} steps", "valid_loss": "validation loss"}
    blocks = [
        Picture("loss", plots.loss(found.run)),
        table_of(rows, "Losses in nats per token.", forms, "when", names),
    ]
    if measured.empty:
        blocks.append(
            Missing(
                "the validation loss",
                "fine-tune with `valid=…`; without it nobody can say whether the model learned by heart.",
            )
        )
    return blocks


def over_fitting(found):
    diagnosis = found.run.diagnosis()
    blocks = [Words(f"Diagnosis: **{diagnosis.verdict}**. {diagnosis.explanation}")]
    if diagnosis.gap == diagnosis.gap:
        error = (
            f" (standard error {diagnosis.gap_error:.3f})"
            if diagnosis.gap_error == diagnosis.gap_error
            else ""
        )
        blocks.append(
            Words(
                "At the end the validation loss less the training"
                f" loss is {diagnosis.gap:+.3f} nats per token{error}."
            )
        )
    if found.run.record["copied"].notna().sum() > 1:
        blocks.append(Picture("copying", plots.copying(found.run)))
    train = found.splits["train"]
    if train is None or not found.samples:
        return [
            *blocks,
            Missing(
                "how much of the samples stands word for word in the training text",
                "give `train=`, the text that the run learned from.",
            ),
        ]
    sets = _sets(found)
    spans = {name: copied(texts, train) for name, texts in sets.items()}
    rows = tuple(
        (
            name,
            format_value(100 * copied_share(texts, train), "{:.1f} %"),
            format_value(100 * spans[name]["share_8"].mean(), "{:.2f} %"),
            format_value(spans[name]["words"].max()),
            format_value(spans[name]["characters"].max()),
        )
        for name, texts in sets.items()
    )
    longest = spans["after"].loc[spans["after"]["characters"].idxmax()]
    blocks.append(
        Table(
            "How much of each set of texts stands word for word in the training text.",
            (
                "texts",
                "words in stretches of 8 or more",
                "8-grams",
                "longest stretch, in words",
                "in characters",
            ),
            rows,
        )
    )
    if longest["characters"]:
        blocks.append(Words(f"The longest stretch that the fine-tuned model copied, from {longest['name']}:"))
        blocks.append(Samples((("Copied", " ".join(longest["span"].split())),)))
    return blocks


def other_size(found):
    blocks = []
    train = found.splits["train"]
    table = found.tables["model_sizes"]
    if table is None:
        blocks.append(
            Missing(
                "the other size of model",
                "give `model_sizes=lab.experiments.model_sizes(…)`, or fine-tune the other size and put what "
                'you measure here with `evidence={"complexity": [...]}`.',
            )
        )
    else:
        blocks.append(Picture("model-sizes", plots.model_sizes(table)))
        compared = getattr(table, "complexity", None)
        if compared is not None:
            blocks.append(
                table_of(
                    compared,
                    "How complex the texts of each size are, beside human text.",
                    first="texts",
                    names=_COMPLEXITY,
                )
            )
    if train is not None and found.samples:
        rows = {
            name: complexity(texts, train) for name, texts in _sets(found).items() if any(map(words, texts))
        }
        compared = tuple(
            (name, *(format_value(getattr(row, measure)) for measure in NAMES)) for name, row in rows.items()
        )
        blocks.append(
            Table(
                "How complex the samples are, and how much of them people say too (known:"
                " in the training text).",
                ("texts", *(_COMPLEXITY[name] for name in NAMES)),
                compared,
            )
        )
    return blocks


def perplexities(found):
    blocks = []
    parts = dict.fromkeys(part for part, _ in found.perplexities)
    rows = []
    for part in parts:
        before, after = (found.perplexities.get((part, side)) for side in SIDES)
        change = f"{after.perplexity / before.perplexity - 1:+.1%}" if before else "–"
        rows.append(
            (
                _PARTS[part],
                f"{after.tokens:,}",
                f"{before.perplexity:.2f}" if before else "–",
                f"{after.perplexity:.2f}",
                change,
                f"{before.bits_per_byte:.4f}" if before else "–",
                f"{after.bits_per_byte:.4f}",
            )
        )
    if rows:
        caption = (
            f"Perplexity before ({found.base_name}) and after fine-tuning ({found.tuned_name}) on text that"
            " the model did not learn from: the lower, the less the text surprises the model."
        )
        blocks.append(
            Table(
                caption,
                (
                    "text",
                    "tokens",
                    "before",
                    "after",
                    "change",
                    "bits per byte before",
                    "bits per byte after",
                ),
                tuple(rows),
            )
        )
    for part in parts:
        if len(found.perplexities) > len(parts):  # of both models
            compared = compare_perplexity(
                found.perplexities[part, "before"], found.perplexities[part, "after"]
            )
            blocks.append(Picture(f"perplexity-{part}", plots.perplexity(compared)))
    blocks += [
        Missing(
            f"the perplexity on {_PARTS[part]} text",
            f"give `{part}=`, text that was held out (`corpus.split(…).{part}`),"
            f" or `--{part} FILE` in a terminal.",
        )
        for part in ("valid", "test")
        if part not in parts
    ]
    return blocks + _no_base(found)


def overlap(found):
    test = found.splits["test"]
    train = found.splits["train"]
    if test is None or len(found.samples) < 2:
        missing = Missing(
            "the overlap of the samples with the test text",
            "give `test=`, text that was held out, or `--test FILE` in a terminal.",
        )
        return [missing] * (test is None) + _no_base(found)
    compared = compare_overlap(
        found.samples["before"], found.samples["after"], test, human=train, seed=found.writing["seed"]
    )
    number = len(found.samples["after"])
    few = "" if number >= 100 else " The course asks for at least 100 of each."
    frame = compared.table.drop("shared_types")
    frame.index = [name.replace("_", " ") for name in frame.index]
    return [
        Words(
            f"{pluralize(number, 'sample')} of each model, {found.writing['length']} tokens at most, against"
            f" the test text.{few}"
        ),
        Picture("overlap", plots.overlap(compared)),
        table_of(
            frame,
            "In common with the test text; low and high bound the 95 % interval of the difference, and more"
            " says which set has more where that is more than chance.",
            dict.fromkeys(frame.columns.drop("more"), "{:.3f}"),
            "measure",
        ),
    ]


def sampling(found):
    blocks = _diversity(found) if found.samples else []
    table = found.tables["sweep"]
    if table is None:
        return [
            *blocks,
            Missing(
                "settings of sampling side by side",
                "give `sweep=lab.sweep(lm, reference=test)`, or `--sweep FILE` with what "
                "`gpt2lab sweep … --output FILE` wrote.",
            ),
        ]
    if (table["parameter"] != GRID).all():
        blocks.append(Picture("sweep", plots.sweep(table)))
    return [*blocks, Picture("quality-diversity", plots.quality_diversity(table)), _sweep_table(table)]


def _diversity(found):
    varied = {measure.title: measure for measure in MEASURES if measure.more_varied}
    higher, lower = (
        join_words(title for title, measure in varied.items() if measure.more_varied == way)
        for way in ("higher", "lower")
    )
    sets = _sets(found)
    rows = []
    for name, texts in sets.items():
        values = measure_samples(texts)
        cells = (format_value(values[measure.column], "{:.3f}") for measure in varied.values())
        rows.append((name, *cells, f"{values['words']:.1f}"))
    human = "" if "human" in sets else " Human text is missing: give `test=` or `valid=`."
    return [
        Words(
            f"{_drawn_in_words(found.writing)} Equal numbers of samples of equal length can be"
            f" compared.{human}"
        ),
        Table(
            f"Diversity of the samples: {higher} are higher, {lower} lower, the more varied the samples are.",
            ("texts", *varied, "words per sample"),
            tuple(rows),
        ),
    ]


def _sweep_table(table):
    grid = (table["parameter"] == GRID).any()
    frame = table[[*(USUAL if grid else ()), *(column for column in TITLES if column in table)]].copy()
    frame.index = [
        (
            "human text"
            if row["parameter"] == HUMAN
            else "combination"
            if row["parameter"] == GRID
            else f"{row['parameter']} {row['value']:g}"
        )
        for _, row in table.iterrows()
    ]
    caption = (
        f"The sweep in numbers, {'all combinations' if grid else 'each setting varied alone'}; top_k 0 and"
        " top_p 0 cut nothing."
    )
    return table_of(frame, caption, first="varied", names=TITLES)


def dataset(found):
    encoder = found.encoder
    rows = {}
    for part, corpus in found.splits.items():
        if corpus is not None:
            rows[part] = measure_size(corpus, encoder)
        elif part != "test" and found.run.configuration.get(_RECORDED[part]):
            rows[part] = found.run.configuration[_RECORDED[part]]
    table = tuple(
        (_PARTS[part], *(format_value(row.get(name), form) for name, form in _SIZES.items()))
        for part, row in rows.items()
    )
    authors = sorted({author for corpus in found.splits.values() if corpus for author in corpus.authors})
    blocks = (
        [Table("The splits of the dataset (MB: million bytes of UTF-8).", ("split", *_SIZES), table)]
        if table
        else []
    )
    if authors:
        blocks.append(Words(f"The documents have {pluralize(len(authors), 'author')}."))
    absent = [part for part, corpus in found.splits.items() if corpus is None]
    if absent:
        named = join_words([_PARTS[part] for part in absent])
        blocks.append(
            Missing(
                f"the size in MB of the {named} text",
                f"give {join_words([f'`{part}=`' for part in absent])}.",
            )
        )
    return blocks


def author(found):
    train = found.splits["train"]
    prefixed = sum(
        document.text.startswith(author_prefix(document.author))
        for document in train or ()
        if document.author
    )
    blocks = []
    if prefixed:
        blocks = [
            Words(
                f"{prefixed:,} of {pluralize(len(train), 'document')} in the training text begin with their"
                f" author, as in `{author_prefix(train.authors[0])}`."
            )
        ]
    return [
        *blocks,
        Missing(
            "what a prefix does",
            "fine-tune on `corpus.with_author_prefix()`, measure, and put the figures here with "
            '`evidence={"author": [...]}`.',
        ),
    ]


def flags(found):
    return changed_settings(found.run)


def _sets(found):
    """Samples before and after, and human text of the same lengths where there is some that was held out."""
    sets = {side: found.samples[side] for side in SIDES if side in found.samples}
    held_out = found.splits["test"] or found.splits["valid"]
    return sets | (
        {"human": human_samples(held_out, like=sets["after"], seed=found.writing["seed"])}
        if held_out is not None
        else {}
    )


def _no_base(found):
    return [Missing("the model before fine-tuning", f"{found.left_out}.")] if found.left_out else []


def _drawn_in_words(writing):
    cuts = "".join(f", {name} {writing[name]:g}" for name in ("top_k", "top_p") if writing[name])
    begin = f", after {writing['prefix']!r}" if "prefix" in writing else ""
    return (
        f"{pluralize(writing['nsamples'], 'sample')} of each model{begin}, at most"
        f" {pluralize(writing['length'], 'token')}, at temperature"
        f" {writing['temperature']:g}{cuts or ' without cuts'}, seed {writing['seed']}."
    )


def _size_in_words(found):
    recorded = found.run.configuration.get("text")
    if recorded is None:
        return "a size that plain gpt-2-simple did not write down"
    return (
        f"{pluralize(recorded['documents'], 'document')}, {pluralize(recorded['characters'], 'character')}"
        f" and {pluralize(recorded['tokens'], 'token')}"
    )


# In the order of the questions.
EVIDENCE = {
    "text": text,
    "size": size,
    "loss": loss,
    "over-fitting": over_fitting,
    "complexity": other_size,
    "perplexity": perplexities,
    "overlap": overlap,
    "sampling": sampling,
    "dataset": dataset,
    "author": author,
    "flags": flags,
}
