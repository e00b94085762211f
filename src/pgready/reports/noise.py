"""What is said about differences that change nothing, or that Prisma's own comparison passes over.

They are shown folded and never count. Source: `migrate diff` of Prisma's engine 8.1 (its wasm build) against a real
PostgreSQL that held many of each (tests/oracle/test_drift.py). For the key of a many-to-many table it writes something,
as Prisma from version 6 on makes another one; that kind is accepted because databases of both ages are right. It also
writes what it does not recognise as the same; those kinds say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pgready.findings import Noise, NoiseKind
from pgready.verdict import AuditResult

__all__ = ["WORDS", "Words", "noise_by_kind"]


@dataclass(frozen=True, slots=True)
class Words:
    """Why a kind is no finding, and what to do if one cares; `names` and commands stand between backticks."""

    why: str
    care: str


WORDS: Mapping[NoiseKind, Words] = MappingProxyType(
    {
        NoiseKind.LIST_NULLABILITY: Words(
            "Prisma cannot say in `schema.prisma` whether a list may be NULL, and does not compare it.",
            "Without NOT NULL, a row that is written without a value holds NULL and not an empty list. `ALTER TABLE ..."
            " ALTER COLUMN ... SET NOT NULL` in a migration changes that, and Prisma leaves it alone.",
        ),
        NoiseKind.MANY_TO_MANY_KEY: Words(
            "Prisma 6 and newer give this table a primary key, older versions a unique index on the same columns;"
            " either one keeps a pair from standing there twice.",
            "Logical replication asks for the primary key. `npx prisma migrate dev --create-only` of Prisma 6 and newer"
            " writes the migration that changes one into the other.",
        ),
        NoiseKind.PARTIAL_INDEX: Words(
            "Without the preview feature `partialIndexes`, `schema.prisma` cannot declare an index with a WHERE, and"
            " Prisma does not see one.",
            "Only the migration knows of it, so keep that. Before you switch the feature on, declare the index: what is"
            " not declared, Prisma then drops.",
        ),
        NoiseKind.EXPRESSION_INDEX: Words(
            "`schema.prisma` cannot declare an index on an expression, and Prisma does not see one.",
            "Only the migration knows of it, so keep that. A unique one rejects rows by a rule that the schema does not"
            " show.",
        ),
        NoiseKind.DUPLICATE_INDEX: Words(
            "It covers the same columns as a declared index, and Prisma takes one of them for the declared one.",
            "Each further copy slows every write and speeds up nothing: `DROP INDEX` in a migration, and Prisma does"
            " not make it again.",
        ),
        NoiseKind.ENUM_ORDER: Words(
            "Prisma compares which values an enum has, not their order.",
            "PostgreSQL sorts and compares by its own order, so `orderBy`, `<` and `max` on such a column may differ"
            " from what the schema suggests. To change it, make a new type and change the columns to it.",
        ),
        NoiseKind.DEFAULT_SPELLING: Words(
            "Both spellings give the same value, and Prisma takes them for equal.",
            "Nothing is to be done; every new row gets the declared value.",
        ),
        NoiseKind.SEQUENCE: Words(
            "Prisma looks at whether the column takes its numbers from a sequence, not at which one.",
            "See that no other table draws from it, and that it belongs to the column (`ALTER SEQUENCE ... OWNED BY`):"
            " else it stays when the table is dropped.",
        ),
        NoiseKind.PRECISION: Words(
            "Prisma accepts every precision where the schema leaves it out (`@db.Timestamp` and the like) and in lists;"
            " a time without one has 6 digits of a second.",
            "Fractions are rounded to the precision that is there. Say it in the schema, as in `@db.Timestamp(3)`, and"
            " Prisma compares it.",
        ),
        NoiseKind.DOMAIN: Words(
            "Prisma takes a column of a domain for one of the type below it, which is the declared one.",
            "Only the migration knows of the domain, so keep that. Its CHECK rejects values by a rule that the schema"
            " does not show.",
        ),
        NoiseKind.KEY_ORDER: Words(
            "The same columns refer to the same columns, so the same rows are allowed; Prisma compares the order, too.",
            "Prisma drops the key and adds it again in the next migration, which locks both tables while the rows are"
            " checked. Put the fields of `@relation` into the order that is there, and it does not.",
        ),
        NoiseKind.DUPLICATE_KEY: Words(
            "It refers from the same columns to the same columns as a declared key, with the same actions.",
            "Every write is checked twice: `ALTER TABLE ... DROP CONSTRAINT` in a migration. If its name comes first in"
            " the alphabet, Prisma tries to rename it to the declared name, and fails.",
        ),
        NoiseKind.OPERATOR_CLASS: Words(
            "Prisma does not read the operator classes of btree and hash indexes.",
            "They decide which queries can use the index: `text_pattern_ops` serves LIKE 'a%', and neither < nor"
            " ORDER BY. Only the migration knows of it, so keep that: if the schema declares it, Prisma makes the index"
            " anew in every migration.",
        ),
        NoiseKind.ALWAYS_REWRITTEN: Words(
            "The database has what the schema declares, but Prisma does not recognise it: a default of a UUID or a list"
            " of BigInt, a `dbgenerated(...)` or a predicate in other words than the server's, an operator class that"
            " is declared for a btree or named by `raw(...)`.",
            "Every `prisma migrate dev` writes it into a new migration. Write it in the schema as the server prints it"
            " (`npx prisma db pull` shows that), and the next migration is empty.",
        ),
    }
)


def noise_by_kind(audit: AuditResult) -> dict[NoiseKind, tuple[Noise, ...]]:
    """The kinds that there are, in the order of `NoiseKind`, each with its differences in the order of the checks."""
    found = [each for check in audit.checks for each in check.noise]
    return {kind: those for kind in NoiseKind if (those := tuple(each for each in found if each.kind is kind))}
