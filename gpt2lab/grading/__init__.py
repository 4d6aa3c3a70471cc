"""Grade a class. The rooms are the way of a submission: intake, answers, sandbox, judging, results;
`batch.grade` leads through them.
"""
