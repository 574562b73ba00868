"""Declare a probabilistic model, pick an inference algorithm, get a trainable network.

Names are those of the C++ library, options are keyword arguments, and arrays are NumPy's, with samples on the first axis:

    m = unfurl.Model("denoiser")
    y = m.observed("y", (50, 50))
    x = m.discrete("x", (50, 50), states=2)
    m.factor("data", unfurl.each(x), unfurl.Field(m.param("g", 0.5) * y))
    m.factor("smooth", unfurl.grid4(x), unfurl.Ising(m.param("J", 0.5)))
    network = unfurl.unroll(m, unfurl.SumProduct(), 10).untie(unfurl.all).compile()
    network.fit(noisy, clean)
    marginals = network.run(noisy, "x")
"""

import builtins as _builtins
import os as _os
import sys as _sys

from . import _unfurl

_unfurl._set_package_folder(_os.path.dirname(_os.path.abspath(__file__)) + _os.sep)

from ._unfurl import *  # noqa: E402,F401,F403
from ._unfurl import Network, audio, extend, loss, space  # noqa: E402
from . import _files  # noqa: E402
from ._fit import fit as _fit  # noqa: E402
from ._infer import infer  # noqa: E402,F401

Network.fit = _fit
Network.save, Network.load = _files.save, staticmethod(_files.load)
Network.save_weights, Network.load_weights = _files.save_weights, _files.load_weights
for _module in (audio, extend, loss, space):
    _sys.modules[f"{__name__}.{_module.__name__.rpartition('.')[2]}"] = _module
for _name, _value in list(vars(_unfurl).items()):
    if isinstance(_value, type) and not _name.startswith("_"):
        _value.__module__ = __name__

#: What ``from unfurl import *`` gives: all but the names of Python's own functions (abs, all, max, pow, slice, sum).
__all__ = [_name for _name in dir() if not _name.startswith("_") and not hasattr(_builtins, _name)]
