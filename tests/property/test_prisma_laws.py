"""Laws of the Prisma reader: it fails only with a SourceError, prints and reads alike, and names within 63 bytes."""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pgready.errors import SourceError
from pgready.model.names import QualifiedName
from pgready.model.schema import Column, ForeignKey, Index, PrimaryKey, ReferentialAction, Table
from pgready.sources.prisma import parse, to_schema
from pgready.sources.prisma.config_file import read_config
from pgready.sources.prisma.external import read_externals
from pgready.sources.prisma.names import (
    foreign_key_name,
    index_name,
    join_names,
    primary_key_name,
    unique_name,
)
from pgready.sources.prisma.parser import parse_into
from pgready.sources.prisma.problems import Problems
from pgready.sources.prisma.to_schema import resolve

FIXTURES = Path(__file__).parents[1] / "fixtures" / "prisma"
VALID = [path.read_bytes().decode() for path in sorted(FIXTURES.rglob("*.prisma"))]
HEAD = 'datasource db {\n  provider = "postgresql"\n}\n\n'
PIECES = st.sampled_from(
    [
        *'{}[]()@,.:"=?\\/\n\r\t \0\ufeff-1',
        "@@",
        "//",
        "///",
        "/*",
        "*/",
        "[]",
        '"',
        "\u2028",
        "é",
        "model A {\n",
        "}\n",
    ]
)


def survives(text: str) -> None:
    """Reads it or fails as it should: with errors that each have a place in the file."""
    try:
        to_schema([parse(text, "s.prisma")])
    except SourceError as error:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for each in (error, *error.others):
            assert each.path == "s.prisma"
            if each.line is not None:
                assert 1 <= each.line <= len(lines)
                assert each.column is not None
                assert 1 <= each.column <= len(lines[each.line - 1]) + 1


def survives_broken(texts: list[str]) -> None:
    """What `read_schema` does: files with errors of syntax are read for their meaning all the same."""
    problems = Problems()
    documents = [parse_into(text, f"{number}.prisma", problems) for number, text in enumerate(texts)]
    clean = not problems
    schema = resolve(documents, problems)
    if problems:
        error = problems.error()
        assert all(each.path.removesuffix(".prisma").isdigit() for each in (error, *error.others))
        assert len(error.others) <= 100
    elif clean:
        assert schema == to_schema(documents)


@given(st.text() | st.text('modeluntyp{}[]()@,.:"=?\\/\n -1A') | st.lists(PIECES).map("".join))
def test_any_text_is_read_or_is_a_source_error(text: str) -> None:
    survives(text)
    survives(HEAD + text)
    survives(HEAD + "model A {\n  id Int @id\n  " + text)


@given(st.sampled_from(VALID), st.data())
def test_a_mutated_schema_is_read_or_is_a_source_error(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.sampled_from([0, 0, 1, 2, 10, 100])))
        other = data.draw(st.sampled_from(VALID))
        begin = data.draw(st.integers(0, len(other)))
        piece = data.draw(PIECES | st.text(max_size=3) | st.just(other[begin : begin + 30]))
        text = text[:start] + piece + text[end:]
    survives(text)


WORDS = st.sampled_from(
    [
        *re.findall(
            r"\S+",
            """
model view type enum datasource generator A B db id a b Int String DateTime Json Foo Unsupported @id @unique
@map @default @relation @ignore @updatedAt @db.VarChar @db. @@index @@unique @@id @@map @@ignore @@schema
fields: map: references: name: type: where: sort: ops: onDelete: Cascade SetNull Desc Gin "a" "" 1 -1.5 { }
( ) [ ] , : = ? [] now() uuid() autoincrement() dbgenerated() raw("x") env("X") true null provider =
"postgresql" // /// /* */
""",
        ),
        *["\n"] * 3,
    ]
)


@given(st.lists(st.lists(WORDS, max_size=60).map(" ".join), min_size=1, max_size=3))
def test_any_order_of_words_is_read_or_is_a_source_error(texts: list[str]) -> None:
    survives_broken([HEAD + texts[0], *texts[1:]])
    survives_broken([HEAD + "model A {\n  id Int @id\n  " + texts[0] + "\n}\n", *texts[1:]])


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_are_a_source_error(data: bytes) -> None:
    for encoding in ("utf-8", "utf-16", "latin-1"):
        text = data.decode(encoding, errors="replace")
        survives(text)
        survives_broken([HEAD + text, text])


