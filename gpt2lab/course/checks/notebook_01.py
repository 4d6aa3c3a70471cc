"""The checks of notebook 1, Meet GPT-2."""

import itertools
from collections import Counter

from gpt2lab.course.checks.verdicts import (
    call,
    choice,
    exercise,
    here,
    is_number,
    number,
    range_choice,
    right,
    wrong,
    wrong_number,
)
from gpt2lab.pretrained.catalog import CARDS, find_card, parameter_count


@exercise("01.1", prediction="the probability of the best guess")
def probability_of_the_best_guess(prediction, guesses):
    highest = float(guesses.probability.max())
    found = "a" if highest > 0.5 else "b" if highest >= 0.1 else "c"
    open_ended = (
        "After 'United' one word was nearly certain; here many would do, so they share the probability."
    )
    too_high = f"The best guess got {100 * highest:.0f} %. {open_ended}"
    too_low = f"The best guess got {100 * highest:.0f} %, so the model is surer than you thought."
    return range_choice(prediction, found, before=too_high, after=too_low, reason=open_ended)


@exercise("01.2", computed=True)
def characters_per_token(answer, lm, paragraph):
    characters = len(paragraph)
    tokens = len(lm.encode(paragraph))
    spaced = len(paragraph.split())
    large = find_card("124M")
    small = next(card for card in CARDS.values() if card.bundled)  # all of them have one vocabulary
    return number(
        answer,
        characters / tokens,
        mistakes=(
            (tokens / characters, "That is tokens per character: turn the fraction round."),
            (
                characters / spaced,
                "That is characters per word. The model counts tokens: use lm.encode, not split.",
            ),
            (
                tokens / spaced,
                "That is tokens per word. The question is about characters: use len(paragraph).",
            ),
            (
                spaced / tokens,
                "That is words per token. The question is about characters: use len(paragraph).",
            ),
            (characters, "That is the number of characters. Divide it by the number of tokens."),
            (tokens, "That is the number of tokens. Divide the number of characters by it."),
            (
                sum(len(lm.decode([token]).strip()) for token in lm.encode(paragraph)) / tokens,
                "You left out the spaces; they are characters too.",
            ),
            (characters // tokens, "You rounded down. Divide with /, not with //."),
        ),
        otherwise="Divide the number of characters by the number of tokens.",
        reason=(
            f"{here(f'A token has {characters / tokens:.1f} characters. ')}A larger vocabulary holds longer"
            f" strings, so a token holds more text: {large.name} knows {large.n_vocab:,} tokens, the small"
            f" sizes of this course know {small.n_vocab:,}."
        ),
    )


@exercise("01.3")
def what_the_seed_changes(answer):
    return choice(
        answer,
        {
            "a": (
                "lm.next_tokens takes no seed: for the same text it gives the same table. What differs comes"
                " after it."
            ),
            "b": (
                "The model itself holds no chance: the same text gives the same probabilities, and only the"
                " drawing differs."
            ),
            "c": "The parameters stay as they are while the model writes; only training changes them.",
        },
        "b",
    )


@exercise("01.4")
def surprising_sentence(answer, lm, plain):
    if not isinstance(answer, str):
        return wrong(f"Your answer is a {type(answer).__name__}; a sentence in quotes is asked for.")
    if len(answer) > 5 * len(plain):
        return wrong("Your sentence is far longer than the plain one. Put one word in the place of one word.")
    old = plain.split()
    new = answer.split()
    if len(old) != len(new):
        return wrong(
            f"Your sentence has {len(new)} words and the plain one {len(old)}: put one word in the place of"
            " one word."
        )
    changed = [(before, after) for before, after in zip(old, new) if before != after]
    if not changed:
        return wrong("Your sentence is the plain one. Change a word of it.")
    if len(changed) > 1:
        pairs = ", ".join(f"{before!r} became {after!r}" for before, after in changed[:3])
        return wrong(
            f"You changed {len(changed)} words: {pairs}{', ...' if len(changed) > 3 else ''}. Change one"
            " only."
        )
    rise = float(lm.score(answer).nats.mean() - lm.score(plain).nats.mean())
    if rise >= 0.5:
        return right(
            "The new word surprises the model, and so may the words after it: they too are guessed from a"
            " text that holds it."
        )
    if rise < 0:
        return wrong(
            f"The loss fell by {-rise:.2f} nats per token: the model finds {changed[0][1]!r} more likely than"
            f" {changed[0][0]!r}."
        )
    return wrong(
        f"The loss rose by {rise:.2f} nats per token and should rise by 0.5. Try a word that makes less"
        " sense, or a longer one."
    )


@exercise("01.5")
def block_parameters(function, widths):
    values = []
    for d in widths:
        value, failed = call(function, d)
        if failed:
            return failed
        values.append(f"block_parameters({d}) = {_shown(value)}")
        wrong_because = wrong_number(
            value,
            12 * d**2 + 13 * d,
            mistakes=(
                (
                    12 * d**2,
                    (
                        "You counted the matrices only. Each has a bias, one number a column, and a layer"
                        " norm has 2 d."
                    ),
                ),
                (12 * d**2 + 9 * d, "The two layer norms are missing, 2 d each."),
                (12 * d**2 + 11 * d, "One layer norm is missing: a block has two."),
                (
                    12 * d**2 + 4 * d,
                    "You have the matrices and the layer norms. The biases are missing: 3 d + d and 4 d + d.",
                ),
                (4 * d**2 + 4 * d, "That is the attention alone."),
                (8 * d**2 + 5 * d, "That is the perceptron alone."),
                (4 * d**2 + 8 * d, "The perceptron is missing."),
                (8 * d**2 + 9 * d, "The attention is missing."),
            ),
            tolerance=1e-12,
            otherwise="Write down each row of the table, count each layer norm twice, and add up.",
        )
        if wrong_because:
            return wrong(wrong_because, values)
    return right("That is 12 d² + 13 d. Twice the width makes a block about four times as large.", values)


@exercise("01.6")
def gpt2_parameters(function, sizes):
    values = []
    for size in sizes:
        vocabulary, window, d, layers = shape = _shape(size)
        value, failed = call(function, *shape)
        if failed:
            return failed
        values.append(
            f"gpt2_parameters{shape} = {_shown(value)}" + (f"  ({size})" if isinstance(size, str) else "")
        )
        exact = parameter_count(n_vocab=vocabulary, n_ctx=window, n_embd=d, n_layer=layers)
        wrong_because = wrong_number(
            value,
            exact,
            mistakes=(
                (exact - 2 * d, "The layer norm after the last block is missing: 2 d."),
                (
                    exact + vocabulary * d,
                    "You counted the token embedding twice. The output uses the same numbers again.",
                ),
                (
                    exact + vocabulary * d - 2 * d,
                    "You counted the token embedding twice, and the last layer norm is missing.",
                ),
                (exact - window * d, "The position embedding is missing: window × d."),
                (exact - window * d - 2 * d, "The position embedding and the last layer norm are missing."),
                (exact - vocabulary * d, "The token embedding is missing: vocabulary × d."),
                (
                    exact - (layers - 1) * (12 * d**2 + 13 * d),
                    "You counted one block. There are as many as layers.",
                ),
                (
                    layers * (12 * d**2 + 13 * d),
                    "You counted the blocks only. The embeddings and the last layer norm come on top.",
                ),
            ),
            tolerance=1e-12,
            otherwise="Add two embeddings, the blocks and one layer norm.",
        )
        if wrong_because:
            return wrong(wrong_because, values)
    return right(
        "The number agrees with the model's file: it holds four bytes for each of these numbers and nothing"
        " else.",
        values,
    )


def _shape(size):
    """(vocabulary, window, width, layers) of a size's name, or the four numbers as they are."""
    if not isinstance(size, str):
        return tuple(size)
    model = find_card(size)
    return model.n_vocab, model.n_ctx, model.n_embd, model.n_layer


def _shown(value):
    return f"{value:,.12g}" if is_number(value) else repr(value)[:60]


@exercise("01.7", computed=True)
def first_merges(answer, words):
    exact = _merges((list(word), count) for word, count in words.items())
    if not isinstance(answer, (list, tuple)):
        return wrong("Give a list of three pairs, in the order in which they are joined.")
    given = [tuple(pair) if isinstance(pair, list) else pair for pair in answer]
    if given == ["".join(pair) for pair in exact]:
        return wrong("You give what comes out of each merge. Give the pair that is joined, of two texts.")
    if any(isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], tuple) for pair in given):
        return wrong("There are counts in your list. Give the pairs alone.")
    if not all(_is_pair(pair) for pair in given):
        return wrong("Something in your list is no pair of two texts, such as ('a', 'b').")
    if len(given) != len(exact):
        return wrong("Three pairs are asked for: the first three that are joined.")
    if given == exact:
        return right(
            "A merge can use what an earlier one has made, so tokens grow, and frequent words become one"
            " token first. GPT-2's vocabulary is a list of such merges."
        )
    repeated = [word for word, count in words.items() for _ in range(count)]
    if any(" " in part for pair in given for part in pair) or given == _merges(
        [(list("".join(repeated)), 1)]
    ):
        return wrong("You counted pairs across the border of two words. Count in each word by itself.")
    for mistake, reason in (
        (
            _merges((list(word), 1) for word in words),
            "You counted each word once. A pair counts as often as its word comes: add the word's number.",
        ),
        (
            _most_frequent(words, len(exact)),
            (
                "These are the most frequent pairs of single letters. After each merge the words are cut"
                " differently, so count again before the next."
            ),
        ),
    ):
        if given == mistake:
            return wrong(reason)
    if sorted(given) == sorted(exact):
        return wrong("The pairs are right, their order is not: the one that is joined first comes first.")
    first = next(number for number, pair in enumerate(zip(given, exact)) if pair[0] != pair[1])
    which = here(f"The {('first', 'second', 'third')[first]} pair") or "One of the pairs"
    return wrong(f"{which} is not the most frequent one at its time. Count, join, and count again.")


def _merges(parted, number=3):
    """The pairs that byte pair encoding joins first, of words as their parts and how often each comes."""
    parted = list(parted)
    merges = []
    for _ in range(number):
        counts = Counter()
        for parts, count in parted:
            for pair in itertools.pairwise(parts):
                counts[pair] += count
        merges.append(max(counts, key=counts.get))
        parted = [(_joined(parts, merges[-1]), count) for parts, count in parted]
    return merges


def _joined(parts, pair):
    done = []
    for part in parts:
        if done and (done[-1], part) == pair:
            done[-1] += part
        else:
            done.append(part)
    return done


def _most_frequent(words, number):
    counts = Counter()
    for word, count in words.items():
        for pair in itertools.pairwise(word):
            counts[pair] += count
    return [pair for pair, _ in counts.most_common(number)]


def _is_pair(pair):
    return isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
