"""Networks as JSON: how each layer is made. The weights travel beside, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from torch import Tensor, nn

from fastlearn.bundle.names import CannotExport, Trust, path_of
from fastlearn.bundle.parametrized import parametrized_from_spec, parametrized_spec, type_of
from fastlearn.bundle.specs import Tensors, arguments_of, from_spec, to_spec

__all__ = ["module_from_spec", "module_spec"]

CONTAINERS: dict[str, type[nn.Module]] = {"sequential": nn.Sequential, "list": nn.ModuleList, "dict": nn.ModuleDict}


def module_spec(module: nn.Module, tensors: Tensors, name: str = "model") -> Any:
    """How `module` is made: a known body, a container of layers, or a class and its arguments.

    A class with an attribute `made_of`, a tuple of names, is made from its parts and those of its attributes, and not
    by its constructor.
    Raises: CannotExport, naming the layer, if it cannot be made again.
    """
    recipe = getattr(module, "recipe", None)
    if recipe is not None:
        return {"body": to_spec(recipe, tensors, f"{name}.recipe")}
    kind = next((kind for kind, cls in CONTAINERS.items() if _is_plain(module, cls)), None)
    if kind is not None:
        own = {} if type(module) is CONTAINERS[kind] else {"make": path_of(type(module))}
        return {kind: _parts(module, tensors, name), **own, **_vision_part(module)}
    try:
        made_of = getattr(type_of(module), "made_of", None)
        if made_of is not None:
            attributes = {key: to_spec(getattr(module, key), tensors, f"{name}.{key}") for key in made_of}
            return {"make": path_of(type(module)), "parts": _parts(module, tensors, name), "attributes": attributes}
        arguments = arguments_of(module)
        spec: dict[str, Any] = {"make": path_of(type_of(module)), "args": {}, **parametrized_spec(module)}
        for key, value in arguments.items():
            nested = isinstance(value, nn.Module)
            spec["args"][key] = {"module": module_spec(value, tensors, f"{name}.{key}")} if nested else to_spec(
                value, tensors, f"{name}.{key}"
            )  # fmt: skip
        return spec
    except CannotExport as error:
        raise CannotExport(
            f"{name} ({type(module).__name__}): {error} Or export(..., build=make_model) with a function, at the top "
            "of a module, that makes the model anew."
        ) from None


def module_from_spec(spec: Any, tensors: Mapping[str, Tensor], trust: Trust) -> nn.Module:
    """The network that `module_spec` described, with weights of its own. Raises: UntrustedCode."""
    if "body" in spec:
        from fastlearn.vision.vision_model import body_of_recipe

        return body_of_recipe(from_spec(spec["body"], tensors, trust))
    for kind, cls in CONTAINERS.items():
        if kind in spec:
            return _container(cls, _made_parts(spec[kind], tensors, trust), spec, trust)
    if "parts" in spec:
        attributes = {key: from_spec(value, tensors, trust) for key, value in spec["attributes"].items()}
        return _of_parts(_module_class(spec, trust), _made_parts(spec["parts"], tensors, trust), attributes)
    arguments = {
        key: module_from_spec(value["module"], tensors, trust) if isinstance(value, dict) and "module" in value
        else from_spec(value, tensors, trust)
        for key, value in spec["args"].items()
    }  # fmt: skip
    made = trust.get(spec["make"])(**arguments)
    if not isinstance(made, nn.Module):
        raise ValueError(f"{spec['make']} is named as a layer in the bundle, but is none.")
    return parametrized_from_spec(made, spec)


def _parts(module: nn.Module, tensors: Tensors, name: str) -> list[list[Any]]:
    return [[key, module_spec(child, tensors, f"{name}.{key}")] for key, child in module.named_children()]


def _made_parts(specs: Any, tensors: Mapping[str, Tensor], trust: Trust) -> dict[str, nn.Module]:
    return {key: module_from_spec(part, tensors, trust) for key, part in specs}


def _module_class(spec: Any, trust: Trust) -> type[nn.Module]:
    cls = trust.get(spec["make"])
    if not (isinstance(cls, type) and issubclass(cls, nn.Module)):
        raise ValueError(f"{spec['make']} is named as a layer in the bundle, but is none.")
    return cls


def _of_parts(cls: type[nn.Module], parts: dict[str, nn.Module], attributes: dict[str, Any]) -> nn.Module:
    """A module of the class `cls` whose constructor did not run."""
    made = cls.__new__(cls)
    nn.Module.__init__(made)
    for key, value in attributes.items():
        setattr(made, key, value)
    for key, part in parts.items():
        made.add_module(key, part)
    return made


def _is_plain(module: nn.Module, cls: type[nn.Module]) -> bool:
    """Whether `module` does what `cls` does: it is one, or a class of ours that only fills it."""
    from fastlearn.vision.vision_model import VisionModel

    own = type(module).__module__.startswith("fastlearn.") and type(module).forward is cls.forward
    return type(module) is cls or (isinstance(module, cls) and (own or isinstance(module, VisionModel)))


def _vision_part(module: nn.Module) -> dict[str, Any]:
    from fastlearn.vision.vision_model import VisionModel

    if not isinstance(module, VisionModel):
        return {}
    return {"n_in": module.n_in, "notes": None if module.notes is None else asdict(module.notes)}


def _container(cls: type[nn.Module], parts: dict[str, nn.Module], spec: dict[str, Any], trust: Trust) -> nn.Module:
    from fastlearn.vision.vision_model import BuildNotes, VisionModel

    if "n_in" in spec:
        own = _module_class(spec, trust) if "make" in spec else VisionModel
        notes = None if spec["notes"] is None else BuildNotes(**spec["notes"])
        return _of_parts(own, parts, {"n_in": spec["n_in"], "notes": notes})
    return _of_parts(_module_class(spec, trust) if "make" in spec else cls, parts, {})
