"""Names that files had before the house had rooms, and that instructors' folders and the reference go on
using.
"""

import importlib.abc
import importlib.util
import sys

MOVED = {
    "gpt2lab.captioned": "gpt2lab.base.captions",
    "gpt2lab.diagnosis": "gpt2lab.training.diagnosis",
    "gpt2lab.progress": "gpt2lab.base.progress",
    "gpt2lab.course.scenes_of_experiments": "gpt2lab.course.scenes",
    "gpt2lab.course.scenes_of_texts": "gpt2lab.course.scenes",
}


class Moved(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives for an old name the file that has the new one."""

    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_loader(name, self) if name in MOVED else None

    def exec_module(self, module):
        sys.modules[module.__name__] = importlib.import_module(MOVED[module.__name__])
