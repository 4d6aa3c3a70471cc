"""The blind reading test with buttons, and its static twin: the pairs in print, the key folded away."""

import html
import re
from collections.abc import Sequence

from gpt2lab.base.progress import is_live
from gpt2lab.errors import ArgumentError
from gpt2lab.measures.preference import Preference
from gpt2lab.measures.reading import LEFT, NEITHER, RIGHT, ReadingTest

QUESTION = "Which text is more intelligible: which one makes more sense?"
_CHOICES = ((LEFT, "A is more intelligible"), (RIGHT, "B is more intelligible"), (NEITHER, "I cannot tell"))
_CELL = "text-align:left; vertical-align:top; white-space:normal; overflow-wrap:anywhere; padding:0.4em 0.8em"


def reading_test(samples: dict[str, Sequence[str]], seed: int = 0, pairs: int = 10) -> "ReadingPanel":
    """Read pairs of texts without knowing who wrote which, and say which is more intelligible.

    In a notebook the pairs come one after the other with buttons, which the keyboard reaches too (Tab,
    Enter). Nothing in the page says which writer is which before the last answer is in. Everywhere else, and
    in a saved notebook, the pairs are printed, and ``score`` takes the answers.

    Parameters
    ----------
    samples : dict of str to list of str
        Texts of two writers, for example ``{"1M": small.generate(nsamples=10), "3M":
        large.generate(nsamples=10)}``. Preferences are counted for the second.
    seed : int, default 0
        Decides which texts are put together and which stands left.
    pairs : int, default 10
        At most as many as either has texts.

    Returns
    -------
    ReadingPanel
        With ``test``, the `ReadingTest`; ``answers`` so far; ``result``, a `Preference`, when all are given;
        and ``score("ABBA-…")`` for answers that were written down.

    Raises
    ------
    ArgumentError, TextError
        As `ReadingTest.draw`.

    Examples
    --------
    >>> panel = lab.widgets.reading_test({"1M": texts_of_1M, "3M": texts_of_3M})  # doctest: +SKIP
    >>> print(panel.score("ABBAB-ABAB").explanation)  # doctest: +SKIP
    """
    return ReadingPanel(ReadingTest.draw(samples, pairs, seed))


class ReadingPanel:
    """A reading test and the answers given to it; the last line of a cell shows it.

    Attributes
    ----------
    test : ReadingTest
        The pairs and the key.
    answers : str
        What was answered so far, a letter a pair.
    """

    def __init__(self, test: ReadingTest):
        self.test = test
        self.answers = ""
        self._finished = False
        self._handle = None

    def __repr__(self):
        return (
            f"{self.test}\n\n{QUESTION}\nWrite A or B for each pair, or - where you cannot tell:"
            " panel.score('ABBA-…')."
        )

    def score(self, answers: str) -> Preference:
        """What answers say that were written down; see `ReadingTest.score`."""
        return self.test.score(answers)

    @property
    def result(self) -> Preference | None:
        """The `Preference` of the answers given with the buttons; None before the test is finished."""
        return self.test.score(self.answers) if self._finished else None

    def answer(self, letter: str) -> None:
        """Answer the pair that is shown: ``A``, ``B``, or ``-`` for "cannot tell"."""
        if letter not in (LEFT, RIGHT, NEITHER):
            raise ArgumentError(f"letter={letter!r} is no answer; give 'A', 'B' or '-'.")
        if len(self.answers) < len(self.test):
            self.answers += letter

    def back(self) -> None:
        """Take the last answer back; not once the key was shown."""
        if not self._finished:
            self.answers = self.answers[:-1]

    def finish(self) -> None:
        """Show the result, once every pair is answered."""
        self._finished = len(self.answers) == len(self.test)

    def _ipython_display_(self):
        from IPython.display import display

        if not is_live():
            display(self._twin(unfolded=True), raw=True)
            return
        display(_make_buttons(self))
        self._handle = display(self._twin(unfolded=False), raw=True, display_id=True)

    def _twin(self, unfolded):
        """The static twin as the data of an output. Beside the buttons it is folded, and has the key only
        when the answers are in.
        """
        names = html.escape(" and one of ".join(self.test.names))
        pairs = (
            f"<p>{QUESTION} Each pair has one text of {names}, in an order that nobody can guess.</p>"
            f"{_pairs_html(self.test)}"
        )
        key = "".join(f"<li>{html.escape(line)}</li>" for line in self.test.key_in_words().splitlines())
        key = f"<details><summary>The key: who wrote what. Answer first.</summary><ul>{key}</ul></details>"
        if unfolded:
            how = (
                "Write A or B for each pair, or - where you cannot tell, and give the letters to"
                ' <code>score</code>: <code>"ABBA-…"</code>.'
            )
            body = f"{pairs}<p>{how}</p>{key}"
        elif self._finished:
            # The summary says the result too: of the widget above nothing is left in a notebook that is
            # opened again.
            body = (
                f"<details><summary>{_count_answers(self.result)}</summary>{_result_html(self)}</details>"
                f"<details><summary>All pairs again</summary>{pairs}</details>{key}"
            )
        else:
            summary = "All pairs in print, if you would rather read them at once"
            body = f"<details><summary>{summary}</summary>{pairs}</details>"
        return {"text/html": f'<div class="gpt2lab-reading-test-twin">{body}</div>', "text/plain": repr(self)}

    def _reveal(self):
        if self._handle is not None:
            self._handle.update(self._twin(unfolded=False), raw=True)


