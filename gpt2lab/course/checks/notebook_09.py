"""The checks of notebook 9, Your own dataset."""

import numpy as np

from gpt2lab.corpus.document import author_prefix
from gpt2lab.course.checks.prose import Point, essay
from gpt2lab.course.checks.verdicts import choice, exercise, number, range_choice, right, wrong


@exercise("09.1", prediction="how often the author's own prefix is best")
def own_prefix_best(prediction, matrix):
    first = int((matrix.table["rank"] == 1).sum())
    authors = len(matrix.table)
    found = "a" if first <= 1 else "b" if first <= 3 else "c"
    measured = (
        f"The author's own prefix is the best for {first} of {authors} authors, and lowers the perplexity by"
        f" {100 * matrix.gain:.1f} %."
    )
    more = (
        f"{measured} What stands right before a text is read with it, and fine-tuning rewards whatever helps"
        " to predict."
    )
    less = (
        f"{measured} A prefix is a few tokens among a thousand, and the words of a sentence soon tell more"
        " about its author."
    )
    return range_choice(
        prediction,
        found,
        before=more,
        after=less,
        reason=f"{measured} Whether that is much, the size of the numbers in the figure says.",
    )


@exercise("09.2")
def first_cut_then_split(answer):
    reasons = {
        "a": (
            "The shares are equal, but her test sentences stand between sentences that the model has learned"
            " from: the same speech, the same subject, often the same phrase twice."
        ),
        "b": (
            "Test sentences from speeches that the model has read are easier for it than those of a new"
            " speech. That is called leakage."
        ),
        "c": (
            "Turn it round: the model has read what stands before and after her test sentences. Does that"
            " make them harder or easier?"
        ),
    }
    return choice(answer, reasons, "b")


@exercise("09.3")
def the_prefix(answer, model):
    name = "Theodore Roosevelt"
    expected = author_prefix(name).rstrip()
    if not isinstance(answer, str):
        return wrong("The prefix is a text: write it in quotes.")
    if answer == expected:
        return right(
            "In the training text the space is one token with the word after it. A space alone at the end of"
            " a prefix is a token that the model hardly ever met there, and what it writes next is a guess."
        )
    if answer.rstrip() == expected:
        last = model.decode(model.encode(answer)[-1:])
        return wrong(
            f"Your prefix ends in the token {last!r}, which is not what stands there in training: the space"
            " belongs to the word after it. Leave it out."
        )
    if name not in answer:
        return wrong(f"The name is {name}, written as in the training text.")
    if not answer.startswith("\\"):
        return wrong(
            "The backslash at the beginning is missing; in Python write it twice, or put an r before the"
            " quotes."
        )
    if answer.startswith("\\\\"):
        return wrong("There are two backslashes now: after r one is enough.")
    if answer.startswith(expected):
        return wrong("Only the prefix: what stands after it, the model writes.")
    return wrong(
        "Nearly. After the name stands a hyphen: compare with the printed lines, character by character."
    )


@exercise("09.4", computed=True)
def gain_of_the_own_prefix(answer, matrix, author):
    row = matrix.perplexity.loc[author]
    own = row[author]
    others = row.drop(author)
    exact = float(matrix.table.loc[author, "gain"])
    typical = own / (1 - exact)
    return number(
        answer,
        exact,
        mistakes=(
            (100 * exact, "That is in per cent. Write it as a share: a hundredth of it."),
            (own / typical, "That is what is left. The gain is what is missing to 1."),
            (typical / own, "Turn the fraction round: own by others, and what is missing to 1."),
            (
                typical - own,
                "That is a difference of perplexities. By what share of the typical one is own lower?",
            ),
            (typical, "That is the geometric mean of the others. By what share is own lower?"),
            (
                1 - own / row.mean(),
                "Leave the author's own prefix out of the mean, and take the geometric one.",
            ),
            (
                1 - own / others.min(),
                "That compares with the best of the others. Take the geometric mean of all four.",
            ),
            (
                1 - own / others.max(),
                "That compares with the worst of the others. Take the geometric mean of all four.",
            ),
            (-exact, "The sign: a gain is positive if own is lower."),
        ),
        tolerance=0.005,  # the mistakes are near
        otherwise=(
            "1 - own / (geometric mean of others); the geometric mean is the exponential of the mean"
            " logarithm."
        ),
        reason=(
            "The table below has it for all five, with an interval. Where that holds 0, the gain may be"
            " chance."
        ),
    )


