"""Write docs/reference/command_line.md from the command line's own help; run it after a change of that help."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import typer

from flowsim.cli.program import app

PAGE = Path(__file__).resolve().parents[1] / "reference" / "command_line.md"
HEAD = """# Command line

Every command and its options, as `flowsim COMMAND --help` shows them. This page is written from that help by
`python docs/scripts/command_line.py`.

All commands end with exit code 0 when they are done, 2 when something in your input is wrong (the message says what and
where), 1 when flowsim hit an internal error, and 130 when you interrupted them; finished work is then kept.
"""


def page() -> str:
    """Return the page."""
    commands = typer.main.get_command(app).commands
    table = "\n".join(f"| [`flowsim {name}`](#flowsim-{name}) | {_first(c)} |" for name, c in commands.items())
    sections = [_section(name, command) for name, command in commands.items()]
    return "\n".join([HEAD, "| command | what it does |\n| --- | --- |", table, "", *sections])


def _section(name: str, command: Any) -> str:
    paragraphs = inspect.cleandoc(command.help).split("\n\n")
    examples = [p.removeprefix("Example: ") for p in paragraphs if p.startswith("Example: ")]
    text = "\n\n".join(" ".join(p.split()) for p in paragraphs if not p.startswith("Example: "))
    arguments = [p.metavar for p in command.params if p.param_type_name == "argument"]
    usage = " ".join(["flowsim", name, *arguments, "[OPTIONS]"])
    rows = "\n".join(f"| `{_name(p)}` | {_help(p)} |" for p in command.params)
    parts = [f"## flowsim {name}", text, f"Usage: `{usage}`", f"| option | what it means |\n| --- | --- |\n{rows}"]
    if examples:
        parts.append("Example:\n\n```bash\n" + "\n".join(examples) + "\n```")
    return "\n\n".join(parts) + "\n"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    return ", ".join(parameter.opts) + (f" {parameter.metavar}" if parameter.metavar else "")


def _help(parameter: Any) -> str:
    text = " ".join(parameter.help.split())
    if parameter.required:
        return f"{text} (required)"
    return text if parameter.default is None else f"{text} [default: {parameter.default}]"


def _first(command: Any) -> str:
    return inspect.cleandoc(command.help).split("\n\n")[0].replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"{PAGE} is written")
