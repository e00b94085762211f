"""The difference of two audits in words: on the terminal, in Markdown and as JSON."""

import json
import re

import pytest

from diffs import audit, check, found, migration, ran
from pgready.diff import AuditDiff, Direction, Subject, Weight, diff_audits
from pgready.findings import Outcome, Severity
from pgready.model.names import QualifiedName
from pgready.model.schema import Schema, Table
from pgready.model.trace import RunOutcome
from pgready.reports.diff_document import encode_diff
from pgready.reports.difference import _COUNTS, SECTIONS, TONES, conclusion
from pgready.reports.markdown.diff import MOST_CHARACTERS, diff_markdown
from pgready.reports.terminal.diff import _STYLES, diff_rows
from pgready.verdict import Policy

HOSTILE = "[red]x\u202e\n\x1b[31m<script>alert(1)</script> @everyone `|` https://evil.example ![x](y)"


def printed(diff: AuditDiff, width: int | None = None) -> list[str]:
    return [row.text for row in diff_rows(diff, "old.json", "new.json", width=width)]


@pytest.fixture
def mixed() -> AuditDiff:
    """Something of everything."""
    before = audit(
        found(name="public.Gone", line=7),
        found(name="public.Same"),
        found("DES001", "public.Old", Severity.WARN),
        found("DES001", "public.Mine", Severity.WARN),
        checks=[check("HIS001"), check("HIS002"), check("HIS003"), check("LCK001", Outcome.SKIPPED, given=False)],
        migrations=[migration("a")],
        runs=[ran("a")],
        started="2026-01-02T10:00:00+00:00",
    )
    after = audit(
        found(name="public.New", line=12),
        found(name="public.Same", line=40),
        found("DES001", "public.Old"),
        found("DES001", "public.Mine", Severity.WARN, suppressed="agreed"),
        checks=[
            *(check(rule, Outcome.SKIPPED, why="no date") for rule in ("HIS001", "HIS002", "HIS003")),
            check("LCK001"),
        ],
        migrations=[migration("a"), migration("b", 2)],
        runs=[ran("a"), ran("b", RunOutcome.FAILED)],
        opaque=("x.sql:1:1: dynamic SQL",),
        started="2026-01-03T10:00:00+00:00",
        schema=Schema(tables=(Table(name=QualifiedName("public", "New"), columns=()),)),
    )
    return diff_audits(before, after)


def test_every_weight_and_direction_has_its_words() -> None:
    assert set(SECTIONS) == set(Weight)
    assert set(_COUNTS) == set(Weight) - {Weight.NEUTRAL}
    assert set(TONES) == set(_STYLES) == set(Direction)


def test_what_got_worse_stands_first_with_place_and_rule_then_what_is_better_and_the_word_last(
    mixed: AuditDiff,
) -> None:
    assert printed(mixed) == [
        "old.json -> new.json: shop",
        "  before  NOT READY, 2026-01-02T10:00:00+00:00, A clean deploy.",
        "  now     NOT READY, 2026-01-03T10:00:00+00:00, A clean deploy.",
        "",
        "Worse (7)",
        "  prisma/schema.prisma:3:1  DES001  public.Old is missing (warn before, block now)",
        "  prisma/schema.prisma:12:1  INV001  public.New is missing (newly declared, block)",
        "  checks HIS001-HIS003: passed before, skipped: no date now",
        "  unreadable place x.sql: dynamic SQL: cannot be read now",
        "  migration b: new: failed",
        "",
        "Less is asked for: accepted or allowed, and not repaired (1)",
        "  prisma/schema.prisma:3:1  DES001  public.Mine is missing (warn, accepted: agreed)",
        "",
        "Better (2)",
        "  prisma/schema.prisma:7:1  INV001  public.Gone is missing (gone, block)",
        "  check LCK001: skipped: 2 tables before, passed now",
        "",
        "New (2)",
        "  migration b: new: failed",
        "  declared tables: 1 new (public.New)",
        "",
        "  1 finding as before: 1 block",
        "",
        "✗ MIXED: 7 got worse; 1 accepted, or asked for less strictly; 2 got better; 2 new.",
    ]


def test_the_same_audit_twice_says_so_in_few_lines() -> None:
    one = audit(found(), found("DES001", suppressed="later"))
    lines = printed(diff_audits(one, one))
    assert lines[3:] == [
        "  ! This is the same audit twice.",
        "",
        "  2 findings as before: 1 block, 1 accepted",
        "",
        "✓ SAME: Nothing got better or worse.",
    ]


def test_nothing_wider_than_the_terminal_is_printed_where_it_can_be_folded(mixed: AuditDiff) -> None:
    lines = printed(mixed, width=60)
    assert max(map(len, lines)) <= 60
    assert lines[-1].startswith("  ") or lines[-2].startswith("✗ MIXED")


def test_what_is_only_seen_for_the_first_time_is_not_called_worse() -> None:
    before = audit(checks=[check("INV001", Outcome.SKIPPED, why="no rehearsal")])
    text = "\n".join(printed(diff_audits(before, audit(found(severity=Severity.WARN)))))
    assert "Worse" not in text
    assert "Looked at for the first time: not new, as far as can be told (1)" in text
    assert text.endswith("? UNSURE: Nothing got worse; 1 looked at for the first time; 1 got better.")


