"""What is right and why the rest is wrong: a file a notebook, and `checking`, from which they are made.

In a sandbox these files are hidden from a student's kernel.
"""
