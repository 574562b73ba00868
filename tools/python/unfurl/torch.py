"""Networks as layers of PyTorch: torch.autograd.Function with the library's own gradient program."""

from typing import Any, Optional, Sequence

import numpy as np
import torch

from . import _unfurl as u

_programs = {torch.float32: u._ProgramFloat, torch.float64: u._ProgramDouble}


def _array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().cpu().contiguous().numpy()


class _Run(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, layer: "Layer", *leaves: torch.Tensor) -> Any:
        ctx.layer, ctx.samples = layer, leaves[0].shape[0]
        ctx.save_for_backward(*leaves)
        found = layer._run("forward", None, leaves, {})
        return tuple(layer._tensor(name, found[name]) for name in layer.results)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *slopes: torch.Tensor) -> Any:
        layer, leaves = ctx.layer, ctx.saved_tensors
        wanted = tuple(n for n, needed in zip(layer.leaves, ctx.needs_input_grad[1:]) if needed)
        given = {f"slope:{name}": _array(slope) for name, slope in zip(layer.results, slopes)}
        found = layer._run("backward", wanted, leaves, given)
        gradients = [None]
        for name, leaf in zip(layer.leaves, leaves):
            gradient = found.get(f"gradient:{name}")
            if gradient is not None:
                gradients.append(torch.from_numpy(gradient).reshape(leaf.shape).to(leaf.device))
            else:
                gradients.append(torch.zeros_like(leaf) if name in wanted else None)
        return tuple(gradients)


class Layer(torch.nn.Module):
    """A network as a module: its trained parameters are the module's, in copies, and gradients reach them and the inputs.

    network: an unfurl.Network; its precision is that of the parameters.
    results: names of results of the last layer; one gives a tensor, several a tuple. By itself all read-outs.

    Tensors are [samples, ...], inputs by position in the order of ``network.inputs`` or by name. Works on the CPU; tensors from
    elsewhere are brought there. Parameters keep to no space here: clamp those that must not become negative. ``store()`` puts the
    module's parameters into the network.
    """

    def __init__(self, network: "u.Network", results: Optional[Sequence[str]] = None) -> None:
        super().__init__()
        self.network = network
        names = [results] if isinstance(results, str) else results
        self.results = list(names or network.readouts)
        self.inputs = list(network.inputs)
        double = network.precision() == u.Precision.f64
        self._attributes = {}
        for p in network.parameters():
            value = torch.tensor(p.values, dtype=torch.float64 if double else torch.float32)
            attribute = p.name.replace(".", "_")  # torch keeps "." for modules in modules
            self._attributes[p.name] = attribute
            if p.trained:
                self.register_parameter(attribute, torch.nn.Parameter(value))
            else:
                self.register_buffer(attribute, value)
        self.leaves = self.inputs + list(self._attributes)
        self._made: dict = {}

    def _run(self, kind: str, wanted: Any, leaves: Sequence[torch.Tensor], more: dict) -> dict:
        dtype = leaves[0].dtype
        key = (kind, dtype, wanted)
        if key not in self._made:
            program = _programs[dtype]
            arguments = (self.network, self.results) + (() if wanted is None else (list(wanted),))
            self._made[key] = getattr(program, kind)(*arguments)
        arrays = {name: _array(leaf) for name, leaf in zip(self.leaves, leaves)}
        return self._made[key].run(leaves[0].shape[0], {**arrays, **more})

    def _tensor(self, name: str, array: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(array.reshape(array.shape[:1] + tuple(self.network._shape_of(name, *array.shape[1:]))))

    def forward(self, *arrays: torch.Tensor, **named: torch.Tensor) -> Any:
        given = dict(zip(self.inputs, arrays), **named)
        missing = [name for name in self.inputs if name not in given]
        if missing or len(given) > len(self.inputs) or len(arrays) > len(self.inputs):
            u._refuse(f"the network observes {self.inputs}; {sorted(given)} were given", "give every input once")
        parameters = [getattr(self, attribute) for attribute in self._attributes.values()]
        dtype = parameters[0].dtype if parameters else next(iter(given.values())).dtype
        leaves = [given[name].to(dtype) for name in self.inputs] + parameters
        results = _Run.apply(self, *leaves)
        return results[0] if len(results) == 1 else results

    def store(self) -> "u.Network":
        """The network, with the module's parameters."""
        for name, attribute in self._attributes.items():
            self.network[name] = _array(getattr(self, attribute))
        return self.network

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_made": {}}
