"""Stored results are found by the names that the functions of grids had first, whatever these are called."""

import pytest

from gpt2lab.base.jobs import describe_job
from gpt2lab.experiments.corpus_sizes import fine_tuned, pretrained
from gpt2lab.experiments.flags import fine_tuned_with
from gpt2lab.experiments.model_sizes import one_size
from gpt2lab.experiments.sweep import Writer
from gpt2lab.report.measuring import Model

FIRST_NAMES = {
    "gpt2lab.experiments.corpus_sizes.pretrained": pretrained,
    "gpt2lab.experiments.corpus_sizes.fine_tuned": fine_tuned,
    "gpt2lab.experiments.flags.fine_tuned_with": fine_tuned_with,
    "gpt2lab.experiments.model_sizes.one_size": one_size,
    "gpt2lab.experiments.sweep.Writer.write": Writer.write,
    "gpt2lab.report.measuring.Model.samples": Model.samples,
    "gpt2lab.report.measuring.Model.losses": Model.losses,
}


@pytest.mark.parametrize("name", FIRST_NAMES)
def test_a_job_goes_by_the_name_that_it_had_first(name):
    assert describe_job(FIRST_NAMES[name], {})["function"] == name  # else set its attribute stored_as
