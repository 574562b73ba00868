"""Inference in one call: of a model, of a table model, or of a file."""

from __future__ import annotations

import os
from typing import Any, Mapping, Union

from . import _unfurl as u


class TableResult:
    """Marginals of the variables of a table model, known ones too, and log Z."""

    def __init__(self, conditioned: u.ConditionedModel, result: Any) -> None:
        self.result = result  #: of the variables that are not known, an ExactResult or an InferenceResult
        self.marginals = conditioned.all_marginals(result.marginals)
        constant = conditioned.log_constant
        self.log_partition = None if result.log_partition is None else result.log_partition + constant
        self.states = conditioned.all_states(result.states) if getattr(result, "states", None) else None


def infer(
    model: Union[u.Model, u.TableModel, str, os.PathLike[str]],
    algorithm: Any = "exact",
    data: Any = None,
    sample: int = 0,
    *,
    evidence: Union[None, str, os.PathLike[str], Mapping[int, int]] = None,
    **options: Any,
) -> Any:
    """Marginals and log Z of a discrete model, exactly ("exact") or by an algorithm until its marginals stand still.

    model: a Model, a TableModel, or a file of one, .uai or .fg, perhaps packed (.gz).
    algorithm: "exact", or an algorithm or its short name.
    data, sample: of a Model, the data, and which of its samples; an array or a dictionary of arrays.
    evidence: of a TableModel, states by variable, or a file of them.
    options: of exact(): most_memory, scopes, threads; of algorithms: iterations, tolerance, factor_marginals, decode, threads.

    Gives an ExactResult or an InferenceResult, for table models a TableResult.
    """
    run = u.exact if isinstance(algorithm, str) and algorithm == "exact" else u._infer
    chosen = () if run is u.exact else (algorithm,)
    if isinstance(model, u.Model):
        if evidence is not None:
            u._refuse("evidence is for table models", "declare it, Model.evidence, and give it as data")
        return run(model, *chosen, data, sample, **options)
    table = model if isinstance(model, u.TableModel) else u.read_model(model)
    if evidence is not None and not isinstance(evidence, Mapping):
        evidence = u.read_evidence(evidence, table)
    conditioned = u.condition(table, dict(evidence or {}))
    return TableResult(conditioned, run(conditioned.model, *chosen, **options))
