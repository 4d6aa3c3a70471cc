"""What is right and why the rest is wrong: a file a notebook, `verdicts`, of which their checks are made, and
`checking`, which finds the check of an exercise and asks it.

In a sandbox the files of the notebooks are hidden from a student's kernel.
"""
