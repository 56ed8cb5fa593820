"""Docstring text that the samplers share."""

from imblearn.over_sampling.base import BaseOverSampler

PARAMETERS = f"""{BaseOverSampler._sampling_strategy_docstring}

        `skadan.Replicate` ``(k)`` is such a callable: k synthetic sets of the size and label
        distribution of the data.

    n_latent : int, default=100
        M, the size of a code h = E(x).

    n_noise : int, default=100
        Size of the generator's noise z.

    autoencoder_layers : sequence of int, default=(800, 800)
        Hidden widths of E; R mirrors them.

    latent_layers : sequence of int, default=(100, 100)
        Hidden widths of C, G and D.

    alpha : float, default=1.0
        Weight of the class term in G's loss (Eqs. 14, 18), 0 or more.

    class_weight : {{"balanced"}}, dict or None, default="balanced"
        Weights of the classes in the cross-entropy of real rows (Eqs. 11, 13). "balanced" is the
        paper's n_max / n_k.

    critic_steps : int, default=1
        Updates of D before each update of G.

    latent_steps : int, default=4
        Rounds of D and G for each update of C, E and R. The paper's is 1.

    conditional_critic : bool, default=True
        D sees the label beside the code. The paper's does not.

    input_noise : float, default=1.0
        Standard deviation of Gaussian noise added to the z-scores that E sees in training. The
        paper adds none.

    residuals : bool, default=True
        Add to each synthetic row the reconstruction residual x - R(E(x)) of a training row of its
        class, drawn at random. The paper adds none.

    row_space : {{"auto"}} or bool, default="auto"
        Train in orthonormal coordinates of the span of the training rows in place of the columns:
        as many as there are rows, and about as much faster as there are fewer of them. "auto" does
        where there are at least twice as many columns as rows. The paper's networks see the
        columns.

    max_epochs : int, default=200
        Passes over the training rows.

    batch_size : int, default=128
        Largest number of rows in a batch; the batches of an epoch are equal.

    learning_rate : float, default=5e-4
        Adam's. The paper's is 1e-4.

    betas : tuple of two floats, default=(0.5, 0.9)
        Adam's decay rates. The paper names none; Adam's own are (0.9, 0.999).

    n_threads : int, default=1
        Threads of torch while training and sampling on a CPU; the caller's setting is restored
        afterwards. The result is reproducible for a given number.

    device : str, default="auto"
        A torch device, or "auto": a GPU where there is one, else the CPU.

    random_state : int, RandomState instance or None, default=None
        Seed of training and sampling. Neither numpy's nor torch's global state is read or moved.

    verbose : int, default=0
        1 or more prints the losses about ten times a fit."""

ATTRIBUTES = """classes_ : ndarray of shape (n_classes,)
        The classes, sorted.

    history_ : dict of str to ndarray of shape (n_iter_,)
        Mean of each loss term, epoch by epoch.

    n_iter_ : int
        Epochs trained.

    device_ : str
        Where it was trained.

    is_synthetic_ : ndarray of shape (n_samples_new,)
        Which rows of the last `fit_resample` are synthetic.

    sampling_strategy_ : dict
        Number of rows to make of each class.

    n_features_in_ : int
        Number of columns.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names, where all are strings."""
