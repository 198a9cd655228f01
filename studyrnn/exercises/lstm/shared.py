"""What the exercises on the LSTM share."""

from studyrnn.engine.equations import Program

FORGOT = "That is the forget gate turned round: $f_t = 1$ keeps the cell, $f_t = 0$ empties it."

SCALAR_STEP = Program.parse({"c": "f * c_ + i * g", "h": "o * tanh(c)"})
