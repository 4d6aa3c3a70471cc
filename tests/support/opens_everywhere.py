"""Run by itself, in any environment: what the bundled sizes write in plain gpt-2-simple and in gpt2lab."""

import json
import sys

import gpt_2_simple as gpt2

import gpt2lab as lab
from gpt2lab.pretrained.catalog import bundled_names

PREFIX = "The President of the"


def written_by_both(name):
    """What gpt2lab and plain gpt-2-simple write where each takes the most likely token."""
    lab.download(name)
    session = gpt2.start_tf_sess()
    gpt2.load_gpt2(session, model_name=name)
    asked = {"prefix": PREFIX, "length": 20, "top_k": 1, "return_as_list": True}
    (theirs,) = gpt2.generate(session, model_name=name, **asked)
    gpt2.reset_session(session).close()
    with lab.load(name) as lm:
        return lm.generate(PREFIX, length=20, temperature=0)[0], theirs


if __name__ == "__main__":
    json.dump({name: written_by_both(name) for name in bundled_names()}, sys.stdout)
