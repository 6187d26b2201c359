"""Weights of others: which there are, on which terms, and fetching them beforehand."""

from argparse import Namespace
from pathlib import Path

from auris.core.errors import UserError
from auris.pretrained.card import list_cards, read_card
from auris.pretrained.weights import cached_file, keep_weights


def run(options: Namespace) -> None:
    if options.file and len(options.names) != 1:
        raise UserError("--file is for one of the weights; name it.")
    file = Path(options.file) if options.file else None
    for name in options.names:
        print(f"{name}: {keep_weights(name, file)}")
    if not options.names:
        for name in list_cards():
            print(_describe(name))


def _describe(name: str) -> str:
    card = read_card(name)
    place = "here" if cached_file(card).is_file() else "not fetched yet"
    return f"{name}: {card.package}, licence {card.licence}, {place}"
