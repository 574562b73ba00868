"""Networks in files."""

from __future__ import annotations

import json
import os
from typing import Union

from . import _unfurl as u

Path = Union[str, "os.PathLike[str]"]


def declaration(network: u.Network) -> str:
    """What a checkpoint says of a network beside its program: the extents of its arrays."""
    return json.dumps({"extents": network._extents}, sort_keys=True)


def save(self: u.Network, path: Path) -> None:
    """Writes the network, program and parameters, as a checkpoint, whole or not at all."""
    self._save(path, declaration(self))


def load(path: Path) -> u.Network:
    """The network of a checkpoint, or of the folder of a training run: it runs and is trained without its model."""
    file = os.path.join(path, "checkpoint.unfurl") if os.path.isdir(path) else path
    try:
        said = json.loads(u.load(file).declaration)
    except ValueError:  # of other programs
        said = None
    return u.Network._load(path, said.get("extents", {}) if isinstance(said, dict) else {})


def save_weights(self: u.Network, path: Path) -> None:
    """Writes the parameters in the format of safetensors."""
    with open(path, "wb") as file:
        file.write(u.to_safetensors(self))


def load_weights(self: u.Network, path: Path) -> None:
    """Gives the network the parameters of a file of safetensors."""
    self._assign_safetensors(path)
