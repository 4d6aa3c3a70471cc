"""What moves in a notebook: widgets from ipywidgets 7.7 on, each with a static twin for where no widget
runs.
"""

from gpt2lab.widgets.reading_test import reading_test
from gpt2lab.widgets.sampling_explorer import SamplingExplorer, sampling_explorer
from gpt2lab.widgets.token_heatmap import TokenHeatmap, token_heatmap
from gpt2lab.widgets.training_monitor import TrainingMonitor, training_monitor
from gpt2lab.widgets.training_report import TrainingReport

__all__ = [
    "SamplingExplorer",
    "TokenHeatmap",
    "TrainingMonitor",
    "TrainingReport",
    "reading_test",
    "sampling_explorer",
    "token_heatmap",
    "training_monitor",
]
