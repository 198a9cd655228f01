"""The Markdown of cards: spans, dollar signs, and the gaps of a cloze."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyrnn.markup import fill_gaps, formulas, gaps, hide_gaps, spans

SIGMOID = r"$\frac{1}{1+e^{-x}}$"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("plain", [("text", "plain")]),
        ("a $x_t$ b", [("text", "a "), ("inline", "x_t"), ("text", " b")]),
        ("$$x$$", [("display", "x")]),
        ("so $$x$$ and $y$", [("text", "so "), ("display", "x"), ("text", " and "), ("inline", "y")]),
        ("$x$$y$", [("inline", "x"), ("inline", "y")]),
        ("**b** *i* `c`", [("bold", "b"), ("text", " "), ("italic", "i"), ("text", " "), ("code", "c")]),
        ("**a**b", [("bold", "a"), ("text", "b")]),
        ("(*a*), *b*", [("text", "("), ("italic", "a"), ("text", "), "), ("italic", "b")]),
        ("**a\nb**", [("bold", "a\nb")]),
        ("$a\n+ b$", [("inline", "a\n+ b")]),
        ("$a * b * c$", [("inline", "a * b * c")]),
        ("$a_1$ and $**$", [("inline", "a_1"), ("text", " and "), ("inline", "**")]),
        ("`$x$`", [("code", "$x$")]),
    ],
)
def test_spans_are_found_in_order(text: str, pieces: list[tuple[str, str]]) -> None:
    """Maths, bold, italic and code, each with what stands inside it, and the text between."""
    assert list(spans(text)) == pieces


@pytest.mark.parametrize(
    "text", ["a * b * c", "2*3*4", "a*b*c", "* item", "snake_case_name", "**", "``", "*a", "**a", "a ** b", "`"]
)
def test_signs_without_a_partner_are_text(text: str) -> None:
    """A product, an underscore or a lone mark is not markup."""
    assert list(spans(text)) == [("text", text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (r"\$5", [("text", "$5")]),
        (r"\$5 or \$6", [("text", "$5 or $6")]),
        (r"\$5 and $x$", [("text", "$5 and "), ("inline", "x")]),
        (r"**\$5**", [("bold", "$5")]),
        (r"`\$HOME`", [("code", "$HOME")]),
    ],
)
def test_an_escaped_dollar_is_a_dollar(text: str, pieces: list[tuple[str, str]]) -> None:
    r"""\$ never begins maths, and its backslash is not shown."""
    assert list(spans(text)) == pieces
    assert formulas(text) == [piece for kind, piece in pieces if kind == "inline"]


def test_formulas_come_in_order_without_their_dollars() -> None:
    """Inline and displayed ones alike."""
    assert formulas(rf"$a$ then $$b$$ then {SIGMOID} for \$5") == ["a", "b", SIGMOID.strip("$")]
    assert formulas("no maths here") == []


@pytest.mark.parametrize("text", ["$x", "x$", "$a$ $b", "$", "$$", r"\$$"])
def test_a_dollar_without_a_partner_is_reported(text: str) -> None:
    """With how to write a dollar that is meant as one."""
    with pytest.raises(ValueError) as caught:
        formulas(text)
    assert str(caught.value) == r"a $ has no partner. Maths is $...$; write a dollar sign as \$"


@given(st.text())
def test_no_text_is_lost_or_refused_by_spans(text: str) -> None:
    """Any text splits into pieces; without any marks it comes back as it went in."""
    pieces = list(spans(text))
    assert {kind for kind, _ in pieces} <= {"text", "display", "inline", "bold", "italic", "code"}
    if not set(text) & set("$*`\\\ufdd0\ufdd1\ufdd2"):
        assert "".join(piece for _, piece in pieces) == text


@pytest.mark.parametrize(
    ("text", "found", "hidden", "filled"),
    [
        ("no gap", [], "no gap", "no gap"),
        ("a {{b}} c", ["b"], "a [...] c", "a **b** c"),
        ("{{a}}{{b}}", ["a", "b"], "[...][...]", "**a****b**"),
        ("{{two words}} end", ["two words"], "[...] end", "**two words** end"),
        ("{{$x_t$}}", ["$x_t$"], "[...]", "$x_t$"),
        (f"s = {{{{{SIGMOID}}}}}.", [SIGMOID], "s = [...].", f"s = {SIGMOID}."),
        ("{{$W_{xh} x_{t}$}} {{b}}", ["$W_{xh} x_{t}$", "b"], "[...] [...]", "$W_{xh} x_{t}$ **b**"),
        ("{{about $x$}}", ["about $x$"], "[...]", "about $x$"),
        (f"{{{{gap}}}} beside {SIGMOID}", ["gap"], f"[...] beside {SIGMOID}", f"**gap** beside {SIGMOID}"),
        ("{{a\nb}}", ["a\nb"], "[...]", "**a\nb**"),
        ("{{open", [], "{{open", "{{open"),
        ("{{}}", [], "{{}}", "{{}}"),
        ("{one}", [], "{one}", "{one}"),
    ],
)
def test_gaps_are_hidden_and_filled(text: str, found: list[str], hidden: str, filled: str) -> None:
    """Braces inside a gap's maths pair up and do not end it; what was hidden comes back in bold, maths as maths."""
    assert gaps(text) == found
    assert hide_gaps(text) == hidden
    assert fill_gaps(text) == filled


def test_braces_inside_maths_are_maths() -> None:
    """A doubled brace in a formula of the text is no gap."""
    text = "$x_{{b}}$ and {{gap}}"
    assert gaps(text) == ["gap"]
    assert hide_gaps(text) == "$x_{{b}}$ and [...]"


@given(st.lists(st.tuples(st.text("abc _^\\*", max_size=8), st.sampled_from(["x", "a b", "$y_{t}$", SIGMOID]))))
def test_exactly_the_gaps_are_hidden(pieces: list[tuple[str, str]]) -> None:
    """What stands between the gaps is left alone, and filling brings every gap back."""
    text = "".join(f"{before}{{{{{gap}}}}}" for before, gap in pieces)
    assert hide_gaps(text) == "".join(f"{before}[...]" for before, _ in pieces)
    assert fill_gaps(text) == "".join(before + (gap if "$" in gap else f"**{gap}**") for before, gap in pieces)