@exercise("09.5", computed=True)
def who_carries_the_result(answer, confusion):
    counts = confusion.to_numpy(float)
    hits = counts.diagonal()
    place = hits.argmax()
    most, found, texts = hits.max(), hits.sum(), counts.sum()
    return number(
        answer,
        most / found,
        mistakes=(
            (100 * most / found, "That is in per cent. Write it as a share: a hundredth of it."),
            (found / most, "Turn the fraction round: the hits of one author by all hits."),
            (most, "That is the number of that author's hits. What share of all hits is it?"),
            (
                most / counts[place].sum(),
                "That is how many of that author's own texts were hit. Divide by the hits of all authors.",
            ),
            (
                most / counts[:, place].sum(),
                "That is how many of the guesses of that name were right. Divide by the hits of all authors.",
            ),
            (most / texts, "That is a share of all texts. Divide by the hits, which are fewer."),
            (
                found / texts,
                "That is the share of hits among all texts. How much of it is due to one author?",
            ),
            (counts.max() / found, "The largest number of the table is no hit: hits stand on the diagonal."),
            (
                counts.sum(axis=0).max() / texts,
                "That is how often the commonest name was guessed, right or wrong. Count the hits only.",
            ),
            (hits.mean() / found, "That is the mean of the five. Take the largest."),
            (hits.min() / found, "That is the author with the fewest hits. Take the largest."),
        ),
        otherwise="The largest number on the diagonal by the sum of the diagonal.",
        reason=(
            "If all authors did alike, it would be one part in as many as there are authors. The more it is"
            " above that, the more the result speaks of one author only."
        ),
    )


_MATRIX = r"perple[xj]|\bppl\b|matri[xzc]|\bgain|ganancia|predict|surpris|own prefix|average loss"
_CLASSIFIER = (
    r"[ck]l[a]s+if|guess|\bhits?\b|recogni[sz]|attribut|assigned|right author|correct"
    r"|texts? (out )?(of|to)|go to their|generated text|\d+ right"
)
_OTHER = (
    r"\btimes?\b|centur|\bera\b|epoch|period|topic|subject|theme|\bage\b|\bdates?\b|decade|events|modern"
    r"|vocabul|transcript|kind of (text|document)"
    r"|old words|outlier|unlike the rest|words of|\blived\b|zeit|themen|epoque|sujet|epoca|temas|tema\b"
)
_BEFORE = (
    r"before|pretrained|untrained|untuned|already|baseline|base model|without (fine ?)?tun"
    r"|\bwas (only )?-?\d|\bwere \d|had \d|from 1\.|from \d|instead of|vorher|\bavant|\bantes"
)


@exercise("09.6", in_words=True)
def can_a_prefix(answer):
    return essay(
        answer,
        "Answer the questions in three or four sentences.",
        question=(
            "In three or four sentences: can a prefix make this model write like one author? Name a figure"
            " from each measurement, and compare with the model before fine-tuning. What could explain the"
            " figures, other than the author's voice?"
        ),
        points=(
            Point(
                "a figure of the first measurement",
                "Say what the first measurement found: by how much is the perplexity lower after the author's"
                " own prefix, and for how many authors?",
                (rf"{_MATRIX} & \d",),
            ),
            Point(
                "a figure of the second measurement",
                "Say what the second measurement found: how many of the generated texts did the classifier"
                " give to the right author?",
                (rf"{_CLASSIFIER} & \d",),
            ),
            Point(
                "what else could explain it",
                "Say what else could explain it: in what do these five authors differ, besides their voice?",
                (_OTHER,),
            ),
            Point(
                "the model before fine-tuning",
                "Compare with the model before fine-tuning: how much of it was there already?",
                (_BEFORE,),
            ),
        ),
        compare=(
            "What counts is how much more the prefix tells the model than before fine-tuning. That is far"
            " less than the sentence itself tells, so that a reader hardly notices. And it may be the"
            " century or the subject rather than a voice; authors of one time would have to be compared."
        ),
        topic=r"prefix|author|voice|classif|perplex",
    )


