"""Docstrings of the samplers: texts that several share, with defaults from the signature."""

from dataclasses import fields
from textwrap import dedent, fill, indent
from typing import Any

from imblearn.over_sampling.base import BaseOverSampler

SHARED = {
    "random_state": (
        "int, RandomState instance or None",
        "Seed of training and sampling. The global states of numpy and torch are neither read nor "
        "moved.",
    ),
    "clip": (
        "bool",
        "Hold synthetic values inside the range of their column's real ones.",
    ),
    "whole_numbers": (
        "bool",
        "Round synthetic values of columns that hold whole numbers only, such as counts and flags "
        "that are stored as floats. Columns of integers and booleans are rounded in any case.",
    ),
    "n_latent": ("int", "M, the size of a code h = E(x)."),
    "n_noise": ("int", "Size of the generator's noise z."),
    "autoencoder_layers": ("sequence of int", "Hidden widths of E; R mirrors them."),
    "latent_layers": (
        "sequence of int",
        "Hidden widths of the networks that see codes (C, G, D), where the method has them.",
    ),
    "hidden_layers": ("sequence of int", "Hidden widths of G; D mirrors them."),
    "alpha": ("float", "Weight of the class term in G's loss (Eqs. 14, 18), 0 or more."),
    "class_weight": (
        '{"balanced"}, dict or None',
        'Weights of the classes in the cross-entropy of real rows (Eqs. 11, 13). "balanced" is '
        "the paper's n_max / n_k.",
    ),
    "critic_steps": ("int", "Updates of D before each update of G."),
    "latent_steps": (
        "int",
        "Rounds of D and G for each update of C, E and R. The paper's is 1.",
    ),
    "conditional_critic": ("bool", "D sees the label beside the code. The paper's does not."),
    "input_noise": (
        "float",
        "Standard deviation of Gaussian noise added to the z-scores that E sees in training. The "
        "paper adds none.",
    ),
    "reconstruction_weight": (
        'float or {"mean"}',
        "Weight of the reconstruction error, a sum over columns (Eq. 12), beside the cross-entropy "
        "in E's loss (Eq. 13). \"mean\" is one over the number of columns; the paper's is 1, with "
        "which E hardly hears the classes of a wide table.",
    ),
    "residuals": (
        "bool",
        "Add to each generated row what the decoder lost of a training row of its class, "
        "x - R(E(x)). The paper does not. With the share that `anchor` mixes in, the generated row "
        "is a training row, moved as its code says.",
    ),
    "anchor": (
        "float",
        "Weight of a training row of its class in each generated row: 0 for the generated row "
        "alone, as in the paper; with 1 nothing of the network is left. The training row is drawn "
        "at random, each as often as any other of the class.",
    ),
    "center": (
        '{"shrunken", "mean"} or None',
        "Where the rows of a class are centred. "
        '"shrunken" is the mean of its training rows, drawn to the mean of the table as far as '
        "that mean is uncertain: for synthetic rows alone, since a boundary half way between "
        'training rows is too near to a rare class. "mean" is the mean itself: under '
        "`PriorCorrectedClassifier`, which moves the boundary. With None, as in the paper, rows "
        "are where the generator puts them, and `own_share` has no effect.",
    ),
    "own_share": (
        'float or {"auto"}',
        "Share of its own covariance in the rows of a class, from 0 to 1; the rest is the "
        'covariance of all classes. "auto" takes it from the data, for each class: the fewer rows '
        "it has and the more alike the classes' covariances are, the less: see the page of "
        "equations.",
    ),
    "row_space": (
        '{"auto"} or bool',
        "Train in orthonormal coordinates of the span of the training rows, of which there are as "
        "many as rows, in place of the columns: a tenth of the width takes about a tenth of the "
        'time. "auto" does so where there are at least twice as many columns as rows. The paper\'s '
        "networks see the columns.",
    ),
    "precision": (
        '{"float32", "bfloat16"}',
        "Of the large networks' matrix products in training; weights and synthetic rows are "
        "float32 either way. bfloat16 pays where the processor multiplies it (AVX512-BF16 or AMX, "
        "GPUs since Ampere) and is slow elsewhere.",
    ),
    "max_epochs": ("int", "Passes over the training rows."),
    "batch_size": (
        "int",
        "Largest number of rows in a batch; the batches of an epoch are of equal size.",
    ),
    "learning_rate": ("float", "Adam's learning rate. The paper's is 1e-4."),
    "betas": (
        "tuple of two floats",
        "Adam's decay rates. The paper names none; Adam's own are (0.9, 0.999).",
    ),
    "n_threads": (
        "int",
        "Threads of torch while training and sampling on a CPU; the caller's setting is restored "
        "afterwards. The result is reproducible for a given number.",
    ),
    "device": ("str", 'A torch device, or "auto": a GPU where there is one, else the CPU.'),
    "checkpoint": (
        "path or None",
        "Folder that keeps the state of training: a fit that was stopped, even killed, goes on "
        "from there to the result that it would have had. Each fit has a file of its own, named "
        "for its data and parameters, so folds and settings may share the folder; a fit that ends "
        "removes its file.",
    ),
    "checkpoint_epochs": ("int", "Epochs between two kept states."),
    "verbose": (
        "int",
        "1 or more prints a plain bar with the losses, about ten lines a fit, where no callback is "
        "set. `set_callbacks`, which scikit-learn has since 1.9, takes callbacks such as "
        "`sklearn.callback.ProgressBar`; one whose `on_fit_task_end` returns True after an epoch "
        "ends the training. With scikit-learn 1.7 and 1.8 there is no such method.",
    ),
    "saturating": (
        "bool",
        "G minimises log(1 - D(G)), as Eqs. 1 and 14 print it; otherwise -log D(G), as Eq. 3, "
        "whose gradient does not vanish where D is sure.",
    ),
}

