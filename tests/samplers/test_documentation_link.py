"""The link of the HTML view leads to this project's documentation."""

import re

import pytest

from skadan import WADANSampler


@pytest.mark.parametrize("address", [None, "https://docs.example/skadan"])
def test_html_links_to_this_projects_documentation_or_nowhere(address, monkeypatch):
    from email.message import Message

    package = Message()
    if address:
        package["Project-URL"] = f"Documentation, {address}"
    monkeypatch.setattr("skadan._version.metadata", lambda name: package)
    html = WADANSampler()._repr_html_()
    links = re.findall(r'class="sk-estimator-doc-link[^"]*"[^>]*href="([^"]*)"', html)
    assert links == ([f"{address}/generated/skadan.WADANSampler.html"] if address else [])
