"""One step of an optimiser, or two."""

from functools import partial

from studyrnn.engine.equations import Program
from studyrnn.exercises.optimisers.shared import GRADIENTS, RATES, SAYS, perhaps, slip
from studyrnn.questions import Exercise, Parts, Pick, Range, Slip, Variant, WrongLine

_OPENING = "The weights of a network are $w_{t-1}$, and "

# -- gradient descent ------------------------------------------------------------------------------------------------

_SGD = (
    Variant(
        program=Program.parse({"w": "w_ - eta * grad"}),
        convention={"gradient": "given"},
        stem=_OPENING + r"the gradient of the loss there is $g$. Make one step of gradient descent with the learning "
        r"rate $\eta$.",
        slips=(
            slip("sign", w="w_ + eta * grad"),
            slip("no-rate", w="w_ - grad"),
            slip("step-only", w="-(eta * grad)"),
            perhaps("rate-on-weight", w="eta * (w_ - grad)"),
        ),
    ),
    Variant(
        program=Program.parse({"mean": "(grad_1 + grad_2) / 2", "w": "w_ - eta * mean"}),
        convention={"gradient": "mean of two examples"},
        stem=_OPENING + "the losses of two examples have the gradients $g_1$ and $g_2$ there. The loss is the "
        r"**mean** over the examples. Make one step of gradient descent with the learning rate $\eta$.",
        slips=(
            slip("sum-for-mean", mean="grad_1 + grad_2"),
            slip("one-example", mean="grad_2"),
            perhaps("sign", w="w_ + eta * mean"),
            perhaps("no-rate", w="w_ - mean"),
        ),
    ),
    Variant(
        program=Program.parse({"decayed": "grad + weight_decay * w_", "w": "w_ - eta * decayed"}),
        convention={"gradient": "with weight decay"},
        stem=_OPENING + r"the gradient of the loss there is $g$. Make one step of gradient descent with the learning "
        r"rate $\eta$ and weight decay: $$w_t = w_{t-1} - \eta (g + \lambda w_{t-1})$$",
        slips=(
            slip("no-decay", decayed="grad"),
            perhaps("decay-sign", decayed="grad - weight_decay * w_"),
            perhaps("decay-without-rate", w="w_ - eta * grad - weight_decay * w_"),
            perhaps("sign", w="w_ + eta * decayed"),
        ),
    ),
)

# -- momentum --------------------------------------------------------------------------------------------------------


def _momentum(kind: str, formula: str, v: str, w: str, *slips: Slip) -> Variant:
    """v and w are right-hand sides, with {0} for the step before and {1} for the step."""
    steps = {f"{name}_{t}": rhs.format(t - 1, t) for t in (1, 2) for name, rhs in (("v", v), ("w", w))}
    return Variant(
        program=Program.parse(steps),
        convention={"momentum": kind},
        stem=f"One weight is trained with {kind}: $${formula}$$ It stands at $w_0$ with the velocity $v_0$; the next "
        "two gradients are $g_1$ and $g_2$. What is it after these two steps?",
        slips=slips,
    )


def _both(name: str, rhs: str, slip: str) -> Slip:
    return perhaps(slip, **{f"{name}_{t}": rhs.format(t - 1, t) for t in (1, 2)})


