"""Training in one call."""

from __future__ import annotations

import sys
from typing import Any, Callable, Iterable, Mapping, Optional

from . import _unfurl as u
from ._files import declaration


def _suffixed(name: str) -> str:
    """The array of targets of a result."""
    return f"{name}.target"


def _by_name(x: Any, names: list, what: str) -> dict:
    if isinstance(x, Mapping):
        return dict(x)
    if len(names) != 1:
        u._refuse(f"one array of {what} was given, and the network has {names}", "give a dictionary of arrays")
    return {names[0]: x}


def _results(network: u.Network) -> list:
    """The results that targets may be given for: not log-beliefs and other values beside a variable's own."""
    names = [r for r in network.readouts if r not in network.log_beliefs]
    return [r for r in names if r.rpartition(".")[0] not in names]


def _loss(network: u.Network, targets: Iterable[str], given: Optional[Callable]) -> u.Loss:
    """The sum over the results that have targets; of discrete variables the cross-entropy, of others the squared error."""
    total = None
    for name in targets:
        discrete = f"{name}.logit" in network.log_beliefs
        make = given or (u.loss.cross_entropy if discrete else u.loss.squared_error)
        part = make(name, _suffixed(name))
        total = part if total is None else total + part
    if total is None:
        u._refuse("there are no targets and no loss", "give targets of the results, fit(x, y), or a loss")
    return total


class _Progress:
    """A line on the standard error that says how far the training is."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.shown = -1

    def on_batch(self, epoch: int, share: float, loss: float) -> None:
        percent = int(100 * share)
        if percent != self.shown:
            self.shown = percent
            print(f"\repoch {epoch}/{self.epochs}  {percent:3d} %  loss {loss:.4g}   ", end="", file=sys.stderr, flush=True)

    def on_epoch(self, record: u.EpochRecord) -> None:
        validation = "" if record.validation is None else f"  validation {record.validation:.4g}"
        text = f"epoch {record.epoch}/{self.epochs}  loss {record.loss:.4g}{validation}  {record.seconds:.2f} s"
        print(f"\r{text:<60}", file=sys.stderr, flush=True)


def fit(
    self: u.Network,
    x: Any,
    y: Any = None,
    *,
    loss: Any = None,
    callbacks: Iterable[Callable] = (),
    on_batch: Optional[Callable] = None,
    progress: bool = False,
    validation: Any = None,
    **options: Any,
) -> u.History:
    """Trains the network in place, on samples along the first axis.

    x: what the network observes: an array where that is one thing, else a dictionary of arrays (or a Dataset with the targets).
    y: targets of its result: an array where that is one, else a dictionary by result. Discrete variables have states 0, 1, ...
    loss: a Loss on arrays of x and y by name, or a function of unfurl.loss that takes a result and its target. By itself
        cross-entropy for discrete variables and squared error for everything else.
    callbacks: functions of an EpochRecord, after every epoch; one that returns False ends the training.
    on_batch: a function (epoch, share of the epoch, loss), after every batch.
    progress: show a line for every epoch.
    validation: a pair (x, y) like the above.
    options: those of Trainer: optimizer, epochs, batch, seed, keep_best, checkpoint, checkpoint_every, resume, curriculum, average.

    A KeyboardInterrupt is raised after the batch at hand; the network then has the parameters of the last whole epoch.
    """

    def joined(inputs: Any, targets: Any) -> Any:
        if isinstance(inputs, u.Dataset):
            return inputs
        data = _by_name(inputs, list(self.inputs), "data")
        if targets is not None:
            named = _by_name(targets, _results(self), "targets")
            data.update(named if isinstance(loss, u.Loss) else {_suffixed(name): a for name, a in named.items()})
        return data

    options.setdefault("declaration", declaration(self))
    objective = loss
    if not isinstance(loss, u.Loss):
        objective = _loss(self, _by_name(y, _results(self), "targets") if y is not None else (), loss)
    if isinstance(validation, tuple):
        validation = joined(*validation)
    callbacks = list(callbacks)
    if progress:
        shown = _Progress(options.get("epochs", 10))
        callbacks.insert(0, shown.on_epoch)
        on_batch = on_batch or shown.on_batch

    def on_epoch(record: u.EpochRecord) -> bool:
        answers = [callback(record) for callback in callbacks]
        return not any(answer is False for answer in answers)

    trainer = u.Trainer(objective, validation=validation, on_epoch=on_epoch, on_batch=on_batch, **options)
    return trainer.fit(self, joined(x, y))
