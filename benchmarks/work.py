"""What is measured: a row of the table each."""

from dataclasses import dataclass, field

SHORT_PROMPT = "The people of the United States"
LONG_PROMPT = " ".join(
    [SHORT_PROMPT + " and of every other country want peace, work and a home of their own."] * 25
)
SAMPLING = {"temperature": 0.7, "top_k": 40}
GROUPS = ("opening", "generation", "scoring", "training", "slider")


@dataclass(frozen=True)
class Row:
    """One piece of work, the same for all who can do it.

    Attributes
    ----------
    key, group, title, model : str
        ``key`` and ``model`` together name the row.
    task : str
        The method of the contestants.
    settings : dict
        Its arguments.
    contestants : dict of str to list of dict
        Who takes part, each with the further settings to choose the fastest from (tried once, before the
        rounds).
    absent : dict of str to str
        Who does not, and why.
    warm_up : dict or None
        What is different in the run before the clock starts.
    repetitions : int
        In each process.
    rounds : int or None
        At most so many, for work that takes minutes.
    needs_bytes : dict of str to float
        Free memory without which a contestant is not started.
    """

    key: str
    group: str
    title: str
    model: str
    task: str
    settings: dict
    contestants: dict
    absent: dict = field(default_factory=dict)
    warm_up: dict | None = field(default_factory=dict)
    repetitions: int = 3
    rounds: int | None = None
    needs_bytes: dict = field(default_factory=dict)


def everyone(**candidates):
    """All three; ``candidates`` by name with underscores."""
    return {
        name: candidates.get(name.replace("-", "_"), [{}])
        for name in ("gpt2lab", "gpt-2-simple", "transformers")
    }


def rows(quick=False):
    """All rows in the order of the table; ``quick`` makes the work small, so that it shows that all runs and
    not how fast.
    """
    return [*opening(), *generation(quick), *scoring(quick), *training(quick), *slider()]


def opening():
    return [
        Row("open", "opening", "open the model", model, "open", {}, everyone(), repetitions=2)
        for model in ("3M", "124M")
    ]


def generation(quick):
    one = {"prompt": SHORT_PROMPT, "samples": 1, **SAMPLING}
    caches = [{"cache": None}, {"cache": "static"}]
    found = []
    for model in ("1M", "3M", "124M"):
        if model != "1M":
            found += [
                Row(
                    "generate-20",
                    "generation",
                    "20 tokens after a short prompt",
                    model,
                    "generate",
                    {**one, "length": 20},
                    everyone(transformers=caches),
                ),
                Row(
                    "generate-20-built",
                    "generation",
                    "the same, gpt-2-simple's graph built before",
                    model,
                    "generate",
                    {**one, "length": 20, "built": True},
                    {"gpt-2-simple": [{}]},
                    dict.fromkeys(("gpt2lab", "transformers"), "as above"),
                ),
                Row(
                    "generate-100",
                    "generation",
                    "100 tokens, one sample",
                    model,
                    "generate",
                    {**one, "length": 20 if quick else 100},
                    everyone(gpt_2_simple=[{"built": True}], transformers=caches),
                ),
            ]
        if model == "124M":
            for name, prompt in (("short", SHORT_PROMPT), ("long", LONG_PROMPT)):
                found += [
                    Row(
                        f"first-{name}",
                        "generation",
                        f"first token after a {name} prompt",
                        model,
                        "generate",
                        {**one, "prompt": prompt, "length": 1},
                        everyone(gpt_2_simple=[{"built": True}]),
                        repetitions=7,
                        rounds=2,
                    ),
                    Row(
                        f"forward-{name}",
                        "generation",
                        f"bare forward pass of the {name} prompt",
                        model,
                        "forward",
                        {"prompt": prompt},
                        everyone(),
                        repetitions=7,
                        rounds=2,
                    ),
                ]
        samples, length = (10, 10) if quick else (100, 100)
        many = {"prompt": SHORT_PROMPT, "samples": samples, "length": length}
        sizes = [{"batch_size": samples // parts} for parts in ((1,) if quick else (1, 2, 5))]
        large = {
            "warm_up": {"samples": 2, "length": 4, "batch_size": 2},
            "repetitions": 1,
            "rounds": 2 if model == "124M" else None,
        }
        found.append(
            Row(
                "generate-many",
                "generation",
                f"{samples} samples of {length} tokens",
                model,
                "generate",
                {**many, **SAMPLING},
                everyone(gpt_2_simple=sizes, transformers=sizes[:2]),
                **large,
            )
        )
        if model == "3M":
            found.append(
                Row(
                    "generate-many-pure",
                    "generation",
                    f"{samples} samples of {length} tokens, temperature 1, no cut",
                    model,
                    "generate",
                    {**many, "temperature": 1.0, "top_k": 0},
                    everyone(gpt_2_simple=sizes, transformers=sizes[:2]),
                    **large,
                )
            )
    without = {name: options for name, options in everyone().items() if name != "gpt-2-simple"}
    no_half = {"gpt-2-simple": "computes in float32 only"}
    found += [
        Row(
            "generate-100-half",
            "generation",
            "100 tokens, one sample, bfloat16 weights",
            "124M",
            "generate",
            {**one, "length": 20 if quick else 100, "precision": "bfloat16"},
            without,
            no_half,
            rounds=2,
        )
    ]
    return found


def scoring(quick):
    tokens = 3000 if quick else 50_000
    found = []
    for model, stride in (("3M", None), ("3M", 512), ("124M", None)):
        large = model == "124M"
        who = everyone(transformers=[{"batch_size": 1}, {"batch_size": 4}])  # which is tried once a model
        absent = {}
        if large or stride:
            who.pop("gpt-2-simple")
            absent = {"gpt-2-simple": "has no scoring; a plain loop over its graph is measured with 3M"}
        found.append(
            Row(
                "score" if stride is None else f"score-{stride}",
                "scoring",
                f"perplexity of {tokens:,} tokens, "
                + ("windows of 1,024" if stride is None else f"stride {stride}"),
                model,
                "score",
                {"tokens": tokens, "stride": stride},
                who,
                absent,
                {"characters": 9000},
                1,
                2 if large else None,
            )
        )
    return found


def training(quick):
    alone = {"gpt-2-simple": "has no such option under TensorFlow 2"}
    found = []
    for model in ("3M", "124M", "355M"):
        for name, title, options in (
            ("train", "training step, 1 x 1,024 tokens, Adam", {}),
            ("train-recompute", "the same, activations recomputed", {"recompute": True}),
            ("train-half", "the same, computed in bfloat16", {"precision": "bfloat16"}),
        ):
            if options and model == "3M":
                continue  # nobody needs them there
            who = everyone()
            if options:
                who.pop("gpt-2-simple")
            found.append(
                Row(
                    name,
                    "training",
                    title,
                    model,
                    "train_step",
                    {"batch_size": 1, **options},
                    who,
                    alone if options else {},
                    repetitions=1 if model == "355M" or quick else 2,
                    rounds=1 if model == "355M" else 2 if options else None,
                    needs_bytes=(
                        {"gpt-2-simple": 20e9, "gpt2lab": 10e9, "transformers": 10e9}
                        if model == "355M"
                        else {}
                    ),
                )
            )
    return found


def slider():
    no = dict.fromkeys(("gpt-2-simple", "transformers"), "has no such table")
    return [
        Row(
            "next-tokens",
            "slider",
            "next tokens after a changed temperature, k or p",
            model,
            "next_tokens",
            {"prompt": SHORT_PROMPT},
            {"gpt2lab": [{}]},
            no,
            repetitions=9,
        )
        for model in ("3M", "124M")
    ]