_MOMENTUM = (
    _momentum(
        "momentum",
        r"v_t = \mu v_{t-1} + g_t, \quad w_t = w_{t-1} - \eta v_t",
        "mu * v_{0} + grad_{1}",
        "w_{0} - eta * v_{1}",
        slip("velocity-lost", v_2="grad_2"),
        _both("v", "grad_{1}", "no-momentum"),
        _both("v", "mu * v_{0} + (1 - mu) * grad_{1}", "averaged"),
        _both("v", "v_{0} + mu * grad_{1}", "mu-on-gradient"),
        perhaps("from-the-first-weight", w_2="w_0 - eta * v_2"),
        _both("w", "w_{0} + eta * v_{1}", "sign"),
    ),
    _momentum(
        "momentum whose velocity is the step itself",
        r"v_t = \mu v_{t-1} - \eta g_t, \quad w_t = w_{t-1} + v_t",
        "mu * v_{0} - eta * grad_{1}",
        "w_{0} + v_{1}",
        slip("velocity-lost", v_2="-(eta * grad_2)"),
        _both("v", "-(eta * grad_{1})", "no-momentum"),
        _both("v", "mu * v_{0} - grad_{1}", "no-rate"),
        perhaps("from-the-first-weight", w_2="w_0 + v_2"),
        _both("v", "mu * v_{0} + eta * grad_{1}", "sign"),
    ),
    _momentum(
        "Nesterov momentum",
        r"v_t = \mu v_{t-1} + g_t, \quad w_t = w_{t-1} - \eta (g_t + \mu v_t)",
        "mu * v_{0} + grad_{1}",
        "w_{0} - eta * (grad_{1} + mu * v_{1})",
        _both("w", "w_{0} - eta * v_{1}", "no-look-ahead"),
        perhaps("velocity-lost", v_2="grad_2"),
        perhaps("from-the-first-weight", w_2="w_0 - eta * (grad_2 + mu * v_2)"),
        _both("w", "w_{0} + eta * (grad_{1} + mu * v_{1})", "sign"),
    ),
)

# -- scaled steps ----------------------------------------------------------------------------------------------------

_RMSPROP = Variant(
    program=Program.parse({"v": "rho * v_ + (1 - rho) * (grad * grad)", "s": "sqrt(v)", "w": "w_ - eta * grad / s"}),
    stem="RMSProp keeps a moving average of the squared gradient of every weight; all operations are elementwise, and "
    r"the tiny $\epsilon$ below the fraction is left out: "
    r"$$v_t = \rho v_{t-1} + (1 - \rho) g^2, \quad s_t = \sqrt{v_t}, \quad w_t = w_{t-1} - \eta \frac{g}{s_t}$$ "
    "Make one step for these two weights.",
    slips=(
        slip("no-root", s="v"),
        slip("old-average", s="sqrt(v_)"),
        perhaps("rho-flipped", v="(1 - rho) * v_ + rho * (grad * grad)"),
        perhaps("entries-mixed", s="sqrt(mean(v)) * ones(v)"),
        perhaps("root-first", s="rho * sqrt(v_) + (1 - rho) * abs(grad)"),
        perhaps("no-new-share", v="rho * v_ + grad * grad"),
        perhaps("not-squared", v="rho * v_ + (1 - rho) * abs(grad)"),
        slip("sign", w="w_ + eta * grad / s"),
    ),
)

_ADAM = Program.parse(
    {
        "m_1": "(1 - beta1) * grad_1",
        "v_1": "(1 - beta2) * (grad_1 * grad_1)",
        "m_2": "beta1 * m_1 + (1 - beta1) * grad_2",
        "v_2": "beta2 * v_1 + (1 - beta2) * (grad_2 * grad_2)",
        "m_hat": "m_2 / (1 - beta1 * beta1)",
        "v_hat": "v_2 / (1 - beta2 * beta2)",
        "w_2": "w_1 - eta * m_hat / sqrt(v_hat)",
    }
)
_ADAM_STEM = (
    r"One weight is trained with Adam, from $m_0 = v_0 = 0$ on: "
    r"$$m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t, \quad v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2$$ "
    r"Both averages are corrected for their start at 0, $\hat{m}_t = m_t / (1 - \beta_1^t)$ and "
    r"$\hat{v}_t = v_t / (1 - \beta_2^t)$, and $$w_t = w_{t-1} - \eta \frac{\hat{m}_t}{\sqrt{\hat{v}_t}}$$ "
    r"(the tiny $\epsilon$ left out). The first two gradients were $g_1$ and $g_2$; after the first step the weight "
    "was $w_1$. "
)
_ON_W = (
    slip("no-root", w_2="w_1 - eta * m_hat / v_hat"),
    slip("sign", w_2="w_1 + eta * m_hat / sqrt(v_hat)"),
)
_SECOND_STEP = Variant(
    program=_ADAM,
    stem=_ADAM_STEM + "Make the second step.",
    slips=(
        slip("no-correction", m_hat="m_2", v_hat="v_2"),
        perhaps("first-correction", m_hat="m_2 / (1 - beta1)", v_hat="v_2 / (1 - beta2)"),
        Slip("betas-exchanged", SAYS["betas-exchanged"], names={"beta1": "beta2", "beta2": "beta1"}, always=False),
        *_ON_W,
    ),
)
_WRONG_LINES = Variant(  # each slip in a single line
    program=_ADAM,
    stem=_ADAM_STEM + "Somebody has worked out the second step.",
    slips=(
        perhaps("half-corrected", m_hat="m_2"),
        perhaps("first-correction", v_hat="v_2 / (1 - beta2)"),
        perhaps("betas-exchanged", v_2="beta1 * v_1 + (1 - beta1) * (grad_2 * grad_2)"),
        perhaps("average-lost", m_2="(1 - beta1) * grad_2"),
        perhaps("not-squared", v_1="(1 - beta2) * abs(grad_1)"),
        *_ON_W,
    ),
)

