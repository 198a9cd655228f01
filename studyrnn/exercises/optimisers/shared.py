"""Messages and numbers shared by the exercises on optimisers."""

from studyrnn.questions import Pick, Slip

SAYS = {
    "sign": "That walks uphill: the gradient is subtracted, since it points to where $L$ grows.",
    "no-rate": r"The learning rate is missing: the gradient is multiplied by $\eta$ first.",
    "step-only": r"That is the step alone, $-\eta g$: it is added to the old weight.",
    "rate-on-weight": r"$\eta$ scales the gradient only; the old weight stays as it is.",
    "sum-for-mean": "The gradients were added. The gradient of a mean loss is the mean of the gradients.",
    "one-example": "That is the gradient of the last example alone: all of the batch have a say.",
    "no-decay": r"The decay is missing: $\lambda w$ is added to the gradient.",
    "decay-sign": r"The decay has the wrong sign: it pulls the weight towards 0.",
    "decay-without-rate": r"The decay is part of the gradient here, so that $\eta$ multiplies it too.",
    "no-momentum": "That is plain gradient descent: the old velocity was left out.",
    "velocity-lost": r"The second step started from no velocity: $v_1$ goes on, times $\mu$.",
    "averaged": r"That is a moving average, with $1 - \mu$ in front of the gradient. Here the gradient counts in full.",
    "mu-on-gradient": r"$\mu$ stands before the old velocity, not before the gradient.",
    "from-the-first-weight": "The second step starts from $w_1$, where the first one ended, not from $w_0$.",
    "no-look-ahead": r"That is plain momentum. Nesterov's step adds $\mu v_t$ to the gradient.",
    "rho-flipped": r"$\rho$ and $1 - \rho$ changed places: $\rho$ is what stays of the old average.",
    "not-squared": "The average is one of squares: square each gradient first.",
    "no-root": "The root is missing: below the fraction belongs the size of a gradient, not of its square.",
    "old-average": "You divided by the old average: the present gradient goes into it first.",
    "entries-mixed": "One scale for all weights: each weight has an average of its own squares.",
    "root-first": "Roots were averaged. Average the squares, then take one root.",
    "no-new-share": r"The new square comes in with the share $1 - \rho$; otherwise $v$ is no average.",
    "no-correction": r"$m$ and $v$ began at 0 and are too small: divide by $1 - \beta^t$.",
    "first-correction": r"Those are the corrections of step 1. At step 2 the powers are $\beta_1^2$ and $\beta_2^2$.",
    "betas-exchanged": r"$\beta_1$ belongs to $m$, the average of gradients; $\beta_2$ to $v$, that of squares.",
    "plain-descent": "That is plain gradient descent: here the gradient is divided by the root of an average square.",
    "rate-alone": r"The average of squares holds only the share $1 - \rho$ of $g_1^2$: it is not corrected here.",
    "half-corrected": "Both averages are corrected for their start at 0, that of the gradients as well.",
    "average-lost": r"$m_1$ is missing: the average keeps the share $\beta_1$ of what it was.",
    "worst-selected": "The two with the largest loss were selected: a small loss is what is fit.",
    "first-selected": "The first two rows were taken. The losses decide who becomes a parent.",
    "no-mutation": "The mutation is missing: it is added to the child.",
    "other-child": "That is the other child: this one begins with the entries of the fittest.",
    "averaged-parents": "The parents were averaged. One-point crossover takes each entry from one of them.",
    "cut-from-the-end": "$k$ counts the entries that come from the fittest, from the left.",
    "no-curvature": r"The curvature is missing: a step is $\eta L''$ times the distance to $c$.",
    "no-one": r"The old distance is missing: what is left of it is $1$ minus what the step takes away.",
    "no-two": "The derivative of the square brings a factor 2.",
    "extra-two": r"The factor $\tfrac{1}{2}$ is there to cancel the 2 of the derivative.",
}


def slip(name: str, **equations: str) -> Slip:
    return Slip(name, SAYS[name], equations)


def perhaps(name: str, **equations: str) -> Slip:
    return Slip(name, SAYS[name], equations, always=False)


RATES = Pick((0.1, 0.2, 0.3, 0.4, 0.5))
GRADIENTS = Pick(tuple(sign * tenths / 10 for sign in (1, -1) for tenths in range(5, 31)))
