"""One set of weights for all steps: how many numbers are trained."""

from functools import partial

from studyrnn.engine.equations import Program
from studyrnn.questions import WHOLE, Exercise, Range, Slip, Variant

_counted = partial(
    Exercise,
    version=1,
    form=WHOLE,
    scalar=True,
    symbols={
        "d": "d", "n": "n", "m": "m", "T": "T", "P": "P", "block": r"\text{block}", "first": "P^{(1)}",
        "second": "P^{(2)}", "hidden": r"P_{\text{hidden}}", "output": r"P_{\text{output}}",
        "forward": r"P_\rightarrow", "window": r"P_{\text{window}}", "recurrent": r"P_{\text{rnn}}",
    },
    ranges={"d": Range(2, 130, 1), "n": Range(2, 200, 1), "m": Range(2, 20, 1), "T": Range(3, 30, 1)},
)  # fmt: skip


def _variant(equations: dict[str, str], stem: str, *slips: Slip, also: tuple[str, ...] = (), cell: str = "") -> Variant:
    return Variant(
        program=Program.parse(equations),
        stem=stem,
        slips=slips,
        also=also,
        convention={"cell": cell} if cell else {},
        keep=lambda trace: float(trace["d"]) != float(trace["n"]),
    )


def _instead(name: str, rhs: str, slip: str, message: str, always: bool = True) -> Slip:
    return Slip(slip, message, equations={name: rhs}, always=always)


def _once_per_step(name: str, rhs: str) -> Slip:
    message = "You counted the weights once for every step. It is one set, used again at every step."
    return _instead(name, f"T * ({rhs})", "once-per-step", message)


def _exchanged(name: str, rhs: str) -> Slip:
    message = r"$d$ and $n$ changed places: $W_{hh}$ is $n \times n$, and there is one bias for each of the $n$ units."
    return _instead(name, rhs, "sizes-exchanged", message)


_BLOCK = "n * d + n * n + n"
_TWO_BIASES = "n * d + n * n + 2 * n"
_NO_BIAS = "The biases are missing: one number for each unit."


def _gated(gates: int, cell: str) -> Variant:
    return _variant(
        {"block": _BLOCK, "P": f"{gates} * block"},
        f"{cell} layer with $d$ inputs and $n$ units. Every gate, and the candidate, is a block with a matrix for the "
        "input, a matrix for the state and one bias vector. How many numbers are trained?",
        _instead(
            "P",
            f"{7 - gates} * block",
            "blocks-of-the-other-cell",
            "That is the other cell: an LSTM has three gates and a candidate, a GRU two gates and a candidate.",
        ),
        _instead(
            "P",
            f"{gates - 1} * block" if gates == 3 else "2 * block",
            "no-candidate",
            "Count the blocks again: the candidate has weights of its own, like the gates.",
        ),
        _instead("block", "n * d + n * n", "no-bias", _NO_BIAS),
        _instead("block", _TWO_BIASES, "bias-pair", "You counted two bias vectors in a block; here it has one."),
        _exchanged("block", "n * d + d * d + d"),
        cell=cell,
    )


def _framework(cell: str, gates: int, block: str, stem: str) -> Variant:
    other = _BLOCK if block == _TWO_BIASES else _TWO_BIASES
    return _variant(
        {"block": block, "P": f"{gates} * block"},
        f"{stem}, with $d$ inputs and $n$ units. How many numbers are trained?",
        _instead("block", other, "bias-pair", "The number of bias vectors in a block is the other one here."),
        _instead("P", f"{7 - gates} * block", "blocks-of-the-other-cell", "That many blocks has the other gated cell."),
        _instead("block", "n * d + n * n", "no-bias", _NO_BIAS),
        cell=cell,
    )


