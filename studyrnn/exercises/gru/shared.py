"""What several modules of this topic use."""

from studyrnn.questions import Slip

NO_RESET = Slip(
    "no-reset",
    r"The reset gate is missing from the candidate: it reads $r_t \odot h_{t-1}$, not $h_{t-1}$ itself.",
    names={"r": "1"},
)
