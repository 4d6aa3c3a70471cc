"""Answers to the exercises of each notebook, in ``notebook_NN`` by their label.

``EXERCISES`` has what the check cell passes besides, a right answer, and pairs of a wrong answer and words of
the reason that it gets; ``ALIKE`` two right answers that must be told the same. As source of the answer's
cell, run on hidden inputs: ``SOURCES`` has pairs of a wrong answer and words of its reason, ``ALSO_RIGHT``
right answers that are not the model answer; ``UNBOUND`` has names that a hidden cell need not bind, and why.
"""
