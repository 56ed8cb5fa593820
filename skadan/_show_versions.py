"""Print what a bug report should say about the machine."""

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "skadan",
    "torch",
    "numpy",
    "scipy",
    "scikit-learn",
    "imbalanced-learn",
    "joblib",
    "pandas",
    "polars",
    "pyarrow",
    "matplotlib",
    "safetensors",
    "opensmile",
    "audb",
)


def show_versions() -> None:
    """Print the versions of Python and of relevant packages, the processor and the GPU.

    Paste the output into a bug report. It contains no folder and no user name.

    Examples
    --------
    >>> from skadan import show_versions
    >>> show_versions()  # doctest: +ELLIPSIS
    python: 3...
    """
    lines = {"python": platform.python_version(), "system": platform.platform()}
    lines |= {name: _installed_version(name) for name in PACKAGES}
    for name, value in (lines | _torch_facts()).items():
        print(f"{name}: {value}")


def _installed_version(package: str) -> str:
    """Return the version of a package, or "not installed"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _torch_facts() -> dict[str, str]:
    """Return the processor, threads and GPUs that torch detects."""
    import torch

    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {
        "processor": f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}",
        "threads of torch": str(torch.get_num_threads()),
        "GPU": ", ".join(gpus) or "none",
    }
