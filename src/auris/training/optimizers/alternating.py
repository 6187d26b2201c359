"""Alternate between parameters: with all but some fixed, a hard problem is an easy one."""

from typing import final

import torch
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.models.autoencoder import LinearAutoencoder
from auris.tasks.losses import MeanAnomalyScore
from auris.training.optimizers.base import Examples, Groups, Solver
from auris.training.optimizers.ridge import solve_layer


@final
class Alternating(Solver):
    """Alternating least squares for the two factors of a linear autoencoder (Roweis, 1998,
    section 3).

    Each step solves one factor with the other fixed: the encoder that finds the best code for
    the decoder, then the decoder, with its constant, that makes the best of the codes. Neither
    can raise the squared error.
    """

    def __init__(
        self, params: Groups, model: nn.Module, examples: Examples, loss: nn.Module
    ):
        if not isinstance(model, LinearAutoencoder):
            raise UserError(
                "optimizer: alternating least squares needs two linear factors and "
                f"{type(model).__name__} "
                "has other ones; choose model=autoencoder_linear, or another optimizer."
            )
        if not isinstance(loss, nn.MSELoss | MeanAnomalyScore):
            raise UserError(
                "optimizer: alternating least squares makes the squared error smallest; "
                "choose loss=mse."
            )
        super().__init__(params, model, examples)
        self.factors = model

    def solve_model(self) -> None:
        if self.memory_of_search.setdefault("steps", 0) % 2 == 0:
            self._solve_encoder()
        else:
            self._solve_decoder()
        self.memory_of_search["steps"] += 1

    def _solve_encoder(self) -> None:
        """The best code of a frame x is the least-squares one: decoder^+ (x - constant)."""
        encoder = self.factors.encoder
        decoder = self.factors.decoder
        inverse = torch.linalg.pinv(decoder.weight.double())  # (k, D)
        encoder.weight.copy_(inverse)
        encoder.bias.copy_(-inverse @ decoder.bias.double())

    def _solve_decoder(self) -> None:
        """Regress the frames on their codes, with a constant."""
        # (M, D) each
        batches = (self.factors.split_frames(x).double() for x, _ in self.examples())
        solve_layer(
            self.factors.decoder,
            ((self._encode_frames(frames), frames) for frames in batches),
        )

    def _encode_frames(self, frames: Tensor) -> Tensor:  # (M, D) -> (M, k)
        encoder = self.factors.encoder
        return frames @ encoder.weight.double().T + encoder.bias.double()
