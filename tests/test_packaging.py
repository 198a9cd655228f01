"""The wheel and an editable install both find the decks."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from studyrnn import decks

ROOT = Path(__file__).parent.parent


def test_a_checkout_finds_its_decks() -> None:
    """These tests run from an editable install: the decks are those at the top of the checkout."""
    assert decks.shipped_directory() == ROOT / "decks"


def test_the_wheel_carries_the_decks_and_finds_them(tmp_path: Path) -> None:
    """Built, unpacked elsewhere, and asked from there: no file of the checkout is in reach."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    unpacked = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(unpacked)
    assert {"studyrnn/py.typed", "studyrnn/sources.yaml"} <= set(names)
    assert {Path(name).name for name in names if "/shipped/" in name} == {p.name for p in (ROOT / "decks").iterdir()}
    assert not [name for name in names if name.startswith(("tests/", "decks/"))]
    code = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r})\n"
        "from studyrnn import decks\n"
        "print(decks.__file__, len(decks.select([])[0]))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True)
    where, count = done.stdout.split()
    assert where.startswith(str(unpacked))
    assert int(count) == len(decks.select([])[0])
