"""What the notebooks of the course add to the library: set-up, exercises and their checks, and how the notebooks are built."""

from gpt2lab.course.checking import check
from gpt2lab.course.machine import model_names

__all__ = ["check", "model_names"]
