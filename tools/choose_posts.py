"""Choose the short posts that travel with the package from the Chit-Chat Challenge's quarter of a million.

    python tools/choose_posts.py        # writes data/posts.txt; needs chitchat-dataset

Nothing personal may travel: a post is taken only if every word of it was used by many people, if it holds no
name (no capital letter inside a sentence), no number, link or address, and no word of a list of private and
sensitive matters. Who wrote it is left out.
"""

import collections
import random
import re
from pathlib import Path

import gpt2lab as lab

FILE = Path(__file__).resolve().parents[1] / "data" / "posts.txt"
POSTS = 4_000
MOST_OF_ONE = 30  # posts by the same person
PEOPLE = 25  # who used a word, at least
LENGTHS = range(30, 161)  # characters
WORD = re.compile(r"[a-z']+")
# Characters and habits of typing that a post does not have.
OUTSIDE = re.compile(r"[^A-Za-z .,!?'\"-]|\.\.|[!?]{2}|([a-z])\1\1|\. \.")
BEGINNING = re.compile(r"(^|[.!?] +\"?)[A-Z]")
CAPITALS = {"I", "I'm", "I've", "I'd", "I'll", "OK", "TV"}
PERSONAL = re.compile(
    r"\b(my name|i live|i am from|i'm from|i work|years old|mission|"
    r"my (mom|dad|sister|brother|parents|roommates?))\b"
)
SENSITIVE = set(
    """
    abortion abuse address alone anxiety ass babies baby beer bible bitch black bot boyfriend butt byu
    cancer chatbot church clinton crap cry crying damn date dating dead death democrat democrats depressed
    depression die died divorce divorced doctor drink drug drugs drunk email facebook fat fuck gay
    girlfriend god gun guns hate hell hillary hitler hospital hot husband idiot immigrant immigrants
    instagram ipad jail jesus kids kill killed kiss lds lesbian lol lonely marriage married marry mission
    mormon naked nazi number obama omg password phone police political politics porn pray prayer pregnant
    president race racist religion religious republican republicans sad scared sex sexual sexy shit shut
    sick slave slavery smoke smoking snapchat student students study stupid suck sucked sucks suicide
    survey temple terrorist trump twitter ugly vote war weed white wife wine wtf
    """.split()
)


def words_of_many(posts):
    """The words that at least `PEOPLE` people used: set of str."""
    users = collections.defaultdict(set)
    for post in posts:
        for word in WORD.findall(post.text.lower()):
            users[word].add(post.author)
    return {word for word, people in users.items() if len(people) >= PEOPLE}


def may_travel(text, known):
    """Whether a post is of the right kind and says nothing personal."""
    words = WORD.findall(text.lower())
    inside = re.findall(r"[A-Za-z']+", BEGINNING.sub(lambda found: found.group().lower(), text))
    return (
        len(text) in LENGTHS
        and text[0].isupper()
        and text[-1] in ".!?"
        and not OUTSIDE.search(text)
        and len(set(words)) >= 6
        and known.issuperset(words)
        and not SENSITIVE.intersection(words)
        and all(word in CAPITALS or word.islower() for word in inside)
        and not PERSONAL.search(text.lower())
    )


def choose(posts):
    """The chosen texts, in random order: list of str."""
    posts = [(" ".join(post.text.split()), post) for post in posts]
    known = words_of_many([post for _, post in posts])
    fitting = {
        re.sub(r"[^a-z]", "", text.lower()): (text, post.author)
        for text, post in posts
        if text and may_travel(text, known)
    }
    fitting = sorted(fitting.values())
    random.Random(0).shuffle(fitting)
    taken = collections.Counter()
    chosen = []
    for text, author in fitting:
        taken[author] += 1
        if taken[author] <= MOST_OF_ONE and len(chosen) < POSTS:
            chosen.append(text)
    return chosen


if __name__ == "__main__":
    chosen = choose(lab.chat_posts().documents)
    FILE.write_text("\n".join(chosen) + "\n", encoding="ascii")
    print(f"{len(chosen):,} posts, {FILE.stat().st_size:,} bytes in {FILE.name}")
