"""From a bundle to a learner that predicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from fastlearn.bundle.archive import JSON_FILE, read_files
from fastlearn.bundle.data import data_from_spec
from fastlearn.bundle.export import VERSION, names_in_bundle
from fastlearn.bundle.metrics import metrics_from_specs
from fastlearn.bundle.modules import module_from_spec
from fastlearn.bundle.names import Trust, UntrustedCode, refusal
from fastlearn.bundle.specs import from_spec
from fastlearn.keywords import check_keywords
from fastlearn.runs.files import tensors_from_bytes
from fastlearn.train.learner import Learner

__all__ = ["load_learner"]


@check_keywords
def load_learner(fname: str | Path, cpu: bool = True, trust: Iterable[str | Callable[..., Any]] | str = ()) -> Learner:
    """The learner in the bundle `fname`, ready to predict: `predict`, `get_preds(dl=learn.dls.test_dl(items))`.

    It runs no code but this library's, torch's and, for metrics, scikit-learn's. Code that the bundle names besides is
    imported only if it is in `trust`, as a path ("my_module.my_function") or as the function or class itself. With
    `cpu=False` the learner goes to the accelerator that is there. Metrics that cannot be made again are left out, with
    a warning.
    Raises: FileNotFoundError; UntrustedCode, naming the code; ValueError for a damaged, newer or foreign file.
    """
    path = Path(fname)
    content, data = read_files(path)
    content = _this_version(content, path)
    trusted, tensors = Trust(trust), tensors_from_bytes(data, str(path))
    parts = {name.removeprefix("spec."): value for name, value in tensors.items() if name.startswith("spec.")}
    with _damage_named(path):
        refused = [name for name in names_in_bundle(content) if not trusted.covers(name)]
        if refused:
            raise UntrustedCode(refusal(refused))
        learn = _learner(content, parts, trusted)
    _load_weights(
        learn.model, {n.removeprefix("model."): v for n, v in tensors.items() if n.startswith("model.")}, path
    )
    if not cpu:
        _to_accelerator(learn)
    learn.model.eval()
    return learn


def _this_version(content: dict[str, Any], path: Path) -> dict[str, Any]:
    version = content.get("version")
    if not isinstance(version, int) or version < 1:
        raise ValueError(f"{path} does not say of which version it is, so it cannot be read.")
    if version > VERSION:
        made_with = content.get("made_with")
        made = made_with.get("fastwidgets", "?") if isinstance(made_with, dict) else "?"
        raise ValueError(
            f"{path} was written by a newer fastwidgets ({made}): it has version {version}, and this one reads up to "
            f"{VERSION}. Try pip install --upgrade fastwidgets."
        )
    return content


def _learner(content: dict[str, Any], tensors: dict[str, torch.Tensor], trust: Trust) -> Learner:
    spec, loss = content["model"], content["loss"]
    with torch.random.fork_rng():
        model = trust.get(spec["build"])() if "build" in spec else module_from_spec(spec, tensors, trust)
    loss_func: Any
    if "module" in loss:
        loss_func = module_from_spec(loss["module"], tensors, trust)
    else:
        loss_func = from_spec(loss["function"], tensors, trust)
    steps = from_spec(content["input_tfms"], tensors, trust)
    metrics = metrics_from_specs(content.get("metrics", ()), tensors, trust)
    dls = data_from_spec(content["data"], tensors, trust)
    learner: type[Learner] = getattr(dls, "learner_type", None) or _kind(content, trust)  # that of tables is its own
    return learner(dls, model, loss_func=loss_func, input_tfms=steps, metrics=metrics)


def _kind(content: dict[str, Any], trust: Trust) -> type[Learner]:
    """The class of the learner: language models write texts, for example."""
    found = trust.get(content["learner"]) if "learner" in content else Learner
    if not (isinstance(found, type) and issubclass(found, Learner)):
        raise ValueError(f"{content['learner']} is named as a learner in the bundle, but is none.")
    return found


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Inside, whatever a damaged description leads to is raised as a ValueError that names the file."""
    try:
        yield
    except (UntrustedCode, ImportError):
        raise
    except Exception as error:
        said = f"it lacks {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error}"
        raise ValueError(
            f"{JSON_FILE} in {path} is damaged, or does not fit the code that it names: {said}. Try copying it again, "
            "or exporting it anew."
        ) from error


def _load_weights(model: nn.Module, weights: dict[str, torch.Tensor], path: Path) -> None:
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f"The weights in {path} do not fit the model that it describes: {error}") from error


def _to_accelerator(learn: Learner) -> None:
    from fastlearn.data.batch import default_device

    device = default_device()
    learn.model.to(device)
    if hasattr(learn.dls, "to"):
        learn.dls.to(device)
