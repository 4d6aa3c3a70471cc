"""A setting stands in one place: signature, documentation, command line and run.json have it from there."""

import inspect
import json
from dataclasses import fields

import pytest

import gpt2lab as lab
from gpt2lab.base.docstrings import describe_parameters
from gpt2lab.cli import main
from gpt2lab.training.settings import RECORDED, UNRECORDED, Settings

NAMES = [field.name for field in fields(Settings)]


def test_finetune_takes_the_fields_and_nothing_else():
    parameters = inspect.signature(lab.finetune).parameters
    assert list(parameters) == NAMES
    assert {name: parameters[name].default for name in NAMES[1:]} == {
        field.name: field.default for field in fields(Settings)[1:]
    }


def test_every_field_is_documented_once_and_finetune_says_the_same():
    assert list(describe_parameters(Settings)) == NAMES
    assert describe_parameters(lab.finetune) == describe_parameters(Settings)


def test_every_recorded_field_is_an_option_of_the_command_line():
    assert set(RECORDED) | set(UNRECORDED) == set(NAMES)
    options = {parameter.name for parameter in main.commands["finetune"].params}
    assert options == {*RECORDED, "dataset", "valid"}


def test_what_is_recorded_can_be_written_and_made_again():
    text = lab.Corpus.from_texts(["To be, or not to be."])
    settings = Settings(text, "117M", steps=2.0, model_dir=lab.__file__, learning_rate=1)
    written = json.loads(json.dumps(settings.recorded))
    assert (written["model_name"], written["steps"], written["learning_rate"]) == ("124M", 2, 1.0)
    assert Settings(text, **written).recorded == settings.recorded


def test_an_argument_that_there_is_not_is_refused_in_the_name_of_finetune():
    with pytest.raises(TypeError, match=r"finetune\(\) got an unexpected keyword argument 'epochs'"):
        lab.finetune("text.txt", epochs=3)


def test_a_text_is_read_last_so_that_a_wrong_number_is_said_at_once(tmp_path):
    with pytest.raises(lab.LabError, match="steps=0"):
        lab.finetune(tmp_path / "nowhere.txt", steps=0)
