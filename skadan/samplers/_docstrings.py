"""Fill in docstrings of samplers: shared texts, with defaults from the signature."""

from dataclasses import fields
from textwrap import dedent, fill, indent
from typing import Any

SHARED = {
    "sampling_strategy": (
        "float, str, dict or callable",
        'How many rows each class has after resampling, as in imbalanced-learn. "auto" fills every '
        'class up to the size of the largest, as do "not majority" and "all"; "minority" fills '
        'only the smallest class, "not minority" all but the smallest. A dict gives the number of '
        "rows by label, real rows included; other classes stay as they are. A float is for two "
        "classes: the size of the smaller one relative to the larger. A callable takes `y` and "
        "returns such a dict, for example `Replicate` ``(k)``, which asks for k synthetic sets of "
        "the size and label distribution of the data.",
    ),
    "random_state": (
        "int, RandomState instance or None",
        "Seed of training and sampling. The global random states of NumPy and torch are neither "
        "used nor changed.",
    ),
    "clip": (
        "bool",
        "Clip synthetic values to the range of the real values of their column.",
    ),
    "whole_numbers": (
        "bool",
        "Round synthetic values of columns that hold whole numbers only, such as counts and flags "
        "stored as floats. Columns of integer or boolean dtype are always rounded.",
    ),
    "n_latent": ("int", "M, the size of a code h = E(x)."),
    "n_noise": ("int", "Size of the generator's noise z."),
    "autoencoder_layers": ("sequence of int", "Hidden widths of E; R mirrors them."),
    "latent_layers": (
        "sequence of int",
        "Hidden widths of the networks that see codes: C, G and D, as far as the method has them.",
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
        "Rounds of D and G for each update of C, E and R. The paper uses 1.",
    ),
    "conditional_critic": ("bool", "D sees the label as well as the code. The paper's D does not."),
    "input_noise": (
        "float",
        "Standard deviation of Gaussian noise added to the z-scores that E sees in training. The "
        "paper adds none.",
    ),
    "reconstruction_weight": (
        'float or {"mean"}',
        "Weight of the reconstruction error, a sum over columns (Eq. 12), against the "
        'cross-entropy in E\'s loss (Eq. 13). "mean" is one over the number of columns. The paper '
        "uses 1, with which the classes of a wide table have little effect on E.",
    ),
    "residuals": (
        "bool",
        "Add to each generated row the reconstruction error x - R(E(x)) of a training row of its "
        "class. The paper does not. With `anchor` a, the generated row is then "
        "x + (1 - a) (R(G(z, y)) - R(E(x))).",
    ),
    "anchor": (
        "float",
        "Weight of a training row of its class in each generated row: 0 for the generated row "
        "alone, as in the paper; 1 for the training row alone. The training row is drawn at "
        "random, each equally often.",
    ),
    "center": (
        '{"shrunken", "mean"} or None',
        "Where the rows of a class are centred. "
        '"shrunken" is the mean of its training rows, shrunk towards the mean of the table: the '
        "more, the less certain it is. Use it for synthetic rows alone, since a boundary half way "
        'between training rows is too near to a rare class. "mean" is the mean itself. Use it with '
        "`PriorCorrectedClassifier`, which moves the boundary. With None, as in the paper, rows "
        "stay where the generator puts them, and `own_share` has no effect.",
    ),
    "own_share": (
        'float or {"auto"}',
        "Share of its own covariance in the rows of a class, from 0 to 1; the rest is the "
        'covariance of all classes. "auto" estimates it for each class: it is smaller the fewer '
        "rows the class has and the more alike the classes' covariances are (see the page of "
        "equations).",
    ),
    "row_space": (
        '{"auto"} or bool',
        "Train in orthonormal coordinates of the span of the training rows instead of in the "
        "columns. There are as many coordinates as rows, and a tenth of the width takes about a "
        'tenth of the time. "auto" does so if there are at least twice as many columns as rows. '
        "The networks of the paper see the columns.",
    ),
    "precision": (
        '{"float32", "bfloat16"}',
        "Precision of the large networks' matrix products in training; weights and synthetic rows "
        "are float32 either way. bfloat16 is faster if the processor supports it (AVX512-BF16 or "
        "AMX, GPUs since Ampere) and slow otherwise.",
    ),
    "max_epochs": ("int", "Passes over the training rows."),
    "batch_size": (
        "int",
        "Largest number of rows in a batch; the batches of an epoch are of equal size.",
    ),
    "learning_rate": ("float", "Adam's learning rate. The paper's is 1e-4."),
    "betas": (
        "tuple of two floats",
        "Adam's decay rates. The paper does not state them; Adam's defaults are (0.9, 0.999).",
    ),
    "n_threads": (
        "int",
        "Number of torch threads for training and sampling on a CPU; the caller's setting is "
        "restored afterwards. The result is reproducible for a given number.",
    ),
    "device": ("str", 'A torch device, or "auto": a GPU if there is one, else the CPU.'),
    "checkpoint": (
        "path or None",
        "Folder for the state of training. A fit that was stopped or killed resumes from there, "
        "with the same result as without the interruption. Each fit has a separate file, named "
        "by its data and parameters, so folds and settings may share the folder. A fit that ends "
        "removes its file.",
    ),
    "checkpoint_epochs": ("int", "Epochs between two saved states."),
    "verbose": (
        "int",
        "1 shows a progress bar on standard error; its remaining time is that of ``max_epochs``, "
        "and a training that settles earlier ends earlier. 2 also prints the losses about ten "
        "times. Callbacks take its place: with scikit-learn 1.9 or later, `set_callbacks` takes "
        "such as `sklearn.callback.ProgressBar`; one whose `on_fit_task_end` returns True after an "
        "epoch ends the training.",
    ),
    "saturating": (
        "bool",
        "G minimises log(1 - D(G)), as in Eqs. 1 and 14, instead of -log D(G), as in Eq. 3, whose "
        "gradient does not vanish where D is certain.",
    ),
}