_FIRST = "A weight is trained with {}, all averages starting at 0. The first gradient is $g_1$. {} How far does the "
_LONG = r"first step go, $r = \lvert w_1 - w_0 \rvert$? (The tiny $\epsilon$ is left out.)"

_FIRST_STEP = (
    Variant(
        program=Program.parse({"v_1": "(1 - rho) * (grad_1 * grad_1)", "r": "eta * abs(grad_1) / sqrt(v_1)"}),
        convention={"optimiser": "RMSProp"},
        stem=_FIRST.format(
            "RMSProp",
            r"$$v_t = \rho v_{t-1} + (1 - \rho) g_t^2, \quad w_t = w_{t-1} - \eta "
            r"\frac{g_t}{\sqrt{v_t}}$$",
        )
        + _LONG,
        slips=(
            slip("plain-descent", r="eta * abs(grad_1)"),
            slip("rate-alone", r="eta"),
            perhaps("no-root", r="eta * abs(grad_1) / v_1"),
            perhaps("rho-flipped", v_1="rho * (grad_1 * grad_1)"),
        ),
    ),
    Variant(
        program=Program.parse(
            {
                "m_1": "(1 - beta1) * grad_1",
                "v_1": "(1 - beta2) * (grad_1 * grad_1)",
                "m_hat": "m_1 / (1 - beta1)",
                "v_hat": "v_1 / (1 - beta2)",
                "r": "eta * abs(m_hat) / sqrt(v_hat)",
            }
        ),
        convention={"optimiser": "Adam"},
        stem=_FIRST.format(
            "Adam",
            r"Its averages of gradients ($\beta_1$) and of squared gradients ($\beta_2$) are "
            r"corrected, $\hat{m}_t = m_t / (1 - \beta_1^t)$ and $\hat{v}_t = v_t / (1 - \beta_2^t)$, and "
            r"$w_t = w_{t-1} - \eta \, \hat{m}_t / \sqrt{\hat{v}_t}$.",
        )
        + _LONG,
        slips=(
            slip("plain-descent", r="eta * abs(grad_1)"),
            slip("no-correction", m_hat="m_1", v_hat="v_1"),
            perhaps("half-corrected", m_hat="m_1"),
            perhaps("no-root", r="eta * abs(m_hat) / v_hat"),
        ),
    ),
)

_scalar = partial(Exercise, version=1, scalar=True)
_ADAM_RANGES = {"grad_1": GRADIENTS, "grad_2": GRADIENTS, "eta": RATES, "w_1": Range(-2.0, 2.0)} | {
    "beta1": Pick((0.6, 0.7, 0.8, 0.9)),
    "beta2": Pick((0.7, 0.8, 0.9, 0.95)),
}