CONFIGURATION = st.lists(
    st.sampled_from(
        [
            *re.findall(
                r"\S+",
                """
export default defineConfig ( ) { } [ ] , : ; = . + schema migrations path tables enums external
experimental externalTables true 'a' "b" `c` `${d}` const d join path.join __dirname satisfies as T
module.exports ... new URL fileURLToPath import.meta.url // /* */
""",
            ),
            "\n",
        ]
    ),
    max_size=60,
).map(" ".join)


@given(CONFIGURATION | st.text())
def test_any_configuration_is_read_or_is_a_source_error(text: str) -> None:
    for each in (text, f"export default {text}", f"export default {{ schema: {text} }}"):
        found = read_externals(each, "prisma.config.ts")
        assert all(place.line is not None for place, _ in found.notes)
        with suppress(SourceError):
            read_config(Path("/p/prisma.config.ts"), each, Path("/p"), "prisma.config.ts")


@given(st.sampled_from(VALID), st.data())
def test_a_truncated_schema_is_read_or_is_a_source_error(text: str, data: st.DataObject) -> None:
    survives(text[: data.draw(st.integers(0, len(text)))])


NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=90)


@given(NAMES, st.lists(NAMES, min_size=1, max_size=4))
def test_made_names_fit_63_bytes_and_keep_their_suffix(table: str, columns: list[str]) -> None:
    joined = "_".join((table, *columns))
    for name, prefix, suffix in (
        (primary_key_name(table), table, "_pkey"),
        (unique_name(table, columns), joined, "_key"),
        (index_name(table, columns), joined, "_idx"),
        (foreign_key_name(table, columns), joined, "_fkey"),
    ):
        assert len(name.encode()) <= 63
        assert name.endswith(suffix)
        assert prefix.startswith(name.removesuffix(suffix))
        # As much of the prefix as fits: one character more would be too long.
        kept = len(name.removesuffix(suffix))
        assert kept == len(prefix) or len((prefix[: kept + 1] + suffix).encode()) > 63


@given(NAMES)
def test_the_names_of_a_join_table_fit_and_differ(name: str) -> None:
    made = join_names(f"_{name}"[:63])
    assert all(len(each.encode()) <= 63 for each in made)
    assert made[2] != made[3]
    if f"_{name}"[:63].isascii():
        assert [each[-8:] for each in made] == ["_AB_pkey", "_B_index", made[2][-8:], made[3][-8:]]
        assert made[2].endswith("_A_fkey")
        assert made[3].endswith("_B_fkey")


