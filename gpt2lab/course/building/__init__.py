"""From ``notebooks/source`` to the notebooks: a student's, a solved one with its outputs, an instructor's,
and what is released. What a page or a file of settings says at length stands in ``templates/``.

Uses nothing of the checks: a source is text.
"""
