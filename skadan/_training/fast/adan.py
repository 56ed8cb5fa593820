"""Compute the gradients of ADAN and WADAN by hand, with fewer calls than autograd."""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ...games.adan import ADANGame
from ...games.base import NOT_YET, Batch, Draw, Game, Terms, Turn
from ...games.networks import Networks, concatenate
from ...games.terms import cross_entropy, squared_error
from ..autograd import WithGradients
from .divergences import FAST, FastDivergence
from .perceptron import Perceptron

Values = list[Tensor]  # one tensor for each layer of a network, from input to output


@dataclass(frozen=True)
class Encoded(Batch):
    """Hold a batch and the values of the encoder's layers."""

    values: Values = NOT_YET


@dataclass(frozen=True)
class FastADAN:
    """Compute the gradients of the turns of an `ADANGame`.

    Parameters
    ----------
    game : ADANGame
        The game.
    divergence : FastDivergence
        Losses of the game's divergence, with their derivatives.
    encoder, decoder, classifier, generator, critic : Perceptron
        Networks of the game.
    """

    game: ADANGame
    divergence: FastDivergence
    encoder: Perceptron
    decoder: Perceptron
    classifier: Perceptron
    generator: Perceptron
    critic: Perceptron
    # The generator's latest values: see `_generator_values`.
    _cache: dict[str, Any] = field(default_factory=dict)

    def embed(self, batch: Batch) -> Batch:
        """Return the batch with h = E(x), as `ADANGame.embed` does."""
        # The values of all layers are stored, since `of_autoencoder` goes back through them.
        with torch.no_grad():
            values = self.encoder.forward(self.game.seen_by_encoder(batch))
        # dataclasses.replace would return a Batch, which has no place for `values`.
        return Encoded(**vars(batch) | {"h": values[-1], "values": values})

    def of(self, turn: Turn, batch: Any) -> WithGradients:
        """Return the terms of a turn's loss, and the gradients of the weights that it updates."""
        with torch.no_grad():
            if turn.moves == ("critic",):
                return self.of_critic(batch)
            if turn.moves == ("generator",):
                return self.of_generator(batch)
            return self.of_autoencoder(batch)

    def of_autoencoder(self, batch: Encoded) -> WithGradients:
        """Return the terms of `ADANGame.autoencoder_loss`, and gradients for C, E and R."""
        m = len(batch.x)
        reconstruction = self.decoder.forward(batch.h)
        class_logits = self.classifier.forward(batch.h)
        x_hat, logits = reconstruction[-1], class_logits[-1]
        weight = self.game.weight_of_reconstruction(batch)

        def terms() -> Terms:
            log_loss = cross_entropy(logits, batch.y)
            return {
                "reconstruction": weight * squared_error(batch.x, x_hat).mean(),
                "real_class": (batch.weight * log_loss).mean(),
            }

        of_decoder = self.decoder.backward(reconstruction, (x_hat - batch.x) * (2 * weight / m))
        of_classifier = self._log_loss_slopes(class_logits, batch.y, (batch.weight / m)[:, None])
        # The code h feeds both R and C, so E's slope is the sum of theirs.
        slope = self.decoder.at_input(of_decoder[0]) + self.classifier.at_input(of_classifier[0])
        return terms, [  # in the order of the turn's `moves`
            *self.classifier.gradients(class_logits, of_classifier),
            *self.encoder.gradients(batch.values, self.encoder.backward(batch.values, slope)),
            *self.decoder.gradients(reconstruction, of_decoder),
        ]

    def of_critic(self, batch: Batch) -> WithGradients:
        """Return the terms of `ADANGame.critic_loss`, and gradients for D."""
        h_hat = self._generator_values(batch)[-1]
        critic, mu = self._critic(batch), batch.draw.mu
        return self.divergence.critic(self.game.divergence, critic, batch.h, h_hat, mu)

    def of_generator(self, batch: Batch) -> WithGradients:
        """Return the terms of `ADANGame.generator_loss`, and gradients for G."""
        y, critic = self.game.fake_labels(batch), self._critic(batch)
        values = self._generator_values(batch)
        self._cache.clear()  # this turn updates G, which makes the values out of date
        critic_scores = critic.forward(values[-1])
        class_logits = self.classifier.forward(values[-1])
        scores, logits = critic_scores[-1], class_logits[-1]

        def terms() -> Terms:
            adversarial = self.divergence.generator(self.game.divergence, scores)
            return adversarial | {"fake_class": self.game.alpha * cross_entropy(logits, y).mean()}

        at_scores = self.divergence.at_scores(self.game.divergence, scores)
        of_critic = critic.backward(critic_scores, at_scores)
        of_classifier = self._log_loss_slopes(class_logits, y, self.game.alpha / len(y))
        slope = critic.at_input(of_critic[0]) + self.classifier.at_input(of_classifier[0])
        return terms, self.generator.gradients(values, self.generator.backward(values, slope))

    def _log_loss_slopes(self, class_logits: Values, y: Tensor, weight: Tensor | float) -> Values:
        """Return C's slopes for a weighted cross-entropy; at the logits they are softmax - y."""
        return self.classifier.backward(class_logits, (class_logits[-1].softmax(1) - y) * weight)

    def _generator_values(self, batch: Batch) -> Values:
        """Return the values of G's layers for the batch's draw."""
        # All turns on one draw, D's and then G's own, share one forward pass of G.
        draw: Draw = batch.draw
        if self._cache.get("draw") is not draw:
            row = concatenate(draw.z, self.game.fake_labels(batch))
            self._cache.update(draw=draw, values=self.generator.forward(row))
        return self._cache["values"]

    def _critic(self, batch: Batch) -> Perceptron:
        return self.critic.with_label(batch.y if self.game.conditional_critic else None)


def fast_gradients(game: Game, networks: Networks) -> FastADAN | None:
    """Return hand-written gradients for a game, or None if there are none for it.

    There are some for `ADANGame` with the two divergences of this package, and only if `mlp` built
    all networks: large networks in bfloat16 are wrapped and do not qualify.
    """
    found = {name: Perceptron.of(network) for name, network in networks.named_children()}
    perceptrons: dict[str, Any] = {name: p for name, p in found.items() if p is not None}
    # type(), not isinstance(): a subclass may have other losses.
    if type(game) is not ADANGame or len(perceptrons) < len(found):
        return None
    divergence = FAST.get(type(game.divergence))
    return None if divergence is None else FastADAN(game, divergence, **perceptrons)
