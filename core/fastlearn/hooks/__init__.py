"""Looking into a network while it runs; whatever happens, the hooks come off."""

from __future__ import annotations

from fastlearn.hooks.hook import Hook, Hooks, hook_output, hook_outputs
from fastlearn.hooks.info import layer_info, module_summary, total_params

__all__ = ["Hook", "Hooks", "hook_output", "hook_outputs", "layer_info", "module_summary", "total_params"]
