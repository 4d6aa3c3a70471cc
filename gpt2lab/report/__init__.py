"""The written report: each question of the course, the figures and tables that answer it, and places for the
student's own words.
"""

from gpt2lab.report.contents import Report
from gpt2lab.report.writing import report

__all__ = ["Report", "report"]
