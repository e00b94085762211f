"""The documentation as a site: Sphinx, MyST and furo, built offline (`make docs`).

The pages are plain Markdown that also reads well where only Markdown is shown; the order of the pages stands here, so
that no page has to carry a table of contents that only Sphinx understands.
"""

from dataclasses import is_dataclass
from typing import ClassVar

from pygments.lexer import RegexLexer, words
from pygments.lexers.sql import PostgresLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Text
from sphinx.application import Sphinx

from pgready import __version__

project = "pgready"
author = "the pgready authors"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "pgready"
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}

# Anchors of headings, made as on the usual forges: `configuration.md#groups`.
myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings: list[str] = []

# The docstrings write code in single backticks.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
# Annotations name types of the standard library, of networkx and of rooms that are no public interface; nothing is
# downloaded to resolve them. A wrong reference of a page (`{ref}`, `{doc}`, a link) is an error all the same.
nitpick_ignore_regex = [("py:.*", ".*")]

CONTENTS = {
    "": ["tutorial"],
    "How to": [
        "how-to/read-a-report",
        "how-to/send-a-report",
        "how-to/ci",
        "how-to/compare",
        "how-to/groups-and-contracts",
        "how-to/suppressing",
        "how-to/lab",
        "how-to/own-notebooks",
        "how-to/live-database",
    ],
    "Reference": [
        "reference/command-line",
        "reference/configuration",
        "reference/rules",
        "reference/exit-codes",
        "reference/audit-json",
        "reference/api",
        "reference/api-values",
        "reference/api-views",
        "reference/glossary",
    ],
    "Explanation": [
        "explanation/evidence-and-verdict",
        "explanation/rehearsal",
        "explanation/rehearsal-server",
        "explanation/isolation",
        "explanation/prisma-schema",
        "explanation/security",
        "explanation/comparison",
    ],
}


def add_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Give the first page the tree of all pages, and the list of rules that of its rules."""
    if page == "index":
        source[0] += "".join(tree(title, pages) for title, pages in CONTENTS.items())
    if page == "reference/rules":
        source[0] += tree("", ["rules/*"], glob=True)


def tree(title: str, pages: list[str], *, glob: bool = False) -> str:
    """A hidden table of contents in MyST's syntax."""
    options = [":hidden:", *([f":caption: {title}"] if title else []), *([":glob:"] if glob else [])]
    return "\n".join(["\n", "```{toctree}", *options, "", *pages, "```", ""])


class PrismaLexer(RegexLexer):
    """The colours of schema.prisma."""

    name = "Prisma"
    tokens: ClassVar = {
        "root": [
            (r"//.*", Comment.Single),
            (r'"(\\.|[^"\\])*"', String),
            (
                words(("model", "enum", "view", "type", "datasource", "generator"), prefix=r"^\s*", suffix=r"\b"),
                Keyword,
            ),
            (r"@@?[\w.]+", Name.Decorator),
            (r"\d+", Number),
            (r"\w+", Name),
            (r"[{}()\[\]=?:,.]", Operator),
            (r"\s+", Text),
        ]
    }


def leave_fields_to_themselves(
    _app: Sphinx, _what: str, _name: str, value: object, *_: object
) -> tuple[str, None] | None:
    """Show a value without the signature of its constructor: its fields stand below, and it comes from an audit."""
    return ("", None) if isinstance(value, type) and is_dataclass(value) else None


def setup(app: Sphinx) -> None:
    """Sphinx calls this. Other lexers than PostgreSQL's stumble over dollar quotes."""
    app.connect("autodoc-process-signature", leave_fields_to_themselves)
    app.add_lexer("sql", PostgresLexer)
    app.add_lexer("prisma", PrismaLexer)
    app.connect("source-read", add_contents)
