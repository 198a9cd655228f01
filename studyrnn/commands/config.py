"""studyrnn config: each setting, its value, and where that comes from; what is printed is itself a config.toml."""

from __future__ import annotations

import json

from studyrnn.commands import environment

FORMAT = 1


def run(as_json: bool) -> None:
    file, settings = environment.config_file(), environment.settings()
    listed = settings.listed()
    if as_json:
        found = {name: {"value": value, "from": source, "what": what} for name, value, source, what in listed}
        text = json.dumps({"version": FORMAT, "file": str(file), "settings": found}, indent=2) + "\n"
    else:
        there = "" if file.exists() else " (no such file yet; save these lines there and change them)"
        text = f"# {file}{there}\n\n"
        for name, value, source, what in listed:
            setting = f"{name} = {json.dumps(value)}"  # numbers, truths and plain words: JSON and TOML agree
            text += f"{setting:<26}# {'default' if source == 'default' else 'set here'}: {what}\n"
    environment.write_out([text], None)
