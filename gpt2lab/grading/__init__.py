"""Grade a class. The rooms are the way of a submission: intake, answers, sandbox, judging, results;
`batch.grade` leads through them.
"""

import lazy_loader

# On first use: the sandbox imports this room too, and should not wait for the others.
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"trying": ["try_out"]})
