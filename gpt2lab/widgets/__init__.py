"""What moves in a notebook: widgets from ipywidgets 7.7 on, each with a figure that stands in its place where nothing can move."""

from gpt2lab.widgets.sampling_explorer import SamplingExplorer, sampling_explorer

__all__ = ["SamplingExplorer", "sampling_explorer"]
