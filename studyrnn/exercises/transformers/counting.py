"""Paths between tokens, steps that wait for one another, and trained numbers."""

from functools import partial

from studyrnn.engine.equations import Program
from studyrnn.questions import WHOLE, Exercise, Pick, Range, Slip, Variant, perhaps, slip


def _counted(kind: str, equations: dict[str, str], stem: str, *slips: Slip, also: tuple[str, ...] = ()) -> Variant:
    return Variant(Program.parse(equations), stem, slips, {"kind": kind}, also=also)


_counting = partial(Exercise, version=1, form=WHOLE, scalar=True)

_PATHS = (
    Variant(
        program=Program.parse({"N": "k - j"}),
        convention={"kind": "recurrent"},
        also=("T",),
        keep=lambda trace: float(trace["T"]) > float(trace["k"]) > float(trace["j"]) + 1,
        stem="A vanilla RNN with one layer reads $T$ tokens. How many recurrent steps, each from one state to the "
        "next, does what token $j$ put into $h_j$ go through on its way to $h_k$?",
        slips=(
            slip("one-step", "In attention any two tokens meet directly. An RNN goes step by step.", N="1"),
            slip(
                "whole-sequence", "That is the way through the whole sequence. Here it goes from $j$ to $k$.", N="T - 1"
            ),
            slip("ends-counted", "You counted the states, both ends included. The steps lie between.", N="k - j + 1"),
            perhaps("from-the-start", "That is the way from the first token. It starts at token $j$.", N="k - 1"),
        ),
    ),
    Variant(
        program=Program.parse({"N": "(T - 1) / k"}),
        convention={"kind": "window"},
        keep=lambda trace: float(trace["N"]).is_integer() and float(trace["N"]) > 1,
        ranges={"T": Range(9, 900, 1), "k": Range(2, 24, 1)},
        stem="Causal self-attention with a window: in each layer a token looks at itself and at the $k$ tokens before "
        "it. How many layers on top of each other does it take at least until the output at token $T$ can depend on "
        "token 1?",
        slips=(
            slip("one-step", "Without the window one layer would do. Here it reaches $k$ tokens back.", N="1"),
            slip("recurrent-path", "So many steps of one token each it takes. A layer reaches $k$ back.", N="T - 1"),
            perhaps("window-once", "You took the window off once. Each layer reaches $k$ further.", N="T - 1 - k"),
            slip(
                "ends-counted",
                "That is one too many: there are $T - 1$ tokens to go, $k$ a layer.",
                N="(T - 1) / k + 1",
            ),
        ),
    ),
    _counted(
        "wavefront",
        {"N": "T + l - 1"},
        "A stack of $l$ recurrent layers reads $T$ tokens that are all there from the start. The update of one layer "
        "at one step takes one unit of time, and updates that do not need each other run side by side. After how many "
        "units of time at least is the last state of the top layer known?",
        slip(
            "one-after-the-other",
            "You ran all updates one after the other. A layer can take step $t$ while the one above takes $t - 1$.",
            N="T * l",
        ),
        slip("depth-only", "Attention would take that long. Here each step waits for the one before.", N="l"),
        slip("length-only", "That is one layer alone. Each layer above finishes one unit later.", N="T"),
        slip("ends-counted", "You counted one update twice, the last of the bottom layer.", N="T + l"),
    ),
    _counted(
        "training",
        {"N": "l"},
        "In training a causal Transformer of $l$ blocks gets all $T$ tokens of a text at once, with a mask. A block "
        "takes one unit of time for any number of tokens side by side. How many units does the forward pass take?",
        slip(
            "one-after-the-other",
            "That is generation, token by token. In training all tokens go through a block side by side.",
            N="T * l",
        ),
        slip(
            "wavefront",
            "That is a recurrent stack, in which a step waits for the one before. A block waits only for the block "
            "below.",
            N="T + l - 1",
        ),
        perhaps("length-only", "Tokens do not wait for one another here; blocks do.", N="T"),
        slip("one-step", "Within a block any two tokens meet at once. But block comes after block.", N="1"),
        also=("T",),
    ),
    _counted(
        "generation",
        {"N": "T * l"},
        "A causal Transformer of $l$ blocks writes $T$ tokens, each chosen from the top before the next one is begun. "
        "For one token a block takes one unit of time (older keys and values are cached). How many units do all $T$ "
        "tokens take?",
        slip("side-by-side", "In training the tokens are known beforehand. Here each has to be chosen first.", N="l"),
        slip(
            "wavefront",
            "You began a token before the one ahead of it was chosen. That happens at the top, after all blocks.",
            N="T + l - 1",
        ),
        perhaps("length-only", "Each token goes through all the blocks, one after the other.", N="T"),
    ),
)

