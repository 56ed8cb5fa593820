"""How the documentation is built: ``python -m sphinx -W docs docs/_build``."""

import os
import sys
import warnings
from pathlib import Path

import matplotlib

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("OMP_NUM_THREADS", "1")
matplotlib.use("Agg")

from skadan import __version__

project = "skadan"
author = "The skadan developers"
copyright = "The skadan developers, BSD 3-Clause"
version = release = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "sphinx-mathjax-offline",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "results", "auto_examples/*.ipynb", "auto_examples/*.md5"]
templates_path = ["_templates"]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings state types, and ArrayLike would be four lines of names
toc_object_entries_show_parents = "hide"  # names as long as their column
suppress_warnings = ["config.cache"]  # of functions in the settings of the gallery
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
default_role = "code"

html_theme = "pydata_sphinx_theme"
html_title = "skadan"
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": True,
    "show_toc_level": 2,
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
}
SINGLE = (
    "index",
    "api",
    "guide",
    "equations",
    "games",
    "results",
    "experiments",
    "board",
    "board_tables",
    "performance",
    "performance_gpu",
    "changes",
    "contributing",
)
# A class page is long enough without a sidebar of 70 names; api.md lists them.
html_sidebars = {page: [] for page in (*SINGLE, "generated/*")}
html_static_path = ["_static"]
html_css_files = ["wide.css"]


PAGES = (
    "quick_start",
    "rare_classes",
    "prior_correction",
    "omics",
    "spectra",
    "speech",
    "look_inside",
    "one_table",
    "nested_study",
)


def in_order(name: str) -> int:
    """Place of a page in the gallery, as one would read them; it is also asked for programs."""
    page = name.removeprefix("plot_").removesuffix(".py")
    return PAGES.index(page) if page in PAGES else len(PAGES)


sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"/plot_",
    "ignore_pattern": r"/(?!plot_)[^/]*$",  # programs with a command line
    "within_subsection_order": in_order,
    "download_all_examples": False,
    "show_memory": False,
    "plot_gallery": os.environ.get("SKADAN_DOCS_GALLERY", "True") == "True",
    "min_reported_time": 5,
}
warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive", UserWarning)
