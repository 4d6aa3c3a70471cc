"""From answers to findings: what an exercise asks, the notebook that is run, the verdict outside of the
sandbox, one job a submission.
"""
