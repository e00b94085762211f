"""What `--help` says: whole sentences, and each option by itself."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from pgready.cli import cli

PGREADY = Path(sys.executable).with_name("pgready")
OPTIONS = [
    pytest.param(option, id=f"{name} {option.opts[0]}")
    for name, command in cli.commands.items()
    for option in command.params
    if isinstance(option, click.Option)
]


def test_the_list_of_commands_says_in_one_whole_line_what_each_does() -> None:
    shown = subprocess.run([PGREADY, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
    listed = shown.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == sorted(cli.commands)
    for line in listed:
        said = line.strip().split(maxsplit=1)[1]
        assert len(said) <= 50
        assert not said.endswith(("...", "."))


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_says_itself_what_it_is_for(option: click.Option) -> None:
    said = option.help or ""
    assert len(said.split()) > 1
    assert "as for" not in said
    assert not said.startswith("default")


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_a_command_that_takes_a_project_says_what_that_is(name: str) -> None:
    command = cli.commands[name]
    if any(parameter.name == "project" for parameter in command.params):
        assert "PROJECT" in (command.help or "")
