"""Docstrings of the samplers: one text a parameter, types and defaults from the class itself."""

from dataclasses import fields
from textwrap import dedent, fill, indent

from imblearn.over_sampling.base import BaseOverSampler

PARAMETERS = {
    "random_state": (
        "int, RandomState instance or None",
        "Seed of training and sampling. Neither numpy's nor torch's global state is read or moved.",
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
        '{"class", "all"} or None',
        "Add to each synthetic row the reconstruction residual x - R(E(x)) of a training row: of "
        'its class, the one that `anchor` mixes in, or of any. With "class" a row is that training '
        "row, moved as its code says. The paper adds none.",
    ),
    "anchor": (
        "float",
        "Mix each synthetic row with a training row of its class, which has this weight: 0 for the "
        "generated row alone, as in the paper, 1 for duplication. Which training row is drawn at "
        "random, each as often as any other of the class.",
    ),
    "shrink": (
        'float or {"auto"}',
        "Factor, above 0 and up to 1, of each synthetic row's distance from the mean of the "
        'training rows: 1 leaves it, as in the paper. "auto" is (n_k / n_max) ** 0.2 for class k, '
        "which leaves the largest class and gives a rare one the room towards the others that its "
        "new rows will need.",
    ),
    "row_space": (
        '{"auto"} or bool',
        "Train in orthonormal coordinates of the span of the training rows in place of the "
        "columns: as many as there are rows, and about as much faster as there are fewer of them. "
        '"auto" does where there are at least twice as many columns as rows. The paper\'s networks '
        "see the columns.",
    ),
    "precision": (
        '{"float32", "bfloat16"}',
        "Of the large networks' matrix products in training; weights and synthetic rows are "
        "float32 either way. bfloat16 pays where the processor multiplies it (AVX512-BF16 or AMX; "
        "GPUs since Ampere) and is slow elsewhere.",
    ),
    "max_epochs": ("int", "Passes over the training rows."),
    "batch_size": ("int", "Largest number of rows in a batch; the batches of an epoch are equal."),
    "learning_rate": ("float", "Adam's. The paper's is 1e-4."),
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
    "checkpoint_epochs": ("int", "Epochs from one kept state to the next."),
    "verbose": (
        "int",
        "1 or more prints a plain bar with the losses, about ten lines a fit, where no callback is "
        "set. `set_callbacks` takes scikit-learn's, such as `sklearn.callback.ProgressBar`; one "
        "whose `on_fit_task_end` returns True after an epoch ends the training.",
    ),
    "saturating": (
        "bool",
        "G minimises log(1 - D(G)), as Eq. 14 prints it; otherwise -log D(G), as Eq. 3, whose "
        "gradient does not vanish where D is sure.",
    ),
    "penalty_weight": ("float", "lambda > 0, weight of the gradient penalty of D (Eq. 17)."),
    "penalty_power": ("float", "p > 1, power of the gradient's norm in that penalty (Eq. 17)."),
    "prior_radius": ("float", "Radius of the circle on which the prior has a Gaussian a class."),
    "prior_std": ("float", "Standard deviation of each Gaussian of the prior."),
    "noise_scale": (
        "float",
        "Standard deviation of the noise, in standard deviations of each column.",
    ),
}

STRATEGY, _, CHOICES = BaseOverSampler._sampling_strategy_docstring.partition("\n")
REPLICATE = """
`skadan.Replicate` ``(k)`` is such a callable: k synthetic sets of the size and label distribution
of the data."""

ATTRIBUTES = {
    "classes_": ("ndarray of shape (n_classes,)", "The classes, sorted."),
    "history_": (
        "dict of str to ndarray of shape (n_epochs,)",
        "Mean of each loss term, epoch by epoch.",
    ),
    "n_iter_": ("int", "Epochs trained."),
    "device_": ("str", "Where it was trained."),
    "is_synthetic_": (
        "ndarray of shape (n_samples_new,)",
        "Which rows of the last `fit_resample` are synthetic.",
    ),
    "sampling_strategy_": ("dict", "Number of rows to make of each class."),
    "n_features_in_": ("int", "Number of columns."),
    "feature_names_in_": (
        "ndarray of shape (n_features,)",
        "Column names, where all are strings.",
    ),
}
OF_TRAINING = {"history_", "n_iter_", "device_"}


def documented(cls: type) -> type:
    """Fill in `{parameters}` and `{attributes}` of a sampler's docstring; a class decorator."""
    trains = any(field.name == "max_epochs" for field in fields(cls))
    attributes = [
        _entry(name, *text)
        for name, text in ATTRIBUTES.items()
        if trains or name not in OF_TRAINING
    ]
    parts = {"parameters": _parameters(cls), "attributes": "\n\n".join(attributes)}
    doc = dedent(f"    {cls.__doc__}")
    for name, text in parts.items():
        doc = doc.replace(f"{{{name}}}", text)
    cls.__doc__ = doc
    return cls


def _parameters(cls: type) -> str:
    _strategy, *others = fields(cls)
    choices = indent(f"{dedent(CHOICES).strip()}\n{REPLICATE}", "    ")
    entries = [f"{STRATEGY}\n{choices}"]
    for field in others:
        kind, text = PARAMETERS[field.name]
        default = f'"{field.default}"' if isinstance(field.default, str) else repr(field.default)
        entries.append(_entry(field.name, f"{kind}, default={default}", text))
    return "\n\n".join(entries)


def _entry(name: str, kind: str, text: str) -> str:
    return f"{name} : {kind}\n" + indent(fill(text, 95), "    ")
