"""What moves in a notebook: widgets from ipywidgets 7.7 on, each with a figure that stands in its place where nothing can move."""

from gpt2lab.widgets.sampling_explorer import SamplingExplorer, sampling_explorer
from gpt2lab.widgets.token_heatmap import TokenHeatmap, token_heatmap

__all__ = ["SamplingExplorer", "TokenHeatmap", "sampling_explorer", "token_heatmap"]
