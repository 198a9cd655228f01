"""Messages, symbols and slopes shared by the exercises on gradients."""

from functools import partial

from studyrnn.questions import Exercise, Slip

SAYS = {
    "product-for-power": "You multiplied by the number of steps: that many equal factors make a power.",
    "one-step-more": "That is one step more: from $h_T$ back to $h_s$ there are $T - s$ steps.",
    "from-the-start": "You went all the way back to $h_0$: from $h_T$ to $h_s$ there are $T - s$ steps.",
    "sign-lost": "The sign of $w$ got lost: an odd number of steps with a negative $w$ turns the sign.",
    "sign-forgotten": "You left the sign of $w$ out: a negative factor turns the gradient's sign at every step.",
    "one-early": r"At that step $\lvert w s \rvert^k$ has not passed $\theta$ yet: the number of steps is rounded up.",
    "linear": "You let every step change the gradient by the same amount. It is multiplied by the same factor.",
    "no-logarithm": r"You divided by $\lvert w s \rvert$. From $\lvert w s \rvert^k = \theta$ follows "
    r"$k = \ln \theta / \ln \lvert w s \rvert$.",
    "slope-forgotten": "You looked at the weight alone. Each step multiplies by the slope of the activation as well.",
    "divided-going-back": "You divided, to undo the steps. A gradient on its way back is multiplied by the factor.",
    "weight-forgotten": "You looked at the slope alone. Each step multiplies by the weight as well.",
    "with-sign": "You ordered by $w s$ with its sign: what is left depends on the absolute value.",
    "state-for-slope": "You multiplied by the state. The slope follows from it: $1 - h^2$ for tanh, $h (1 - h)$ for "
    "the sigmoid.",
    "sigmoid-slope": r"$h (1 - h)$ is the slope of the sigmoid; that of $\tanh$ is $1 - h^2$.",
    "tanh-slope": r"$1 - h^2$ is the slope of $\tanh$; that of the sigmoid is $h (1 - h)$.",
    "weight-once": "$w$ was used once only. The path from $h_0$ to $h_3$ goes through it at each of the three steps.",
    "sum-for-product": "You added the factors of the steps: along one path the chain rule multiplies.",
    "last-step-only": r"That is $\partial h_2/\partial h_1$: the factor of step 1 is missing.",
    "one-path": "Two paths lead from $h_0$ to $h_2$: through $h_1$, and along the skip connection. They are added.",
    "one-slope": "There is one slope for each step on the way: that of step 1 is missing.",
    "input-weight": "The path leads through $W_{hh}$; $W_{xh}$ belongs to the input.",
    "arithmetic-mean": "You used the arithmetic mean of the factors. They multiply, so their geometric mean counts.",
    "root-forgotten": "That is the product of the factors: its third root is missing.",
    "square-root": "Three steps take the third root, not the square root.",
    "divided": "The product was divided by 3. To undo three multiplications takes the third root.",
    "pairs-for-steps": "$2 m$ steps are $m$ pairs: $u v$ is raised to the power $m$.",
    "norm-for-radius": r"You took $\sigma_{\max}$, which says how much $W_{hh}$ stretches a vector in one step. In the "
    r"long run the eigenvalues decide: $\rho$ is the largest of their absolute values.",
    "radius-for-norm": r"You took $\rho$ for $\sigma_{\max}$: what one step can do to a length is told by the largest "
    "singular value; the eigenvalues tell where many steps lead.",
    "row-sum": r"That is the largest row sum of absolute values: it bounds $\rho$ from above, but is no eigenvalue.",
    "diagonal": "You read the eigenvalues off the diagonal: that holds only where $b$ or $c$ is 0.",
    "largest-entry": "You judged by the largest entry: an eigenvalue may exceed all entries, or none of them.",
    "half-forgotten": r"The 2 in the denominator of $\lambda = (\tau \pm \sqrt{D})/2$ is missing.",
    "not-absolute": "You took the larger eigenvalue, not the larger absolute value: a negative one may lie farther "
    "from 0.",
    "real-part": "That is the real part alone: the imaginary part counts as well.",
    "modulus-squared": r"That is $\lvert \lambda \rvert^2$: the root is missing.",
    "parts-added": "Square the real and the imaginary part, add, take the root: they are not added as they are.",
    "slope-once": r"$\gamma$ was used once only: it belongs to each of the $T$ steps.",
    "frobenius": "That is the root of the sum of the squared entries, the Frobenius norm: a bound too, but a looser "
    "one.",
    "wrong-order": "The Jacobians changed places: the later step stands on the left, for the chain rule begins with "
    "the outer function.",
    "slopes-behind": "You multiplied by the slopes from the right. They belong to the sums that $W_{hh}$ produces: "
    "$D_t W_{hh}$ scales its rows.",
    "entry-by-entry": "You multiplied entry by entry: this is a product of matrices, rows times columns.",
    "bound-before-slope": "You judged the size of the derivative before the step had been differentiated.",
    "product-first": "The product over all steps needs to know the size of one factor first.",
    "limit-first": "The limit needs the power: first multiply over all steps.",
    "loss-first": "What holds for the loss follows from the limit, so it comes last.",
}


def slip(name: str, **equations: str) -> Slip:
    return Slip(name, SAYS[name], equations)


def perhaps(name: str, **equations: str) -> Slip:
    return Slip(name, SAYS[name], equations, always=False)


PLAIN = {name: name for name in "abcdghkmqsuvwPT"}

STEPS = {f"J_{t}": rf"\partial h_{t}/\partial h_{t - 1}" for t in (1, 2, 3)}

SLOPES = {"tanh": "1 - h * h", "sigmoid": "h * (1 - h)"}

TEX = {"tanh": r"\tanh", "sigmoid": r"\sigma"}


def slopes(activation: str, *steps: int) -> dict[str, str]:
    return {f"s_{t}": SLOPES[activation].replace("h", f"h_{t}") for t in steps}


def other_slope(activation: str, *steps: int) -> Slip:
    other = "sigmoid" if activation == "tanh" else "tanh"
    return slip(f"{other}-slope", **slopes(other, *steps))


scalar = partial(Exercise, version=1, scalar=True)