# Of samplers that choose these themselves, with r the columns that the networks see: those of the
# table, or as many as rows where `row_space` takes these.
BY_THE_TABLE = {
    "n_latent": (
        'int or {"auto"}',
        'M, the size of a code h = E(x). "auto" is min(100, r), with r the number of columns that '
        "the networks see (`row_space`). The paper's is 100.",
    ),
    "n_noise": (
        'int or {"auto"}',
        'Size of the generator\'s noise z. "auto" is that of a code, as in the paper.',
    ),
    "autoencoder_layers": (
        'sequence of int or {"auto"}',
        'Hidden widths of E; R mirrors them. "auto" is two layers of 2 r units, from 64 to 800; '
        "800 is the paper's.",
    ),
    "latent_layers": (
        'sequence of int or {"auto"}',
        'Hidden widths of C, G and D. "auto" is two layers of 2 M units, from 32 to 100; 100 is '
        "the paper's.",
    ),
    "max_epochs": (
        'int or {"auto"}',
        'Passes over the training rows. "auto" trains until neither the reconstruction of rows nor '
        "the distance of G's codes from theirs falls by 3 % from 100 iterations to the next 100, "
        "but for 120 passes or 400 iterations at most, however many rows there are. The two are "
        "looked at every 25 iterations, on a tenth of each class of 50 rows or more, which is held "
        "out, or on training rows where these would be fewer than 10; `history_` has them as "
        "``unrestored`` and ``code_distance``. An epoch is then 25 batches at most.",
    ),
}

# What one changes first; the rest is behind it.
FIRST = (
    "sampling_strategy",
    "random_state",
    "max_epochs",
    "center",
    "own_share",
    "anchor",
    "clip",
    "whole_numbers",
)
TRAINING = (
    "row_space",
    "precision",
    "max_epochs",
    "batch_size",
    "learning_rate",
    "betas",
    "n_threads",
    "device",
    "checkpoint",
    "checkpoint_epochs",
    "verbose",
)
ADAN = (
    "n_latent",
    "n_noise",
    "autoencoder_layers",
    "latent_layers",
    "alpha",
    "class_weight",
    "critic_steps",
    "latent_steps",
    "conditional_critic",
    "input_noise",
    "reconstruction_weight",
    "residuals",
)
GROUPS = {
    "first_parameters": FIRST,
    "adan_parameters": ADAN,
    "training_parameters": TRAINING,
    "other_training_parameters": tuple(name for name in TRAINING if name not in FIRST),
}

STRATEGY_HEAD, _, STRATEGY_CHOICES = BaseOverSampler._sampling_strategy_docstring.partition("\n")
REPLICATE = """
`skadan.Replicate` ``(k)`` is such a callable: k synthetic sets of the size and label distribution
of the data."""


# What the board says of such rows (docs/board.md), for the pages of the classes that make them.
WHEN_ROWS_HELP = (
    "On 55 public tables whose rare classes were cut to a few rows, rows made in this way raised "
    "the unweighted average recall of every kind of classifier that was tried, in the mean by more "
    "than SMOTE, a smoothed bootstrap and class weights did, and the area under the ROC curve by "
    "half a point to a point. Where rare classes have dozens of rows, class weights gain as much. "
    "Probabilities get worse. If your classifier has probabilities, `PriorCorrectedClassifier` "
    "gains as much recall without a row, and more with a random forest."
)


def fill_in(cls: Any) -> str:
    """Return the docstring of a sampler, with shared texts in place of their names in braces.

    ``{alpha}`` stands for a shared parameter, ``{training_parameters}`` for a group of them,
    ``{attributes}`` for the fitted attributes, ``{when_rows_help}`` for a note on results.
    """
    defaults = {field.name: field.default for field in fields(cls)}
    texts = {"attributes": "\n\n".join(_entry(a.name, a.kind, a.text) for a in cls._fitted)}
    texts["when_rows_help"] = fill(WHEN_ROWS_HELP, 95)
    for name in defaults.keys() & SHARED.keys():
        of_table = defaults[name] == "auto" and name in BY_THE_TABLE
        kind, text = (BY_THE_TABLE if of_table else SHARED)[name]
        texts[name] = _entry(name, f"{kind}, default={_shown(defaults[name])}", text)
    choices = indent(f"{dedent(STRATEGY_CHOICES).strip()}\n{REPLICATE}", "    ")
    texts["sampling_strategy"] = f"{STRATEGY_HEAD}\n{choices}"
    for group, names in GROUPS.items():
        if set(names) <= texts.keys():
            texts[group] = "\n\n".join(texts[name] for name in names)
    doc = dedent(f"    {cls.__doc__}")
    for name, text in texts.items():
        doc = doc.replace(f"{{{name}}}", text)
    return doc


def _shown(default: object) -> str:
    """Return a default as docstrings write it."""
    return f'"{default}"' if isinstance(default, str) else repr(default)


def _entry(name: str, kind: str, text: str) -> str:
    return f"{name} : {kind}\n" + indent(fill(text, 95), "    ")
