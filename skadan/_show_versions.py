"""What a bug report needs to say of the machine."""

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
    """Print the versions of Python and of the packages that matter, the processor and the GPU.

    For bug reports. It names no folder and no user.

    Examples
    --------
    >>> from skadan import show_versions
    >>> show_versions()  # doctest: +ELLIPSIS
    python: 3...
    """
    lines = {"python": platform.python_version(), "system": platform.platform()}
    lines |= {name: _installed(name) for name in PACKAGES}
    for name, value in (lines | _torch()).items():
        print(f"{name}: {value}")


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _torch() -> dict[str, str]:
    """Describe processor, threads and GPUs as torch sees them."""
    import torch

    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {
        "processor": f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}",
        "threads of torch": str(torch.get_num_threads()),
        "GPU": ", ".join(gpus) or "none",
    }
