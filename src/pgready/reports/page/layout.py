"""The order of an exported report: what stands before the first section, then sections with their anchors."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pgready.reports.blocks import Banner, Block
from pgready.reports.notebooks.cells import Item, NotRun, Prose, Shown, without_title
from pgready.reports.page.frame import holds_frame
from pgready.reports.page.prose import headings, slug

__all__ = ["Placed", "Report", "Section", "lay_out"]

_SECTION = 2


@dataclass(frozen=True, slots=True)
class Placed:
    """An item with the anchors of its headings; `confirmed` is False for a verdict of a run that failed.

    `reports` are the names of the reports that stand beside this one, to which its links may lead.
    """

    item: Item
    anchors: tuple[str, ...] = ()
    confirmed: bool = True
    reports: Collection[str] = ()

    @property
    def kind(self) -> str:
        """The name by which a template chooses how to show it."""
        return type(self.item).__name__.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading of level 2 and everything up to the next one."""

    title: str
    anchor: str
    items: tuple[Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole page; `banner` is the reason why a run is not a pass, None when it came to its end."""

    title: str
    banner: str | None
    lead: tuple[Placed, ...]
    sections: tuple[Section, ...]

    @property
    def has_frame(self) -> bool:
        """Whether any picture is interactive, for which the page's policy must name its script."""
        placed = (*self.lead, *(item for section in self.sections for item in section.items))
        return any(isinstance(it.item, Shown) and it.confirmed and holds_frame(it.item.block) for it in placed)


def lay_out(
    items: Iterable[Item],
    *,
    title: str,
    banner: str | None,
    reports: Collection[str] = (),
    lead: Iterable[Block] = (),
) -> Report:
    """Group the items by their headings of level 2; several cells in a row that did not run are told once.

    `lead` stands before everything else.
    """
    taken: set[str] = {"contents"}
    parts: list[tuple[str, str, list[Placed]]] = [("", "", [Placed(Shown(block)) for block in lead])]
    for item in without_title(items):
        found = headings(item.source) if isinstance(item, Prose) else ()
        anchors = tuple(slug(heading.title, taken) for heading in found)
        if found and found[0].level == _SECTION:
            parts.append((found[0].title, anchors[0], []))
        if isinstance(item, NotRun) and parts[-1][2] and isinstance(parts[-1][2][-1].item, NotRun):
            continue
        verdict = isinstance(item, Shown) and isinstance(item.block, Banner)
        parts[-1][2].append(Placed(item, anchors, confirmed=banner is None or not verdict, reports=reports))
    opening, *rest = parts
    sections = tuple(Section(title=name, anchor=anchor, items=tuple(placed)) for name, anchor, placed in rest)
    return Report(title=title, banner=banner, lead=tuple(opening[2]), sections=sections)
