"""Answers to the exercises of each notebook, ``notebook_NN.EXERCISES``: label to (what the check cell passes
besides, a right answer, pairs of a wrong answer and a word of the reason that it gets). ``ALIKE`` has two
right answers that must be told the same.
"""