TYPES = {
    "String": "text",
    "Int": "integer",
    "BigInt": "bigint",
    "Boolean": "boolean",
    "Float": "double precision",
    "DateTime": "timestamp(3) without time zone",
    "Decimal @db.Decimal(10, 2)": "numeric(10,2)",
    "String @db.VarChar(7)": "character varying(7)",
    "Json": "jsonb",
}
IDENTIFIERS = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_]{0,30}", fullmatch=True)
DATABASE_NAMES = st.text(
    st.characters(exclude_characters='"\0', exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20
)


@dataclass(frozen=True)
class Line:
    """A generated field: its Prisma type, its arity, and its column's name when that differs."""

    name: str
    type: str
    arity: str
    mapped: str | None

    @property
    def column(self) -> str:
        return self.mapped or self.name

    def printed(self, gap: str) -> str:
        kind, _, native = self.type.partition(" ")
        parts = [self.name, kind + self.arity, *([native] if native else [])]
        if self.mapped is not None:
            parts.append(f'@map("{self.mapped.replace(chr(92), chr(92) * 2)}")')
        return gap + gap.join(parts)


@st.composite
def generated(draw: st.DrawFn) -> tuple[str, tuple[Table, ...]]:
    """A schema as text, and the tables it must give: columns, a key, an index, and a relation to the table before."""
    names = draw(st.lists(IDENTIFIERS, min_size=1, max_size=4, unique=True).filter(lambda each: not {*each} & {*TYPES}))
    gap = draw(st.sampled_from([" ", "  ", "\t", " \u3000"]))
    end = draw(st.sampled_from(["\n", "\r\n", " // x\n", "\n\n", " /* y\n */\n"]))
    blocks: list[list[str]] = []
    tables: list[Table] = []
    for position, name in enumerate(names):
        lines = [Line("id", "Int", "", draw(st.none() | st.just("the id")))]
        fields = draw(
            st.lists(
                st.builds(
                    Line,
                    IDENTIFIERS.map("f{}".format),
                    st.sampled_from([*TYPES]),
                    st.sampled_from(["", "?", "[]"]),
                    st.none(),
                ),
                max_size=4,
                unique_by=lambda line: line.name,
            )
        )
        lines += [
            Line(each.name, each.type, each.arity, draw(st.none() | DATABASE_NAMES.map("m{}".format)))
            for each in fields
        ]
        lines = list({line.column: line for line in lines}.values())
        indexed = draw(st.lists(st.sampled_from(lines), max_size=3, unique=True))
        unique = draw(st.booleans())
        qualified = QualifiedName("public", name)
        target = tables[-1] if draw(st.booleans()) and tables else None
        arity = draw(st.sampled_from(["", "?"]))
        body = [f"model{gap}{name} {{"] + [line.printed(gap) + (" @id" if line.name == "id" else "") for line in lines]
        keys: tuple[ForeignKey, ...] = ()
        columns = [
            Column(
                name=line.column, type=TYPES[line.type] + ("[]" if line.arity == "[]" else ""), not_null=not line.arity
            )
            for line in lines
        ]
        if target is not None:
            assert target.primary_key is not None
            body += [f" ref{gap}Int{arity}", f" to {target.model}{arity} @relation(fields: [ref], references: [id])"]
            blocks[position - 1].append(f" from{position}{gap}{name}[]")
            columns.append(Column(name="ref", type="integer", not_null=not arity))
            action = ReferentialAction.SET_NULL if arity else ReferentialAction.RESTRICT
            keys = (
                ForeignKey(
                    name=foreign_key_name(name, ["ref"]),
                    table=qualified,
                    columns=("ref",),
                    referenced_table=target.name,
                    referenced_columns=target.primary_key.columns,
                    on_delete=action,
                    on_update=ReferentialAction.CASCADE,
                ),
            )
        indexes: tuple[Index, ...] = ()
        if indexed:
            body.append(f" @@{'unique' if unique else 'index'}([{', '.join(line.name for line in indexed)}])")
            naming = unique_name if unique else index_name
            stored = tuple(line.column for line in indexed)
            indexes = (Index(name=naming(name, stored), columns=stored, unique=unique),)
        blocks.append(body)
        tables.append(
            Table(
                name=qualified,
                columns=tuple(columns),
                primary_key=PrimaryKey(name=primary_key_name(name), columns=(lines[0].column,)),
                indexes=indexes,
                foreign_keys=keys,
                model=name,
            )
        )
    # What stands behind an opening brace is ignored: there a comment over lines would leave its end as a line.
    text = HEAD + "".join(f"{body[0]}\n{end.join([*body[1:], '}'])}\n" for body in blocks)
    return text, tuple(sorted(tables, key=lambda table: table.name))


def without_places(table: Table) -> Table:
    return Table(
        name=table.name,
        columns=tuple(Column(name=each.name, type=each.type, not_null=each.not_null) for each in table.columns),
        primary_key=table.primary_key,
        indexes=tuple(Index(name=each.name, columns=each.columns, unique=each.unique) for each in table.indexes),
        foreign_keys=tuple(
            ForeignKey(
                name=each.name,
                table=each.table,
                columns=each.columns,
                referenced_table=each.referenced_table,
                referenced_columns=each.referenced_columns,
                on_delete=each.on_delete,
                on_update=each.on_update,
            )
            for each in table.foreign_keys
        ),
        model=table.model,
    )


@given(generated())
@settings(deadline=None)
def test_a_printed_schema_is_read_as_the_same_tables(schema: tuple[str, tuple[Table, ...]]) -> None:
    text, tables = schema
    read = to_schema([parse(text, "s.prisma")])
    assert tuple(without_places(table) for table in read.tables) == tables


@given(st.permutations(range(5)))
def test_the_order_of_files_does_not_matter(order: list[int]) -> None:
    paths = sorted((FIXTURES / "folder").rglob("*.prisma"))
    documents = [parse(path.read_text(), path.name) for path in paths]
    assert to_schema(documents[number] for number in order) == to_schema(documents)
