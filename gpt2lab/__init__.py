"""gpt2lab: fine-tune GPT-2 and measure what it did.

Everything that a notebook needs is here under one name (``import gpt2lab as lab``) and loaded on first use,
so that the import itself is quick and silent; TensorFlow starts with the first model. ``__init__.pyi`` says
which name is in which room.
"""

import sys
from types import ModuleType

import lazy_loader

from gpt2lab.base import moved, progress
from gpt2lab.base.version import __version__ as __version__

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name):
    if name not in __all__:  # with the module, Python itself says what may have been meant
        here = sys.modules[__name__]
        raise AttributeError(f"module 'gpt2lab' has no attribute {name!r}", name=name, obj=here)
    return _load(name)


def _live_monitor():
    from gpt2lab.widgets import training_monitor

    return training_monitor()


progress.offer_monitor(_live_monitor)
sys.meta_path.append(moved.Moved())


class _Package(ModuleType):
    def __setattr__(self, name, value):
        # Importing the room `gpt2lab.report` would put the module where users expect the function of the same
        # name.
        if not (name == "report" and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