EXERCISES = (
    Exercise(
        id="optimisers.sgd",
        version=1,
        level=1,
        asks="w",
        summary="one step of gradient descent: against the gradient, scaled by the learning rate",
        shapes=dict.fromkeys(("w_", "grad", "grad_1", "grad_2"), (2,)) | {"eta": (), "weight_decay": ()},
        symbols={"mean": r"\bar{g}", "decayed": r"\tilde{g}"},
        ranges=dict.fromkeys(("grad", "grad_1", "grad_2"), GRADIENTS)
        | {"eta": RATES, "w_": Range(-2.0, 2.0), "weight_decay": Pick((0.1, 0.2, 0.3, 0.4))},
        why="The gradient says which way is up and how steep it is, not how far to go: that is the learning rate's.",
        variants=_SGD,
    ),
    _scalar(
        id="optimisers.momentum",
        version=2,
        level=2,
        asks="w_2",
        requires=("optimisers.sgd",),
        summary="two steps with momentum, in its usual forms",
        ranges={"grad_1": GRADIENTS, "grad_2": GRADIENTS, "eta": RATES, "v_0": Range(-2.0, 2.0)}
        | {"mu": Pick((0.5, 0.6, 0.7, 0.8, 0.9)), "w_0": Range(-2.0, 2.0)},
        why=r"Under a constant gradient the velocity grows to $1 / (1 - \mu)$ times what one gradient gives.",
        variants=_MOMENTUM,
    ),
    Exercise(
        id="optimisers.rmsprop",
        version=1,
        level=2,
        asks="w",
        requires=("optimisers.sgd",),
        summary="one step of RMSProp: square, average, root, divide, for each weight apart",
        shapes={"w_": (2,), "v_": (2,), "grad": (2,), "eta": (), "rho": ()},
        ranges={"grad": GRADIENTS, "v_": Range(0.3, 4.0), "w_": Range(-2.0, 2.0), "eta": RATES}
        | {"rho": Pick((0.6, 0.7, 0.8, 0.9))},
        why=r"No step is larger than $\eta / \sqrt{1 - \rho}$, however large the gradient: $v_t$ holds at least "
        r"$(1 - \rho) g^2$.",
        variants=(_RMSPROP,),
    ),
    _scalar(
        id="optimisers.adam",
        version=2,
        level=3,
        asks="w_2",
        form=Parts(names=("m_2", "v_2", "m_hat", "v_hat", "w_2")),
        requires=("optimisers.momentum", "optimisers.rmsprop"),
        summary="the second step of Adam, with both averages corrected for their start at nought",
        symbols={"m_hat": r"\hat{m}_2", "v_hat": r"\hat{v}_2"},
        ranges=_ADAM_RANGES,
        why=r"Usual are $\beta_1 = 0.9$ and $\beta_2 = 0.999$: there the correction of $v$ matters for more than "
        "a thousand steps.",
        variants=(_SECOND_STEP,),
    ),
    _scalar(
        id="optimisers.first-step",
        level=3,
        asks="r",
        requires=("optimisers.rmsprop",),
        summary="how far the first step of RMSProp or Adam goes, whatever the gradient",
        symbols={"r": "r", "m_hat": r"\hat{m}_1", "v_hat": r"\hat{v}_1"},
        ranges={"grad_1": Pick(tuple(sign * k / 10 for sign in (1, -1) for k in range(8, 200)))}
        | {"eta": Range(0.05, 0.6, 0.01), "rho": Pick((0.7, 0.8, 0.9, 0.95))}
        | {"beta1": Pick((0.6, 0.7, 0.8, 0.9)), "beta2": Pick((0.7, 0.8, 0.9, 0.95))},
        why=r"The size of the gradient cancels: Adam's first step has the length $\eta$, that of RMSProp "
        r"$\eta / \sqrt{1 - \rho}$, the longest it ever makes.",
        variants=_FIRST_STEP,
    ),
    _scalar(
        id="optimisers.wrong-line",
        version=2,
        level=3,
        asks="w_2",
        form=WrongLine(),
        requires=("optimisers.adam",),
        summary="find the mistake in two worked steps of Adam",
        symbols={"m_hat": r"\hat{m}_2", "v_hat": r"\hat{v}_2"},
        ranges=_ADAM_RANGES,
        variants=(_WRONG_LINES,),
    ),
)
