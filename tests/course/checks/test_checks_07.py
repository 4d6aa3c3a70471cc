"""What a check of notebook 7 says depends on what was measured."""

from dataclasses import replace

import pytest
from exercises.notebook_07 import COMPARED

from gpt2lab.course.checks.checking import judge


@pytest.mark.parametrize("more, letter", [("before", "a"), ("after", "b"), ("", "c")])
def test_the_prediction_is_judged_by_the_pairs_of_words(more, letter):
    table = COMPARED.table.assign(more=more)
    states = {answer: judge("07.1", answer, replace(COMPARED, table=table)).state for answer in "abc"}
    assert [answer for answer, state in states.items() if state == "right"] == [letter]
