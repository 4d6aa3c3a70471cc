"""What moves in a notebook: widgets from ipywidgets 7.7 on, each with a static twin for where no widget runs."""

from gpt2lab.widgets.reading_test import reading_test
from gpt2lab.widgets.training_monitor import TrainingMonitor, training_monitor
from gpt2lab.widgets.training_report import TrainingReport

__all__ = ["TrainingMonitor", "TrainingReport", "reading_test", "training_monitor"]
