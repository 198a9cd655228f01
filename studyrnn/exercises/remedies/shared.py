"""Messages shared by the exercises on remedies."""

from studyrnn.questions import Slip

SAYS = {
    "by-norm": "That is clipping by norm, which scales all entries alike. By value, each entry is looked at alone.",
    "zeroed": r"You set what is too large to 0: it is brought to the nearer end of $[-\theta, \theta]$.",
    "one-sided": r"Entries below $-\theta$ were left as they are: they are brought to $-\theta$.",
    "unclipped": r"Nothing was changed, though an entry lies outside $[-\theta, \theta]$.",
    "own-norm": "You took the norm of $g_2$ alone. One norm over all gradients gives one factor for all.",
    "norms-added": "The two norms were added. Square all entries, add, and take one root.",
    "by-value": "That is clipping by value, entry by entry: the factor is the same for all entries here.",
    "squared-norm": "You divided by the squared norm: the root of the sum of squares is missing.",
    "always-scaled": r"The norm does not exceed $\theta$, so nothing is scaled: clipping never enlarges a gradient.",
    "not-scaled": r"The joint norm exceeds $\theta$: all gradients are scaled, those that look small too.",
    "no-identity": "The 1 of the skip connection is missing: $x$ reaches the output along two paths, which are added.",
    "identity-only": "That is the skip connection alone: the path through $F$ adds its own derivative.",
    "inner-weight": "The chain rule goes on inside the activation: the factor $w$ is missing.",
    "no-slope": "The slope of the activation is missing.",
    "multiplied": "The derivatives of the two paths were multiplied. What lies side by side is added.",
    "only-short-paths": "You added the derivatives to 1. The blocks follow one another: multiply the factors $1 + F'$.",
    "one-identity": "There is a skip connection around each block: every factor has its own 1.",
    "flipped": r"The shares are exchanged: $1 - \alpha$ goes with the old state, $\alpha$ with the new value.",
    "no-carry": r"The carried part is missing: the share $1 - \alpha$ of the old state stays.",
    "undamped": r"The old state was kept whole. Of a leaky unit only the share $1 - \alpha$ stays.",
    "no-activation": r"$\tanh$ was not applied to the sum.",
    "all-steps": "That is the way through every step. The long connections jump over most of them.",
    "floor": "The long connections alone do not lead all the way: the steps that remain count too.",
    "ceiling": "One jump more would go past $h_0$: what remains is walked in single steps.",
    "once": "The long connection can be used again and again, not only once.",
    "clipping-for-vanishing": "Clipping makes gradients that are too large smaller. These are small, and stay so.",
    "smaller-steps": "That scales near and far contributions alike: the ratio between them stays as it is.",
    "regularising": "That counters overfitting. It does not carry a gradient any further.",
    "skips-against-explosion": "Skip connections add paths, and with them terms: they do not bound a gradient.",
    "larger-start": "Larger weights make the factors of the product larger still.",
    "entries-clipped": "Clipping each entry by itself cuts large entries only, which turns the direction.",
    "tensors-clipped": "Then each tensor gets a factor of its own, which turns the direction of the whole.",
    "entries-rescaled": "Dividing each entry by its own size evens them out, which turns the direction.",
    "time-for-depth": "Forget gates act along time. Here the gradient is lost on its way through the layers.",
    "time-truncated": "That shortens the way through time. Here the gradient is lost on its way through the layers.",
    "gates-for-storage": "An LSTM keeps more numbers for every step, not fewer.",
    "clipping-for-storage": "Clipping changes sizes. What the backward pass has to store remains.",
    "skips-for-storage": "The states of all steps have to be stored nevertheless.",
    "zero-bias": r"With a bias of 0 the gate starts near $\sigma(0)$, which is what halves the cell at every step.",
    "gate-tanh": "A forget gate has to lie between 0 and 1; tanh also gives negative factors.",
    "input-gate": "The input gate decides what is written. What is kept is up to the forget gate.",
    "longer-training": "Where the slope is next to nothing, more updates move next to nothing.",
}


def slip(name: str, **equations: str) -> Slip:
    return Slip(name, SAYS[name], equations)


def perhaps(name: str, **equations: str) -> Slip:
    return Slip(name, SAYS[name], equations, always=False)
