"""The curves of a picture as arrays, and the picture that a card shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pictured

from studyrnn import deckfile, decks
from studyrnn.figures.parts import Figure


def curves(figure: Figure, part: int = 0) -> dict[str, Any]:
    """The series of one part that is Lines, by name."""
    return {name: np.array(values) for name, values in pictured.curves(figure, part).items()}


def of_card(deck: str, name: str) -> list[str]:
    """As it is asked for: ["powers", "--w", "0.9"]."""
    cards = deckfile.read(decks.shipped_directory() / f"{deck}.yaml").deck.cards
    (plot,) = (card.plot for card in cards if card.id == f"{deck}/{name}")
    return plot.split()
