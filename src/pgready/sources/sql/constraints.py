"""Constraints of tables: their names, the indexes behind them, and what they need."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pgready.model.effects import Action
from pgready.model.facts import ConstraintFacts, IndexFacts
from pgready.model.names import ObjectKind, ObjectRef
from pgready.sources.sql import default_names
from pgready.sources.sql.drafts import Clause, Draft
from pgready.sources.sql.parse import Node
from pgready.sources.sql.scope import Scope, member
from pgready.sources.sql.tree import name_parts, unwrap

__all__ = ["Keyed", "Owner", "constraint_drafts", "inline_constraints", "used_columns"]

_WORDS = {
    "CONSTR_PRIMARY": "PRIMARY KEY",
    "CONSTR_UNIQUE": "UNIQUE",
    "CONSTR_EXCLUSION": "EXCLUDE",
    "CONSTR_FOREIGN": "FOREIGN KEY",
    "CONSTR_CHECK": "CHECK",
    "CONSTR_NOTNULL": "NOT NULL",
}
# Behind a column they come as constraints of their own, and mean the constraint before.
_ATTRIBUTES = {
    "CONSTR_ATTR_DEFERRABLE": {"deferrable": True},
    "CONSTR_ATTR_DEFERRED": {"deferrable": True, "initdeferred": True},
}
_DEFAULT_METHOD = "btree"
_LABELS = {"CONSTR_PRIMARY": "pkey", "CONSTR_UNIQUE": "key", "CONSTR_EXCLUSION": "excl"}


@dataclass(frozen=True, slots=True)
class Owner:
    """The table that constraints are put on.

    `new` are the columns that the same statement makes; None means all of them (CREATE TABLE). `required` are those
    that a primary key or NOT NULL of the same statement makes required.
    """

    table: ObjectRef
    new: frozenset[str] | None
    clauses: tuple[Clause, ...] = ()
    required: frozenset[str] = frozenset()

    def needs(self, columns: Iterable[str]) -> tuple[ObjectRef, ...]:
        """The table and those of the columns that are there before the statement."""
        if self.new is None:
            return ()
        old = (name for name in columns if name not in self.new)
        return (self.table, *(member(ObjectKind.COLUMN, self.table, name) for name in old))


@dataclass(frozen=True, slots=True)
class Keyed:
    """A constraint of the parse tree, with its column when it stands behind a column."""

    fields: Node
    column: str | None = None


def inline_constraints(column: Node) -> Iterator[Keyed]:
    """The constraints that stand behind a column definition."""
    if "constraints" not in column:
        return
    constraints = [each["Constraint"] for each in column["constraints"] if "Constraint" in each]
    for each, following in zip(constraints, [*constraints[1:], {}], strict=False):
        attribute = _ATTRIBUTES.get(following.get("contype", ""), {})
        yield Keyed({**each, **attribute} if attribute else each, column.get("colname"))


def constraint_drafts(scope: Scope, owner: Owner, constraints: Iterable[Keyed]) -> list[Draft]:
    """What the constraints of one statement make, in the order in which PostgreSQL names them.

    First checks, then the indexes of keys (the primary key before the others, equal ones once), then foreign keys.
    """
    found = list(constraints)
    if not found:
        return []
    drafts = [_check(scope, owner, each) for each in found if each.fields.get("contype") == "CONSTR_CHECK"]
    for each in _indexed(found):
        drafts += _index_constraint(scope, owner, each)
    drafts += [_foreign_key(scope, owner, each) for each in found if each.fields.get("contype") == "CONSTR_FOREIGN"]
    drafts += [_not_null(owner, each) for each in found if _is_named_not_null(each)]
    return drafts


def _made(owner: Owner, name: str, each: Keyed, needs: tuple[ObjectRef, ...], facts: ConstraintFacts) -> Draft:
    fields = each.fields
    made = member(ObjectKind.CONSTRAINT, owner.table, name)
    detail = _WORDS[fields["contype"]] + (" NOT VALID" if fields.get("skip_validation") else "")
    facts = facts if _is_checked(fields) else replace(facts, valid=False)
    return Draft(Action.CREATES, made, needs, detail, owner.clauses, facts=facts)


def _is_checked(fields: Node) -> bool:
    """Whether the rows that are there are checked: not with NOT VALID, nor with NOT ENFORCED."""
    enforceable = fields.get("contype") in ("CONSTR_CHECK", "CONSTR_FOREIGN")
    return not fields.get("skip_validation") and (not enforceable or bool(fields.get("is_enforced")))


def _take(scope: Scope, owner: Owner, name: str, *, relation: bool = False) -> str:
    table = (owner.table.schema, owner.table.name)
    scope.taken.take((owner.table.schema, name), table, relation=relation, constraint=True)
    return name


def _check(scope: Scope, owner: Owner, each: Keyed) -> Draft:
    expression = each.fields.get("raw_expr", {})
    given = each.fields.get("conname")
    table = owner.table
    name = (
        _take(scope, owner, given) if given else default_names.check_name(scope, table.schema, table.name, expression)
    )
    columns = used_columns(expression)
    facts = ConstraintFacts(columns=tuple(columns), not_null=tuple(_kept_from_null(expression)))
    return _made(owner, name, each, owner.needs(columns), facts)


def _kept_from_null(expression: Node) -> Iterator[str]:
    """The columns of `column IS NOT NULL`, alone or as operands of AND."""
    test, both = expression.get("NullTest", {}), expression.get("BoolExpr", {})
    if test.get("nulltesttype") == "IS_NOT_NULL":
        yield from name_parts(test.get("arg", {}).get("ColumnRef", {}).get("fields"))[-1:]
    elif both.get("boolop") == "AND_EXPR":
        for operand in both.get("args", []):
            yield from _kept_from_null(operand)


def used_columns(expression: Node) -> list[str]:
    """The columns that an expression over one table uses, each once, in order."""
    return default_names.columns_in(expression)


def _is_named_not_null(each: Keyed) -> bool:
    return each.fields.get("contype") == "CONSTR_NOTNULL" and each.column is None


def _not_null(owner: Owner, each: Keyed) -> Draft:
    """`ADD CONSTRAINT name NOT NULL column`, since PostgreSQL 18."""
    columns = name_parts(each.fields.get("keys"))
    name = each.fields.get("conname") or default_names.object_name(owner.table.name, "_".join(columns), "not_null")
    return _made(owner, name, each, owner.needs(columns), ConstraintFacts(columns=tuple(columns)))


def _foreign_key(scope: Scope, owner: Owner, each: Keyed) -> Draft:
    fields, table = each.fields, owner.table
    columns = [each.column] if each.column else name_parts(fields.get("fk_attrs"))
    given = fields.get("conname")
    name = (
        _take(scope, owner, given)
        if given
        else default_names.foreign_key_name(scope, table.schema, table.name, columns)
    )
    referenced = scope.relation(fields.get("pktable", {}))
    referenced_columns = tuple(name_parts(fields.get("pk_attrs")))
    needs = list(owner.needs(columns))
    if referenced != table or owner.new is not None:
        needs.append(referenced)
        needs += (member(ObjectKind.COLUMN, referenced, each) for each in referenced_columns)
    if referenced == table and owner.new:
        needs = [need for need in needs if need.kind is not ObjectKind.COLUMN or need.name not in owner.new]
    needs_once = tuple(dict.fromkeys(needs))
    facts = ConstraintFacts(
        columns=tuple(columns),
        referenced=referenced,
        referenced_columns=referenced_columns,
        cascades=fields.get("fk_del_action") == "c",
    )
    return _made(owner, name, each, needs_once, facts)


def _indexed(constraints: list[Keyed]) -> list[Keyed]:
    """Constraints with an index, the primary key first; of equal ones the first, under the first name given."""
    keys = [each for each in constraints if each.fields.get("contype") in _LABELS]
    if len(keys) <= 1:
        return keys
    keys.sort(key=lambda each: each.fields["contype"] != "CONSTR_PRIMARY")
    kept: dict[str, Keyed] = {}
    for each in keys:
        fields = each.fields
        shape = repr(
            (
                _key_columns(each),
                *(fields.get(part) for part in ("including", "where_clause", "exclusions", "indexname", "deferrable")),
                *(fields.get(part) for part in ("initdeferred", "nulls_not_distinct", "access_method")),
            )
        )
        before = kept.get(shape)
        if before is None:
            kept[shape] = each
        elif "conname" not in before.fields and "conname" in fields:
            kept[shape] = Keyed({**before.fields, "conname": fields["conname"]}, before.column)
    return list(kept.values())


def _key_columns(each: Keyed) -> list[str]:
    """The columns of the index behind it, those of INCLUDE last, as its name uses them."""
    if each.fields.get("contype") == "CONSTR_EXCLUSION":
        return default_names.index_columns([*_excluded(each), *_including(each)])
    return [*_own_columns(each), *(element["name"] for element in _including(each))]


def _own_columns(each: Keyed) -> list[str]:
    return [each.column] if each.column else name_parts(each.fields.get("keys"))


def _excluded(each: Keyed) -> list[Node]:
    return [pair["List"]["items"][0]["IndexElem"] for pair in each.fields.get("exclusions", [])]


def _including(each: Keyed) -> list[Node]:
    return [{"name": unwrap(column).get("sval", "")} for column in each.fields.get("including", [])]


def _index_constraint(scope: Scope, owner: Owner, each: Keyed) -> Iterator[Draft]:
    fields, table = each.fields, owner.table
    used = fields.get("indexname")
    columns = _key_columns(each)
    name = fields.get("conname") or used
    if name:
        _take(scope, owner, name, relation=True)
    else:
        name = default_names.index_name(scope, table.schema, table.name, columns, _LABELS[fields["contype"]])
    if not used:
        needed = used_columns(fields) if "exclusions" in fields else columns
        index_facts = _index_facts(each)
        facts = ConstraintFacts(columns=tuple(column for column in index_facts.columns if column is not None))
        yield _made(owner, name, each, owner.needs(needed), facts)
        made = member(ObjectKind.INDEX, table, name)
        yield Draft(Action.CREATES, made, owner.needs(()), None, owner.clauses, facts=index_facts)
        return
    index = member(ObjectKind.INDEX, table, used)
    yield _made(owner, name, each, (*owner.needs(()), index), ConstraintFacts(index=used))
    if name != used:
        yield Draft(Action.RENAMES, index, owner.needs(()), None, owner.clauses, new_name=name)


def _index_facts(each: Keyed) -> IndexFacts:
    fields = each.fields
    if "exclusions" not in fields:
        return IndexFacts(columns=tuple(_own_columns(each)), unique=True)
    columns = tuple(element.get("name") for element in _excluded(each))
    method = fields.get("access_method") or _DEFAULT_METHOD
    return IndexFacts(columns=columns, partial="where_clause" in fields, method=method)
