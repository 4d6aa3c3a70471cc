"""Texts to learn from and to measure on: `Corpus`, its `Document`s, how it is split, described and made of
the files that people have.

Uses ``base``, and of ``pretrained`` the encoder; no TensorFlow, no model.
"""

from gpt2lab.corpus.corpus import Corpus
from gpt2lab.corpus.course_texts import chat_posts, presidential_speeches, short_posts
from gpt2lab.corpus.document import Document
from gpt2lab.corpus.splits import Splits

__all__ = ["Corpus", "Document", "Splits", "chat_posts", "presidential_speeches", "short_posts"]
