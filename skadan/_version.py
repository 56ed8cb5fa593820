"""State the version, and find the address of the documentation."""

from importlib.metadata import PackageNotFoundError, metadata

__version__ = "0.1.0"


def documentation_address() -> str | None:
    """Return the address in the package's metadata (``project.urls``), if there is one."""
    try:
        entries = metadata("skadan").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    urls = dict(entry.split(", ", 1) for entry in entries)
    return urls.get("Documentation")
