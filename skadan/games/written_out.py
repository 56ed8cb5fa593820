"""ADAN's gradients as products: what autograd would find, at a fraction of its overhead.

The networks of the latent space are so small that recording a loss and walking back through it
costs more than its products.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .base import Terms, Turn, WithGradients
from .batch import NOT_YET, Batch, Draw
from .divergences import WrittenOutDivergence, is_written_out
from .networks import Networks, concatenate
from .perceptron import Perceptron

if TYPE_CHECKING:
    from .adan import ADANGame

Values = list[Tensor]  # of the layers of a network, from its input to its output


@dataclass(frozen=True)
class Encoded(Batch):
    """A batch with the values of the encoder's layers."""

    values: Values = NOT_YET


@dataclass(frozen=True)
class WrittenADAN:
    """The gradients of one training's turns.

    Parameters
    ----------
    game : ADANGame
        Whose losses these are.
    divergence : WrittenOutDivergence
        The game's.
    encoder, decoder, classifier, generator, critic : Perceptron
        The passes of its networks.
    """

    game: "ADANGame"
    divergence: WrittenOutDivergence
    encoder: Perceptron
    decoder: Perceptron
    classifier: Perceptron
    generator: Perceptron
    critic: Perceptron
    _last: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def for_networks(cls, game: "ADANGame", networks: Networks) -> "WrittenADAN | None":
        """The gradients for these networks; None if a part of them is not written out."""
        passes = {name: Perceptron.of(net) for name, net in networks.named_children()}
        parts: dict[str, Any] = {n: part for n, part in passes.items() if part is not None}
        if len(parts) < len(passes) or not is_written_out(game.divergence):
            return None
        return cls(game, game.divergence, **parts)

    def embed(self, batch: Batch) -> Batch:
        """The batch with h = E(x), as `ADANGame.embed`."""
        with torch.no_grad():
            values = self.encoder.forward(self.game.seen_by_encoder(batch))
        return Encoded(**vars(batch) | {"h": values[-1], "values": values})

    def of(self, turn: Turn, batch: Any) -> WithGradients:
        """The terms of a turn's loss, and their gradients by the weights that it moves."""
        with torch.no_grad():
            if turn.moves == ("critic",):
                return self.of_critic(batch)
            if turn.moves == ("generator",):
                return self.of_generator(batch)
            return self.of_autoencoder(batch)

    def of_autoencoder(self, batch: Encoded) -> WithGradients:
        """Of `ADANGame.autoencoder_loss`, for C, E and R."""
        m = len(batch.x)
        restored, told = self.decoder.forward(batch.h), self.classifier.forward(batch.h)
        x_hat, logits = restored[-1], told[-1]

        def terms() -> Terms:
            return self.game.autoencoder_terms(batch, x_hat, logits)

        weight = self.game.weight_of_reconstruction(batch)
        of_decoder = self.decoder.backward(restored, (x_hat - batch.x) * (2 * weight / m))
        of_classifier = self._of_log_loss(told, batch.y, (batch.weight / m)[:, None])
        slope = self.decoder.at_input(of_decoder[0]) + self.classifier.at_input(of_classifier[0])
        return terms, [
            *self.classifier.gradients(told, of_classifier),
            *self.encoder.gradients(batch.values, self.encoder.backward(batch.values, slope)),
            *self.decoder.gradients(restored, of_decoder),
        ]

    def of_critic(self, batch: Batch) -> WithGradients:
        """Of `ADANGame.critic_loss`."""
        h_hat = self._generated(batch)[-1]
        critic = self._critic(batch)
        return self.divergence.critic_gradients(critic, batch.h, h_hat, batch.draw.mu)

    def of_generator(self, batch: Batch) -> WithGradients:
        """Of `ADANGame.generator_loss`."""
        y, critic, values = (
            self.game.fake_labels(batch),
            self._critic(batch),
            self._generated(batch),
        )
        self._last.clear()  # G moves now
        judged, told = critic.forward(values[-1]), self.classifier.forward(values[-1])
        scores, logits = judged[-1], told[-1]

        def terms() -> Terms:
            adversarial = self.divergence.generator_terms(scores)
            return self.game.generator_terms(batch, adversarial, logits)

        of_critic = critic.backward(judged, self.divergence.generator_slope(scores))
        of_classifier = self._of_log_loss(told, y, self.game.alpha / len(y))
        slope = critic.at_input(of_critic[0]) + self.classifier.at_input(of_classifier[0])
        return terms, self.generator.gradients(values, self.generator.backward(values, slope))

    def _of_log_loss(self, told: Values, y: Tensor, weight: Tensor | float) -> Values:
        """C's slopes of a weighted cross-entropy, whose slope at the logits is softmax - y."""
        return self.classifier.backward(told, (told[-1].softmax(1) - y) * weight)

    def _generated(self, batch: Batch) -> Values:
        """G's pass on the batch's draw; until G moves, the critic's and its own turn share it."""
        draw: Draw = batch.draw
        if self._last.get("draw") is not draw:
            row = concatenate(draw.z, self.game.fake_labels(batch))
            self._last.update(draw=draw, values=self.generator.forward(row))
        return self._last["values"]

    def _critic(self, batch: Batch) -> Perceptron:
        return self.critic.seeing(batch.y if self.game.conditional_critic else None)