_ONE_HEAD = _counted(
    "one-head",
    {"P": "2 * k * d + 2 * v * d"},
    "One head of self-attention reads tokens of width $d$. Four matrices, no biases: queries and keys have $k$ entries "
    "a token, values $v$, and the output projection leads from the value width back to $d$. How many numbers are "
    "trained?",
    slip("no-output-projection", "The output projection is missing: $v d$ weights.", P="2 * k * d + v * d"),
    slip("full-width", r"You made all four matrices $d \times d$. They lead to $k$ or to $v$ entries.", P="4 * d * d"),
    slip(
        "once-per-token",
        "You counted the matrices for every token. All tokens share them.",
        P="T * (2 * k * d + 2 * v * d)",
    ),
    slip(
        "scores-counted",
        "You counted the weights of attention too. They are computed, not trained.",
        P="2 * k * d + 2 * v * d + T * T",
    ),
    also=("T",),
)

_HEADS = _counted(
    "heads",
    {"P": "4 * d * d"},
    "Self-attention of width $d$ with $a$ heads that share the width out, $d/a$ entries of query, key and value each. "
    r"The heads' outputs are joined and projected by a $d \times d$ matrix. No biases. How many numbers are trained?",
    slip("no-output-projection", "The output projection is missing.", P="3 * d * d"),
    slip(
        "full-width-heads",
        "You gave each head queries, keys and values of full width. The heads share the width out.",
        P="a * 3 * d * d + d * d",
    ),
    slip("one-head", "You counted the projections of one head only.", P="3 * d * d / a + d * d"),
    also=("a",),
)


def _block(kind: str, whole: str, blocks: str, *slips: Slip) -> Variant:
    return _counted(
        kind,
        {"attention": "4 * (d * d + d)", "dense": "(d * w + w) + (w * d + d)", "norms": "2 * (2 * d)", "P": whole},
        rf"{blocks} has: projections for queries, keys, values and output, each $d \times d$ with a bias; two dense "
        "layers, from $d$ to $w$ and back, with biases; two layer normalisations, each with a gain and a shift of $d$ "
        "numbers. How many numbers are trained?",
        slip(
            "no-bias",
            "Biases are missing: one for each output of each matrix.",
            attention="4 * d * d",
            dense="2 * d * w",
        ),
        slip("no-output-projection", "The output projection is missing.", attention="3 * (d * d + d)"),
        slip("one-dense", "The dense layer from $w$ back to $d$ is missing.", dense="d * w + w"),
        slip("one-norm", "There are two layer normalisations in a block.", norms="2 * d"),
        *slips,
    )


_BLOCKS = (
    _block("block", "attention + dense + norms", "A Transformer block"),
    _block(
        "stack",
        "B * (attention + dense + norms)",
        "A stack of $B$ Transformer blocks. Each",
        slip("shared-blocks", "Each of the $B$ blocks has numbers of its own.", P="attention + dense + norms"),
    ),
)

EXERCISES = (
    _counting(
        id="transformers.path-length",
        level=2,
        asks="N",
        summary="steps between two tokens, and steps that have to wait for one another: recurrence against attention",
        symbols={"N": "N", "T": "T", "j": "j", "k": "k", "l": "l"},
        ranges={"T": Range(20, 800, 1), "j": Range(2, 300, 1), "k": Range(4, 700, 1), "l": Range(3, 48, 1)},
        variants=_PATHS,
        why="Attention links any two tokens in one step and trains on all tokens side by side; the price is that its "
        "work grows with the square of the length.",
    ),
    _counting(
        id="transformers.block-parameters",
        level=3,
        asks="P",
        summary="the trained numbers of an attention layer, of a Transformer block, of a stack of blocks",
        symbols={
            **{name: name for name in ("P", "d", "k", "v", "a", "w", "B", "T")},
            "attention": r"P_{\text{attention}}",
            "dense": r"P_{\text{dense}}",
            "norms": r"P_{\text{norm}}",
        },
        ranges={
            "d": Range(24, 2400, 24),
            "k": Range(8, 128, 8),
            "v": Range(8, 128, 8),
            "a": Pick((2.0, 3.0, 4.0, 6.0, 8.0, 12.0)),
            "w": Range(128, 4096, 64),
            "B": Range(2, 24, 1),
            "T": Range(16, 512, 1),
        },
        variants=(_ONE_HEAD, _HEADS, *_BLOCKS),
        why="The length of the sequence does not occur: as in an RNN, the weights are shared by all positions.",
    ),
)