def test_the_order_and_another_project_or_scope_are_doubted() -> None:
    later = audit(name="shop-pr", started="2026-02-01T00:00:00+00:00")
    diff = diff_audits(later, audit())
    lines = printed(diff)
    assert "  ! The first audit was made after the second one: is the order right?" in lines
    assert "  ! The two projects have other names." in lines


def hostile() -> AuditDiff:
    before = audit(found(name=HOSTILE, message=HOSTILE), name=HOSTILE)
    after = audit(
        found("DES001", HOSTILE, message=HOSTILE, file=HOSTILE, suppressed=HOSTILE),
        name=HOSTILE + "2",
        opaque=(HOSTILE,),
        migrations=[migration(HOSTILE)],
        checks=[check(HOSTILE)],
        version=HOSTILE,
        started=HOSTILE,
    )
    return diff_audits(before, after)


def test_hostile_text_is_text_on_the_terminal() -> None:
    for row in diff_rows(hostile(), HOSTILE, HOSTILE):
        assert row.text.isprintable()


def test_hostile_text_is_text_in_markdown() -> None:
    text = diff_markdown(hostile())
    outside_code = re.sub(r"<code>.*?</code>|`[^`]*`", "", text)
    assert not {"<script>", "\u202e", "\x1b", "![x]"} & set(re.findall(r"<script>|\u202e|\x1b|!\[x\]", outside_code))
    assert "@everyone" not in outside_code
    assert "https://" not in outside_code
    assert set(re.findall(r"</?([a-z]+)", outside_code)) <= {"details", "summary", "sub", "code", "span"}


def test_markdown_says_what_the_terminal_says_and_folds_what_needs_no_action(mixed: AuditDiff) -> None:
    text = diff_markdown(mixed)
    assert text.startswith("## ❌ pgready diff: mixed\n\n**7 got worse;")
    assert (
        "### Worse (7)\n\n- **DES001** `prisma/schema.prisma:3:1`: public.Old is missing (warn before, block now)"
        in text
    )
    assert "<details><summary>Better (2)</summary>" in text
    assert text.count("<details>") == text.count("</details>") == 2


def test_a_comment_is_never_longer_than_github_takes() -> None:
    many = [found(name=f"public.T{number}", message="x" * 5_000) for number in range(3_000)]
    text = diff_markdown(diff_audits(audit(), audit(*many)))
    assert len(text) <= MOST_CHARACTERS
    assert "### Worse (3000)" in text
    assert " more*" in text
    assert len(printed(diff_audits(audit(), audit(*many)))) < 300


def test_json_has_every_finding_and_every_change(mixed: AuditDiff) -> None:
    document = json.loads(encode_diff(mixed))
    assert document["format"] == "pgready-diff/1"
    assert document["direction"] == "mixed"
    assert document["before"]["verdict"] == "NOT READY"
    assert len(document["findings"]) == len(mixed.findings) == 5
    assert {it["subject"] for it in document["changes"]} == {it.subject for it in mixed.changes}
    (worse,) = [it for it in document["findings"] if it["fate"] == "raised"]
    assert (worse["weight"], worse["before"]["severity"], worse["after"]["severity"]) == ("worse", "warn", "block")


def test_secrets_of_the_environment_are_in_no_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "canary-8d1f")
    diff = diff_audits(audit(), audit(found(message="it says canary-8d1f")))
    assert b"canary" not in encode_diff(diff)
    rows = diff_rows(diff, "a", "b", scrub=lambda text: text.replace("canary-8d1f", "***"))
    assert "canary" not in "".join(row.text for row in rows)


def test_the_verdict_is_not_counted_as_a_change_of_its_own() -> None:
    diff = diff_audits(audit(), audit(found()))
    assert any(it.subject is Subject.VERDICT for it in diff.changes)
    assert conclusion(diff) == "1 got worse."


def test_a_verdict_that_fell_for_no_finding_is_said_in_the_conclusion() -> None:
    strict, mild = (Policy(blocking=severity) for severity in (Severity.WARN, Severity.BLOCK))
    one = found(severity=Severity.WARN)
    diff = diff_audits(audit(one, policy=mild), audit(one, policy=strict))
    assert conclusion(diff) == "The verdict fell; 1 asked for more strictly."
    assert "Worse" in printed(diff)


def test_headings_and_conclusion_count_the_same(mixed: AuditDiff) -> None:
    lines = printed(mixed)
    headed = {words: int(number) for words, number in re.findall(r"(?m)^(\w[^(\n]*) \((\d+)\)$", "\n".join(lines))}
    said = [int(number) for number in re.findall(r"(\d+) (?:got|accepted|new)", lines[-1])]
    assert sorted(headed.values()) == sorted(said)


def test_several_structures_are_named_in_the_plural() -> None:
    made = Schema(tables=(Table(name=QualifiedName("public", "A"), columns=()),))
    diff = diff_audits(audit(runs=[], made=made, schema=made), audit(runs=[]))
    assert "  tables made by the migrations: 1 gone (public.A)" in printed(diff)