# Texts for samplers whose default is "auto". r is the number of columns that the networks see:
# those of the table, or the number of rows if `row_space` applies.
AUTO = {
    "n_latent": (
        'int or {"auto"}',
        'M, the size of a code h = E(x). "auto" is min(100, r), where r is the number of columns '
        "that the networks see (`row_space`). The paper uses 100.",
    ),
    "n_noise": (
        'int or {"auto"}',
        'Size of the generator\'s noise z. "auto" is the size of a code, as in the paper.',
    ),
    "autoencoder_layers": (
        'sequence of int or {"auto"}',
        'Hidden widths of E; R mirrors them. "auto" is two layers of 2 r units, from 64 to 800. '
        "The paper uses 800.",
    ),
    "latent_layers": (
        'sequence of int or {"auto"}',
        'Hidden widths of C, G and D. "auto" is two layers of 2 M units, from 32 to 100. The paper '
        "uses 100.",
    ),
    "max_epochs": (
        'int or {"auto"}',
        'Passes over the training rows. "auto" stops when neither the reconstruction error nor the '
        "distance of G's codes from those of real rows falls by 3 % from 100 iterations to the "
        "next 100, and after 120 passes or 400 iterations at the latest. Both are measured every "
        "25 iterations, on a held-out tenth of each class of 50 rows or more, or on training rows "
        "if fewer than 10 rows would be held out. `history_` has them as ``unrestored`` and "
        "``code_distance``. An epoch then has 25 batches at most.",
    ),
}

# The parameters most users tune.
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

# Results of docs/board.md, for the docstrings of the samplers that make such rows.
WHEN_ROWS_HELP = (
    "On 55 public tables whose rare classes were cut to a few rows, rows made in this way raised "
    "the unweighted average recall of every kind of classifier tried, on average by more than "
    "SMOTE, a smoothed bootstrap and class weights did, and the area under the ROC curve by half a "
    "point to a point. If rare classes have dozens of rows, class weights gain as much. "
    "Probabilities get worse. If your classifier has probabilities, `PriorCorrectedClassifier` "
    "gains as much recall without synthetic rows, and more with a random forest."
)


def fill_in(cls: Any) -> str:
    """Return the docstring of a sampler, with the names in braces replaced by shared texts.

    ``{alpha}`` is replaced by a shared parameter, ``{training_parameters}`` by a group of them,
    ``{attributes}`` by the fitted attributes, ``{when_rows_help}`` by a note on results.
    """
    defaults = {field.name: field.default for field in fields(cls)}
    texts = {
        "attributes": "\n\n".join(_entry(a.name, a.kind, a.text) for a in cls._fitted_attributes)
    }
    texts["when_rows_help"] = fill(WHEN_ROWS_HELP, 95)
    for name in defaults.keys() & SHARED.keys():
        is_auto = defaults[name] == "auto" and name in AUTO
        kind, text = (AUTO if is_auto else SHARED)[name]
        texts[name] = _entry(name, f"{kind}, default={_default_text(defaults[name])}", text)
    for group, names in GROUPS.items():
        if set(names) <= texts.keys():
            texts[group] = "\n\n".join(texts[name] for name in names)
    # The first line follows the quotes; dedent needs it to be indented like the others.
    doc = dedent(f"    {cls.__doc__}")
    for name, text in texts.items():
        # Not str.format, because docstrings have other braces, such as {"shrunken", "mean"}.
        doc = doc.replace(f"{{{name}}}", text)
    return doc


def _default_text(default: object) -> str:
    """Return a default as docstrings write it, with strings in double quotes."""
    return f'"{default}"' if isinstance(default, str) else repr(default)


def _entry(name: str, kind: str, text: str) -> str:
    return f"{name} : {kind}\n" + indent(fill(text, 95), "    ")
