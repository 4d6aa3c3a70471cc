"""What a report asks: the activities of the two documents of the course, one question each."""

import re
from dataclasses import dataclass

from gpt2lab.base.arguments import one_of
from gpt2lab.errors import ArgumentError


@dataclass(frozen=True)
class Question:
    """A question of the report.

    Attributes
    ----------
    name : str
        By which the student's words find their place again, whatever else changes.
    title : str
        Its heading.
    prompt : str
        The question itself.
    """

    name: str
    title: str
    prompt: str


_FINE_TUNING = (
    Question(
        "text",
        "The text",
        "Which text did you choose, and why? What in the samples shows that the model has read it?",
    ),
    Question(
        "size",
        "Size of the text and of the model",
        "Relate the size of the text to the number of parameters. Is there enough text to change all of them?"
        " What would you expect of ten times as much text, and of a tenth?",
    ),
    Question(
        "loss",
        "The loss",
        "How did the loss go while the model was trained? Where did it fall quickly, where slowly, and would"
        " more steps have helped?",
    ),
    Question(
        "over-fitting",
        "Over-fitting",
        "Is the loss at or near 0, and does the model know the text by heart? Say which figures you judge by,"
        " and what they would be if it did.",
    ),
    Question(
        "complexity",
        "The other size of model",
        "Compare what the two sizes of model write. Whose text is more complex, and whose is easier to"
        " understand? Quote what you judge by.",
    ),
)
_GENERATION = (
    Question(
        "perplexity",
        "Perplexity before and after",
        "By how much did fine-tuning lower the perplexity on the validation and on the test text, and why do"
        " the two differ? For comparison: in the document that this course follows it went from 27.07 to"
        " 19.99 (validation) and from 23.51 to 18.39 (test) with 355M and 3,000 steps on presidential"
        " speeches, and from 111.17 to 26.26 and from 111.77 to 26.51 with 200 steps on tweets.",
    ),
    Question(
        "overlap",
        "Overlap with the test text",
        "Do the samples of the fine-tuned model have more words in common with the test text than those of"
        " the model before? Is that what you expected, and is it more than chance?",
    ),
    Question(
        "sampling",
        "Strategies of sampling",
        "What do temperature, top_k and top_p do to the diversity of the samples, and what does diversity"
        " cost? Which setting comes nearest to people?",
    ),
    Question(
        "dataset",
        "The dataset",
        "Describe your dataset: where it comes from, what one document is, how large each split is, and how"
        " you split it.",
    ),
    Question(
        "author",
        "Writing like one author",
        "Each line was given its author as a prefix, such as \\paulg- … . Does the model write differently"
        " when you ask for another author? How do you know?",
    ),
    Question(
        "flags",
        "Settings that you changed",
        "Which settings did you have to change (save_every, accumulate_gradients, epochs, …), and what did"
        " each do?",
    ),
)
_CONCLUSION = (
    Question(
        "findings",
        "What you found",
        "What did you find? Say in three sentences what surprised you and what you would try next.",
    ),
    Question("notes", "Notes", "Anything else that you want to keep."),
)
PARTS = (
    ("Fine-tuning the GPT-2 model", _FINE_TUNING),
    ("Fine-tuning GPT-2 for natural language generation", _GENERATION),
    ("Conclusion", _CONCLUSION),
)
OWN = "Further questions"
NOTES = "notes"  # where words go whose place is gone
NAMES = tuple(question.name for _, questions in PARTS for question in questions)


def parts_with(further=None):
    """The parts of a report with further questions before the conclusion: tuple of (title, questions).

    Raises
    ------
    ArgumentError
        If the further questions are no dictionary of texts, or have a name that cannot be used.
    """
    if not further:
        return PARTS
    if not hasattr(further, "items"):
        raise ArgumentError(
            f"questions is of type {type(further).__name__}; give a dictionary from a short name to the"
            " question, for example {'poems': 'Do the samples rhyme?'}."
        )
    for name, prompt in further.items():
        if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", name) or name in NAMES:
            raise ArgumentError(
                f"questions has the name {name!r}; give one of its own, in small letters, digits and '-', for"
                " example 'poems'."
            )
        if not isinstance(prompt, str) or not prompt.strip():
            raise ArgumentError(f"questions[{name!r}] is no text; give the question as a string.")
    own = tuple(
        Question(name, name.replace("-", " ").capitalize(), " ".join(prompt.split()))
        for name, prompt in further.items()
    )
    return (*PARTS[:-1], (OWN, own), PARTS[-1])


def check_names(argument, names, parts):
    """Check that all names are those of questions.

    Raises
    ------
    ArgumentError
        Otherwise; the message lists them.
    """
    for name in names:
        one_of(
            f"a name in {argument}", name, [question.name for _, questions in parts for question in questions]
        )
