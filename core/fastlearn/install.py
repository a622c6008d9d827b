"""What a bug report should hold: versions, device, processors. Nothing is sent anywhere."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

__all__ = ["install_report", "package_version", "show_install"]

PACKAGES = (
    "fastwidgets", "torch", "torchvision", "numpy", "pandas", "pillow", "safetensors", "scikit-learn", "matplotlib",
    "fastprogress", "ipykernel", "ipywidgets", "bqplot", "jupyterlab",
)  # fmt: skip


def show_install() -> None:
    """Print the versions and the hardware that matter in a bug report."""
    report = install_report()
    width = max(map(len, report))
    for name, value in report.items():
        print(f"{name:<{width}}  {value}")


def install_report() -> dict[str, str]:
    """What `show_install` prints, by name."""
    return {
        "python": f"{platform.python_version()} ({sys.implementation.name})",
        "system": f"{platform.system()} {platform.release()} ({platform.machine()})",
        **{package: package_version(package) for package in PACKAGES},
        "processors": str(_processors()),
        "torch threads": str(_torch_threads()),
        "device": _device(),
    }


def package_version(package: str) -> str:
    """The installed version of a package, or "not installed"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processors() -> int:
    """Those that this process may use, which in a container are often fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _torch_threads() -> int:
    import torch

    return torch.get_num_threads()


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        return f"cuda {torch.version.cuda}: {', '.join(names)}"
    return "mps (Apple GPU)" if torch.backends.mps.is_available() else "cpu"
