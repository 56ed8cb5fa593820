"""The package's addresses, and its page on PyPI: the README, with links that lead somewhere.

The README's links are relative, as the repository wants them. On PyPI they would lead nowhere: here
they get the repository's address, at the tag of the version. Without an address a link becomes its
text, and an image goes.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE = r"\((?![a-z]+:|#)([^)\s]+)\)"
IMAGE = re.compile(rf"!\[([^\]]*)\]{RELATIVE}")
LINK = re.compile(rf"(?<!!)\[([^\]]*)\]{RELATIVE}")


class Addresses(MetadataHookInterface):
    """Fills in ``readme`` and ``urls``."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add both to the metadata."""
        repository, documentation = self.config["repository"], self.config["documentation"]
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        page = readme_elsewhere(text, repository, metadata["version"])
        metadata["readme"] = {"content-type": "text/markdown", "text": page}
        metadata["urls"] = addresses(repository, documentation)


def readme_elsewhere(text: str, repository: str, tag: str) -> str:
    """Return the README for readers who do not have the repository."""
    if not repository:
        return re.sub(r"\n{3,}", "\n\n", LINK.sub(r"\1", IMAGE.sub("", text)))
    text = IMAGE.sub(rf"![\1]({repository}/raw/{tag}/\2)", text)
    return LINK.sub(rf"[\1]({repository}/blob/{tag}/\2)", text)


def addresses(repository: str, documentation: str) -> dict[str, str]:
    """Return the addresses by the names that PyPI knows."""
    urls = {}
    if documentation:
        urls |= {"Documentation": documentation, "Changelog": f"{documentation}/changes.html"}
    if repository:
        urls |= {"Source": repository, "Issues": f"{repository}/issues"}
    return urls