def _count_answers(result):
    return html.escape(
        f"Your result: {result.names[0]} was preferred {result.wins}, {result.names[1]} {result.losses}"
        f' times; {result.ties} answers were "cannot tell"'
    )


def _result_html(panel):
    if not panel.result:
        return ""
    return (
        f"<p><strong>Could you tell?</strong> {html.escape(panel.result.explanation)}</p>"
        f"<p>{html.escape(panel.result.numbers)}. Your answers: <code>{panel.answers}</code></p>"
    )


def _pairs_html(test):
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL}">{number}</th>'
        + "".join(f'<td style="{_CELL}">{_text_html(text)}</td>' for text in pair)
        + "</tr>"
        for number, pair in enumerate(test.pairs, 1)
    )
    head = "".join(
        f'<th scope="col" style="{_CELL}; width:{width}">{name}</th>'
        for name, width in (("pair", "3em"), (LEFT, "auto"), (RIGHT, "auto"))
    )
    return (
        '<table style="width:100%; max-width:60em">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _text_html(text):
    # A dollar sign would start a formula in a notebook.
    return re.sub(r"\s*\n\s*", "<br>", html.escape(text.strip())).replace("$", "&#36;")


def _make_buttons(panel):
    """The test as a widget: two texts side by side, a button for each answer, one to go back."""
    import ipywidgets as widgets

    texts = widgets.HTML()
    progress = widgets.HTML()
    outcome = widgets.HTML()

    def button(words, tooltip, **style):
        return widgets.Button(
            description=words, tooltip=tooltip, layout=widgets.Layout(width="auto"), **style
        )

    choices = {letter: button(words, f"Answer of this pair: {words}") for letter, words in _CHOICES}
    back = button("Back", "Take the last answer back")
    finish = button("Show the result", "Show the result and who wrote what", button_style="primary")
    row = widgets.HBox([*choices.values(), finish, back], layout=widgets.Layout(flex_flow="row wrap"))

    def show():
        done = len(panel.answers)
        over = done == len(panel.test)
        progress.value = _progress_html(panel, over)
        texts.value = "" if over else _pair_html(panel.test.pairs[done])
        outcome.value = _result_html(panel)
        for choice in choices.values():
            choice.layout.display = "none" if over else None
        finish.layout.display = None if over and not panel.result else "none"
        back.layout.display = "none" if panel.result else None
        back.disabled = not done
        # since ipywidgets 8: the button that had the focus is gone
        if over and not panel.result and hasattr(finish, "focus"):
            finish.focus()

    def on(clicked, action):
        def respond(_):
            action()
            show()

        clicked.on_click(respond)

    def reveal():
        panel.finish()
        panel._reveal()

    for letter, choice in choices.items():
        on(choice, lambda letter=letter: panel.answer(letter))
    on(back, panel.back)
    on(finish, reveal)
    show()
    box = widgets.VBox([progress, texts, row, outcome])
    box.add_class("gpt2lab-reading-test")
    return box


def _progress_html(panel, over):
    number = len(panel.test)
    if panel.result:
        words = f"All {number} pairs answered."
    elif over:
        words = f"All {number} pairs answered. Once you have seen the result you cannot change an answer."
    else:
        words = f"<strong>Pair {len(panel.answers) + 1} of {number}.</strong> {QUESTION}"
    return f'<div role="status" style="white-space:normal; line-height:1.4">{words}</div>'


def _pair_html(pair):
    column = (
        "flex:1 1 280px; min-width:0; border:1px solid #888; border-radius:4px; padding:0.5em 0.9em;"
        " overflow-wrap:anywhere"
    )
    columns = "".join(
        f'<section aria-label="Text {letter}" style="{column}"><strong>{letter}</strong>'
        f'<p style="margin:0.3em 0; line-height:1.5">{_text_html(text)}</p></section>'
        for letter, text in zip((LEFT, RIGHT), pair)
    )
    row = "display:flex; flex-wrap:wrap; gap:0.8em; white-space:normal; max-width:72em"
    return f'<div style="{row}">{columns}</div>'
