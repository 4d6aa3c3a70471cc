"""The source of each answer in a notebook that was handed in, read as text and never run."""