EXERCISES = (
    _counted(
        id="parameter-sharing.rnn-count",
        level=1,
        asks="P",
        summary="the number of weights and biases of a vanilla RNN layer",
        variants=(
            _variant(
                {"P": _BLOCK},
                "A vanilla RNN layer with $d$ inputs and $n$ units, one bias vector, run over sequences of $T$ steps. "
                "How many numbers are trained?",
                _instead("P", "n * d + n", "no-recurrence", "$W_{hh}$ is missing: each unit reads all $n$ old ones."),
                _instead("P", "n * d + n * n", "no-bias", _NO_BIAS),
                _exchanged("P", "n * d + d * d + d"),
                _once_per_step("P", _BLOCK),
                also=("T",),
            ),
        ),
        why="$T$ does not occur: that is what lets one network read sequences of any length.",
    ),
    _counted(
        id="parameter-sharing.with-output",
        version=2,
        level=2,
        asks="P",
        requires=("parameter-sharing.rnn-count",),
        summary="the number of weights of a vanilla RNN with an output layer",
        variants=(
            _variant(
                {"hidden": _BLOCK, "output": "m * n + m", "P": "hidden + output"},
                "A vanilla RNN with $d$ inputs, $n$ units with one bias vector, and $m$ outputs, "
                "$y_t = W_{hy} h_t + b_y$ at each of $T$ steps. How many numbers are trained altogether?",
                _instead("P", "hidden", "no-output-layer", r"The output layer is missing: $W_{hy}$ is $m \times n$."),
                _instead("output", "m * d + m", "reads-the-input", "The output layer reads $h_t$, not $x_t$."),
                _instead("output", "m * n", "no-output-bias", "The bias $b_y$ is missing: one number an output."),
                _instead(
                    "P",
                    "hidden + T * output",
                    "output-once-per-step",
                    "The output layer is shared over time as well: one $W_{hy}$ for all steps.",
                ),
                also=("T",),
            ),
        ),
    ),
    _counted(
        id="parameter-sharing.gated-count",
        level=2,
        asks="P",
        requires=("parameter-sharing.rnn-count",),
        summary="the number of weights of an LSTM or a GRU layer",
        variants=(_gated(4, "An LSTM"), _gated(3, "A GRU")),
    ),
    _counted(
        id="parameter-sharing.conventions",
        level=3,
        asks="P",
        requires=("parameter-sharing.gated-count",),
        summary="what PyTorch and Keras count for the same gated layer",
        variants=(
            _framework("PyTorch LSTM", 4, _TWO_BIASES, "`torch.nn.LSTM` with one layer (two bias vectors in a block)"),
            _framework("PyTorch GRU", 3, _TWO_BIASES, "`torch.nn.GRU` with one layer (two bias vectors in a block)"),
            _framework("Keras LSTM", 4, _BLOCK, "`keras.layers.LSTM` in Keras 3 (one bias vector in a block)"),
            _framework(
                "Keras GRU",
                3,
                _TWO_BIASES,
                "`keras.layers.GRU` in Keras 3 as it comes, `reset_after` switched on, "
                "which keeps a bias of the state apart from that of the input",
            ),
        ),
    ),
    _counted(
        id="parameter-sharing.stacked-count",
        version=2,
        level=2,
        asks="P",
        requires=("parameter-sharing.rnn-count",),
        summary="the number of weights of two vanilla RNN layers on top of each other",
        variants=(
            _variant(
                {"first": _BLOCK, "second": "n * n + n * n + n", "P": "first + second"},
                "Two vanilla RNN layers, one on top of the other, of $n$ units and one bias vector each, without an "
                "output layer. The lower one reads $d$ inputs. How many numbers are trained?",
                _instead(
                    "second",
                    _BLOCK,
                    "second-layer-reads-x",
                    "You let the upper layer read $x_t$. It reads the $n$ units of the lower layer.",
                ),
                _instead("P", "first", "one-layer", "That is the lower layer alone."),
                _instead(
                    "second",
                    "n * n + n",
                    "one-matrix",
                    "The upper layer has two matrices: one for the layer below, one for its own past.",
                ),
                _instead("second", "n * n + n * n", "no-bias", _NO_BIAS),
            ),
        ),
    ),
    _counted(
        id="parameter-sharing.bidirectional-count",
        version=2,
        level=3,
        asks="P",
        requires=("parameter-sharing.stacked-count",),
        summary="the number of weights of two bidirectional layers",
        variants=(
            _variant(
                {
                    "first": "2 * (n * d + n * n + n)",
                    "second": "2 * (n * (2 * n) + n * n + n)",
                    "P": "first + second",
                },
                "Two bidirectional vanilla RNN layers, one on top of the other, with $n$ units and one bias vector in "
                "each direction, without an output layer. The states of both directions are joined end to end and "
                "handed up. The lower layer reads $d$ inputs. How many numbers are trained?",
                _instead(
                    "second",
                    "2 * (n * n + n * n + n)",
                    "one-direction-handed-up",
                    "The upper layer reads the states of both directions: $2n$ numbers, not $n$.",
                ),
                _instead(
                    "second",
                    "2 * (n * d + n * n + n)",
                    "second-layer-reads-x",
                    "You let the upper layer read $x_t$. It reads the $2n$ numbers that the lower layer hands up.",
                ),
                _instead(
                    "first",
                    "n * d + n * n + n",
                    "one-direction",
                    "Each direction has weights of its own: the lower layer counts twice.",
                ),
                _instead(
                    "second",
                    "2 * (n * (2 * n) + (2 * n) * (2 * n) + n)",
                    "wide-recurrence",
                    r"Within a direction the recurrence joins $n$ units to $n$: $W_{hh}$ is $n \times n$ there.",
                ),
            ),
        ),
    ),
    _counted(
        id="parameter-sharing.window-against-rnn",
        level=2,
        asks="more",
        symbols={
            "d": "d",
            "n": "n",
            "T": "T",
            "window": r"\text{window}",
            "recurrent": r"\text{RNN}",
            "more": r"\text{difference}",
        },
        requires=("parameter-sharing.rnn-count",),
        summary="how many more weights a network over the whole window needs than an RNN",
        variants=(
            _variant(
                {"window": "T * d * n", "recurrent": "d * n + n * n", "more": "window - recurrent"},
                "A sequence of $T$ steps with $d$ inputs each. One network reads all of it at once, laid end to end, "
                "into $n$ hidden units; a vanilla RNN with $n$ units reads it step by step. Leave biases and outputs "
                "out. By how many weights does the first exceed the second? (Negative where it has fewer.)",
                _instead("window", "d * n", "one-step-window", "The window holds $T$ steps of $d$ numbers each."),
                _instead("recurrent", "d * n", "no-recurrence", "The RNN also has $W_{hh}$ with its $n^2$ weights."),
                _instead(
                    "recurrent",
                    "T * (d * n + n * n)",
                    "once-per-step",
                    "The RNN's weights do not multiply with $T$: they are shared by all steps.",
                ),
                _instead("more", "recurrent - window", "sign", "The difference is taken the other way round."),
            ),
        ),
    ),
    _counted(
        id="parameter-sharing.break-even",
        level=3,
        asks="T",
        symbols={"d": "d", "n": "n", "T": "T"},
        ranges={"d": Range(2, 40, 1), "n": Range(2, 4000, 1)},
        requires=("parameter-sharing.window-against-rnn",),
        summary="the sequence length at which an RNN and a network over the whole window have equally many weights",
        variants=(
            Variant(
                program=Program.parse({"T": "(d * n + n * n) / (d * n)"}),
                stem="A network that reads a whole sequence of $T$ steps at once, $d$ inputs each, into $n$ units has "
                "$T d n$ weights; a vanilla RNN with $n$ units has $d n + n^2$. (No biases, no outputs.) At which "
                "$T$ do both have equally many?",
                keep=lambda trace: float(trace["T"]).is_integer() and float(trace["T"]) > 2,
                slips=(
                    _instead(
                        "T", "n / d", "forgot-own-input", "The RNN's input weights $d n$ count too: one step more."
                    ),
                    _instead(
                        "T", "d + n", "divided-by-n", "You divided by $n$ alone: a step of the window costs $d n$."
                    ),
                    _instead(
                        "T",
                        "n * n",
                        "recurrence-alone",
                        "That is the size of $W_{hh}$, not yet set against the $d n$ weights of a step.",
                    ),
                ),
            ),
        ),
        why="Beyond $T = 1 + n/d$ the RNN is the smaller one, and its size no longer depends on $T$.",
    ),
    Exercise(
        id="parameter-sharing.same-weights",
        version=1,
        level=3,
        asks="h_3",
        scalar=True,
        requires=("parameter-sharing.rnn-count",),
        summary="the same weights on a sequence that is one step longer than in training",
        variants=(
            Variant(
                program=Program.parse({f"h_{t}": f"tanh(W_xh * x_{t} + W_hh * h_{t - 1})" for t in (1, 2, 3)}),
                stem="A scalar RNN without bias, $$h_t = \\tanh(W_{xh} x_t + W_{hh} h_{t-1}).$$ It was trained on "
                "sequences of two steps and now reads three.",
                slips=(
                    Slip(
                        "stops-at-two",
                        "You stopped after two steps. The same weights serve for a third one.",
                        equations={"h_3": "h_2"},
                    ),
                    Slip(
                        "no-recurrence-at-three",
                        "You left $h_2$ out at step 3: there is no new matrix for it, the same $W_{hh}$ is used.",
                        equations={"h_3": "tanh(W_xh * x_3)"},
                    ),
                    Slip(
                        "squared-weight",
                        "You raised $W_{hh}$ to a power. It is used once at every step, inside its own $\\tanh$.",
                        equations={"h_3": "tanh(W_xh * x_3 + W_hh * W_hh * h_2)"},
                    ),
                    Slip(
                        "stale-state",
                        "At step 3 you used $h_1$ again. The state that goes in is $h_2$.",
                        equations={"h_3": "tanh(W_xh * x_3 + W_hh * h_1)"},
                    ),
                ),
            ),
        ),
    ),
)
