"""Differences that Prisma does not compare are shown folded, in full in audit.json, and never count."""

import re
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from pgready.config import Config
from pgready.findings import Noise, NoiseKind
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, RunOutcome
from pgready.reports import views
from pgready.reports.blocks import Fold, Stack
from pgready.reports.document import decode, encode
from pgready.reports.markdown.export import export_markdown
from pgready.reports.noise import WORDS, noise_by_kind
from pgready.reports.page.html import block_html
from pgready.reports.terminal.result import summary
from pgready.verdict import AuditResult, judge

LISTS = Noise(kind=NoiseKind.LIST_NULLABILITY, object="public.Post.tags", detail="text[], there NOT NULL")
ORDER = Noise(kind=NoiseKind.ENUM_ORDER, object="public.Role", detail="declared A, B, there B, A")

MakeNoisy = Callable[[tuple[Noise, ...]], AuditResult]


@pytest.fixture
def noisy(audits: ModuleType, make_audit: Callable[..., AuditResult]) -> MakeNoisy:
    def make(noise: tuple[Noise, ...]) -> AuditResult:
        schema = Schema(tables=(audits.table_named("Post"),))
        runs = (MigrationRun(migration="1_a", position=1, outcome=RunOutcome.APPLIED),)
        return make_audit(Config(name="small"), schema, runs=runs, made=schema, noise=noise)

    return make


@pytest.mark.parametrize("kind", NoiseKind)
def test_every_kind_says_why_it_is_no_finding_and_what_to_do(kind: NoiseKind, noisy: MakeNoisy) -> None:
    words = WORDS[kind]
    text = str(views.missing(noisy((Noise(kind=kind, object="public.X.y", detail="was, is"),))))
    assert words.why.replace("`", "") in text
    assert f"If you care: {words.care.replace('`', '')}" in text
    assert words.why.endswith(".")
    assert words.care.endswith(".")
    # An odd number would leave a name without its end.
    assert words.why.count("`") % 2 == words.care.count("`") % 2 == 0


def test_they_stand_folded_by_kind_with_their_count_below_the_inventory(noisy: MakeNoisy) -> None:
    block = views.missing(noisy((ORDER, LISTS, replace(LISTS, object="public.Post.marks")))).block
    assert isinstance(block, Stack)
    fold = block.body[-1]
    assert isinstance(fold, Fold)
    assert not fold.open
    kinds = [inner for inner in fold.body if isinstance(inner, Fold)]
    assert [[span.text for span in each.summary] for each in (fold, *kinds)] == [
        ["3 differences that Prisma does not compare ", "(no findings)"],
        ["NOT NULL of a list", " ", "(2)"],
        ["Order of the values of an enum", " ", "(1)"],
    ]
    rows = [line for line in str(views.missing(noisy((ORDER,)))).splitlines() if "public.Role" in line]
    assert [row.split("  ")[-1] for row in rows] == ["declared A, B, there B, A"]


def test_without_one_nothing_is_said(noisy: MakeNoisy) -> None:
    audit = noisy(())
    assert noise_by_kind(audit) == {}
    said = [str(views.missing(audit)), *(text for text, _ in summary(audit))]
    assert "does not compare" not in "\n".join(said)


def test_they_are_never_findings_and_have_no_part_in_the_verdict(audits: ModuleType, noisy: MakeNoisy) -> None:
    quiet, loud = noisy(()), noisy(audits.noise_of(30))
    assert loud.findings == quiet.findings
    assert loud.judgement == quiet.judgement == judge(loud.checks, loud.policy)
    assert str(views.findings(loud)) == str(views.findings(quiet))
    assert views.figures(loud).block == views.figures(quiet).block
    assert views.checklist(loud).block == views.checklist(quiet).block


def test_audit_json_holds_every_one(audits: ModuleType, noisy: MakeNoisy) -> None:
    audit = noisy(audits.noise_of(500))
    assert decode(encode(audit)) == audit
    assert sum(map(len, noise_by_kind(decode(encode(audit))).values())) == 500 * len(NoiseKind)


def test_an_audit_json_from_before_there_was_noise_can_be_read(noisy: MakeNoisy) -> None:
    audit = noisy(())
    old = encode(audit).replace(b'"noise": []', b'"unknown": []')
    assert old != encode(audit)
    assert decode(old) == audit


def test_thousands_of_them_do_not_make_the_report_bigger(audits: ModuleType, noisy: MakeNoisy) -> None:
    sizes = []
    for number in (10, 5_000):
        audit = noisy(audits.noise_of(number))
        markdown, _ = export_markdown(audits.notebook_of(audit), name="report")
        sizes.append((len(block_html(views.missing(audit).block)), len(markdown)))
        assert ("4990 more in `audit.json`" in markdown) == (number > 10)
    assert sizes[1][0] - sizes[0][0] < 2_000
    assert sizes[1][1] - sizes[0][1] < 2_000
    assert max(sizes[1]) < 60_000


def test_endless_names_and_details_are_cut_in_the_report_and_whole_in_audit_json(noisy: MakeNoisy) -> None:
    audit = noisy((replace(LISTS, object="public." + "x" * 50_000, detail="y" * 50_000),))
    html = block_html(views.missing(audit).block)
    assert len(html) < 5_000
    assert "y…" in html
    assert decode(encode(audit)) == audit


def test_the_markdown_folds_them_for_github(audits: ModuleType, noisy: MakeNoisy) -> None:
    text, _ = export_markdown(audits.notebook_of(noisy((LISTS, ORDER))), name="report")
    assert "<details><summary>2 differences that Prisma does not compare (no findings)</summary>\n\n" in text
    assert "<details><summary>NOT NULL of a list (1)</summary>\n\n" in text
    assert re.search(r"\| `public.Post.tags` \| text\S+, there NOT NULL \|", text)


def test_the_terminal_counts_them_in_one_dim_line(noisy: MakeNoisy) -> None:
    lines = [line for line in summary(noisy((LISTS, LISTS, ORDER))) if "does not compare" in line[0]]
    words = "no findings (NOT NULL of a list: 2; order of the values of an enum: 1)"
    assert lines == [(f"  3 differences that Prisma does not compare, {words}", "dim")]
    assert len([line for line in summary(noisy((LISTS,)), brief=True) if "1 difference that" in line[0]]) == 1
