"""What several modules of this topic use."""

from studyrnn.engine.cells import rnn
from studyrnn.questions import Range

STEP = rnn().program

TWO = STEP.at_step(1) + STEP.at_step(2)

THREE = TWO + STEP.at_step(3)

WIDE = Range(-2.0, 2.0)

RECURRENCE = r"a_t = W_{xh} x_t + W_{hh} h_{t-1} + b_h, \quad h_t = \tanh(a_t)"

LAST_STEP = (
    "That is the last step's term alone. The same weights were used at every step, and the terms of all steps add up."
)
NO_SLOPE = r"The slope of $\tanh$ is missing: from $h_t$ back to $a_t$ the gradient is multiplied by $1 - h_t^2$."
SIGN = r"The sign is turned round: the loss grows with $h_t - \text{target}$, in this order."
SAME_STATE = (
    "You multiplied by $h_t$, the state that the step produced. $W_{hh}$ multiplies $h_{t-1}$, so its gradient takes "
    "$h_{t-1}$."
)
NO_TRANSPOSE = (
    r"You multiplied by $W_{hh}$. Going back a gradient takes the transpose, $W_{hh}^\top$: entry $j$ gathers from all "
    "units that read it."
)