@exercise("09.7")
def errors_of_ten_texts(answer, kinds, texts):
    """Whoever read every text has done it; what they found is theirs."""
    if not isinstance(answer, (list, tuple)):
        return wrong("Write a list, in square brackets, with one entry in quotes for each text.")
    if len(answer) != len(texts):
        return wrong(f"There are {len(texts)} texts, and your list has another number of entries.")
    letters = ", ".join(kinds)
    for entry in answer:
        if not isinstance(entry, str):
            return wrong('Each entry is a text of letters, in quotes, such as "rl".')
        if not entry.strip():
            return wrong('An entry is empty. If nothing is wrong with a text, write "-".')
        if "-" in entry and entry.strip() != "-":
            return wrong("A hyphen says that nothing is wrong: it stands alone, without letters.")
        if set(entry.strip()) - {"-", *kinds}:
            return wrong(
                f"An entry has a letter that stands for no kind of error; the letters are {letters}."
            )
    return right(
        "Thank you for reading. Any honest marks are right; the next cell counts them, before and after."
    )


# What to say of a finding that was decided wrongly, in their order.
_DECIDE = (
    "The upper end of the interval of the ratio, ratio_high, says whether 1, no change, is left out.",
    "Half of the perplexity is left where the ratio is 0.5. Is more left, or less?",
    "A difference of precision_2 is more than chance if its interval, low to high, leaves out 0.",
    "Compare the columns human and after in the row precision_2.",
    "Both have to hold at each step from one temperature to the next, and self-BLEU has to fall.",
    "Divide words at each temperature by words in the last row; every one has to lie from 2/3 to 4/3.",
)


@exercise("09.8", computed=True)
def which_findings_hold(answer, perplexity, overlap, sweep):
    many = (
        f"Make a list of {len(_DECIDE)} in square brackets, each True or False, in the order of the findings."
    )
    if isinstance(answer, (str, dict)) or not hasattr(answer, "__len__"):
        return wrong(many)
    given = list(answer)
    if len(given) != len(_DECIDE):
        return wrong(f"Your list has another number of entries. {many}")
    for place, entry in enumerate(given, 1):
        if not isinstance(entry, (bool, np.bool_)):
            return wrong(
                f"Entry {place} is neither True nor False. A comparison, such as a < b, gives one of them."
            )
    for place, (entry, exact, reason) in enumerate(
        zip(given, _findings(perplexity, overlap, sweep), _DECIDE), 1
    ):
        if bool(entry) != exact:
            return wrong(f"Finding {place} is decided the other way. {reason}")
    return right(
        "What holds for two kinds of text may be about models. What holds for one is about that text: how far"
        " it is from what the model had read, and how long such a text is."
    )


def _findings(perplexity, overlap, sweep):
    pairs = overlap.loc["precision_2"]
    tried = sweep[sweep["parameter"] == "temperature"].sort_values("value")
    shares = tried["words"] / sweep["words"].iloc[-1]
    return [
        bool(perplexity["ratio_high"] < 1),
        bool(0.5 < perplexity["ratio"] < 1),
        bool(pairs["low"] > 0),
        bool(pairs["human"] > pairs["after"]),
        bool(tried["dist_1"].is_monotonic_increasing and tried["self_bleu"].is_monotonic_decreasing),
        bool(shares.between(2 / 3, 4 / 3).all()),
    ]
