import math

import gpt2lab as lab

NATS, TOKENS, BYTES = 3.7, 8000, 30_000
PANEL = lab.widgets.reading_test(
    {name: [f"My fellow {i}" for i in range(10)] for name in ("1M", "3M")}, pairs=10
)
EXPLAINED = (
    "The loss of the larger model is lower, but in the reading test I could not tell them apart: ten answers"
    " are few."
)

EXERCISES = {
    "05.1": ((57.0, 40.0), "b", [("a", "30 % lower"), ("c", "30 % lower"), ("yes", "one letter")]),
    "05.2": ((PANEL,), "ABBA-BABBA", [("ABBA", "4 letters"), ("ABBA-BABBX", "'X'"), (12, "int")]),
    "05.3": (
        (NATS, TOKENS, BYTES),
        NATS * TOKENS / BYTES / math.log(2),
        [
            (NATS * TOKENS / BYTES, "nats per byte"),
            (NATS * TOKENS / BYTES * math.log(2), "multiplied"),
            (NATS / math.log(2), "bits per token"),
            (NATS * BYTES / TOKENS / math.log(2), "round"),
            (NATS * TOKENS / math.log(2), "whole text"),
            (NATS * TOKENS, "nats of the whole text"),
            (math.exp(NATS), "perplexity"),
            (NATS * TOKENS / BYTES / math.log10(2), "base 10"),
            (17, "too large"),
            ("1.4", "without quotes"),
        ],
    ),
    "05.4": (
        (60, 0.1, 0.26),
        156,
        [
            (60 * 0.1 / 0.26, "round"),
            (2.6, "How many does that make"),
            (60 * 0.26, "in seconds"),
            (60, "quicker"),
            (60 * 0.16, "earlier"),
            (1000, "too large"),
        ],
    ),
    "05.5": (
        (),
        EXPLAINED,
        [
            ("It is larger.", "3 words"),
            (
                (
                    "The larger one writes so much better in every way that I think it is worth all that it"
                    " costs us"
                ),
                "name at least one column",
            ),
            (
                (
                    "The loss of the larger model is lower and so is its perplexity and that is all there is"
                    " to say"
                ),
                "your reading",
            ),
            (3, "three quotes"),
        ],
    ),
}

ALIKE = {"05.2": ("A" * 10, "BABABABABA"), "05.5": (EXPLAINED, EXPLAINED + " So there.")}

SOURCES = {
    "05.2": [
        ('answers = "ABBA"', "4 letters"),
        ('answers = "ABBA-BABBX"', "'X'"),
        ("answers = 7", "int"),
        ("answers = ''", "Not answered yet"),
    ],
    "05.3": [
        ("bits_a_byte = 1.4496", "too small"),
        ("bits_a_byte = 3.759 * 8019 / 29_990 / math.log(2)", "too small"),
        ("bits_a_byte = nats * tokens / text_bytes", "nats per byte"),
        ("bits_a_byte = nats * tokens / text_bytes * math.log(2)", "You multiplied"),
        ("bits_a_byte = nats / math.log(2)", "bits per token"),
        ("bits_a_byte = nats * text_bytes / tokens / math.log(2)", "Turn the fraction round"),
        ("bits_a_byte = nats * tokens / math.log(2)", "bits of the whole text"),
        ("bits_a_byte = nats * tokens", "nats of the whole text"),
        ("bits_a_byte = math.exp(nats)", "perplexity"),
        ("bits_a_byte = nats * tokens / text_bytes / math.log10(2)", "base 10"),
        ("bits_a_byte = table.loc[SMALLEST, 'test_bits_per_byte']", "too large"),
        ("bits_a_byte = table['test_bits_per_byte']", "one number is asked for"),
    ],
    "05.4": [
        ("equal_time_steps = 102", "too small"),
        ("equal_time_steps = STEPS * seconds[SMALLEST] / seconds[LARGEST]", "Turn the fraction round"),
        ("equal_time_steps = seconds[LARGEST] / seconds[SMALLEST]", "How many does that make in all"),
        ("equal_time_steps = STEPS * seconds[LARGEST]", "time in seconds"),
        ("equal_time_steps = STEPS", "is quicker"),
        ("equal_time_steps = STEPS * (seconds[LARGEST] - seconds[SMALLEST])", "done earlier"),
        ("equal_time_steps = STEPS * parameters[LARGEST] / parameters[SMALLEST]", "too large"),
        ("equal_time_steps = STEPS * seconds", "one number is asked for"),
    ],
    "05.5": [
        ('explanation = "It is larger."', "3 words"),
        (
            (
                'explanation = "The larger one writes so much better in every way that I think it is worth'
                ' all that it costs us"'
            ),
            "name at least one column",
        ),
        (
            (
                'explanation = "The loss of the larger model is lower and so is its perplexity and that is'
                ' all there is to say"'
            ),
            "your reading",
        ),
        ("explanation = 0.78", "three quotes"),
    ],
}

ALSO_RIGHT = {
    "05.2": ['answers = "-BABABABAB"', "answers = panel.answers", 'answers = "AB" * 5'],
    "05.3": [
        "bits_a_byte = table.loc[LARGEST, 'test_bits_per_byte']",
        "import numpy as np\nbits_a_byte = nats * tokens / text_bytes / np.log(2)",
        "bits = nats * tokens * math.log2(math.e)\nbits_a_byte = bits / text_bytes",
        (
            "bits_a_byte = table.test_loss[LARGEST] * table.test_tokens[LARGEST] / table.test_bytes[LARGEST]"
            " / math.log(2)"
        ),
    ],
    "05.4": [
        "equal_time_steps = STEPS * (seconds[LARGEST] / seconds[SMALLEST])",
        "time = table.seconds_a_step[LARGEST] * STEPS\nequal_time_steps = int(time / seconds.min())",
        "equal_time_steps = round(STEPS * seconds.loc[LARGEST] / seconds.loc[SMALLEST])",
    ],
    "05.5": [
        (
            "explanation = f'The loss was {table.test_loss[LARGEST]:.2f} against"
            " {table.test_loss[SMALLEST]:.2f}, so the numbers favour the larger model. In my reading I could"
            " not tell them apart: ten pairs are few ({result.numbers}).'"
        ),
        (
            "explanation = 'Yes and no: the larger one wins by 0.4 bpb, but in my choices it was preferred"
            " five times of ten, so I could not say.'"
        ),
    ],
}
