"""Charts for paper and screen: plain SVG in the colours of the house, light and dark in one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

WIDTH, HEIGHT = 960, 540
LEFT, RIGHT = 72, 200
"""Room for the numbers of the axis, and for labels beside the ends of lines."""

STYLE = """
svg { color-scheme: light dark;
  --paper: #fffdf8; --ink: #16212c; --quiet: #535f6b; --line: #e2dccd; --baltic: #0f3554; --soft: #dfe8ee;
  --brick: #a33720; --brick-soft: #f7e5df; --ochre: #84560a; --ochre-soft: #f6ead2; }
@media (prefers-color-scheme: dark) { svg {
  --paper: #11212f; --ink: #ece7da; --quiet: #a6b2bd; --line: #263949; --baltic: #8dbde3; --soft: #1f3b52;
  --brick: #f2937b; --brick-soft: #3a2320; --ochre: #e9b44c; --ochre-soft: #3b3019; } }
text { font-family: "Source Sans 3", Inter, system-ui, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 14px;
  fill: var(--ink); font-variant-numeric: tabular-nums; }
.title { font-size: 22px; font-weight: 600; } .quiet { fill: var(--quiet); } .small { font-size: 12.5px; }
.strong { font-weight: 600; } .brick { fill: var(--brick); } .ochre { fill: var(--ochre); }
.baltic { fill: var(--baltic); } .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.grid { stroke: var(--line); stroke-width: 1; } .axis { stroke: var(--quiet); stroke-width: 1; }
"""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to places on the page."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a value stands."""
        span = self.high - self.low
        return self.start if not span else self.start + (value - self.low) / span * (self.end - self.start)


@dataclass(slots=True)
class Page:
    """An SVG being drawn, from back to front."""

    title: str
    says: str
    """What the chart shows, for those who cannot see it."""
    width: int = WIDTH
    height: int = HEIGHT
    _parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, kind: str = "", *, anchor: str = "start") -> None:
        """Words at a place."""
        name = f' class="{kind}"' if kind else ""
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}>{escape(words)}</text>')

    def line(
        self, points: Iterable[Point], colour: str, width: float = 2, *, dash: str = "", opacity: float = 1
    ) -> None:
        """A line through points."""
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{way}" fill="none" stroke="var(--{colour})" stroke-width="{width}"'
            f' opacity="{opacity:.2f}" stroke-linejoin="round" stroke-linecap="round"{dashed}/>'
        )

    def area(self, upper: Sequence[Point], lower: Sequence[Point], colour: str, *, opacity: float = 1) -> None:
        """What lies between two lines."""
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*upper, *reversed(lower)))
        self._parts.append(f'<polygon points="{way}" fill="var(--{colour})" opacity="{opacity:.2f}"/>')

    def box(self, x: float, y: float, width: float, height: float, colour: str, *, opacity: float = 1) -> None:
        """A filled rectangle."""
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
            f' fill="var(--{colour})" opacity="{opacity:.2f}"/>'
        )

    def dot(self, x: float, y: float, colour: str, radius: float = 4) -> None:
        """A mark where a line ends."""
        self._parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="var(--{colour})"/>')

    def rule(self, x1: float, y1: float, x2: float, y2: float, kind: str = "grid") -> None:
        """A straight rule of the grid or an axis."""
        self._parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>')

    def heading(self, subtitle: str) -> None:
        """The title, and a line of what it says below."""
        self.text(28, 42, self.title, "title")
        self.text(28, 66, subtitle, "quiet")

    def svg(self) -> str:
        """The whole file."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}"'
            f' height="{self.height}" role="img" aria-labelledby="title says">'
            f'<title id="title">{escape(self.title)}</title><desc id="says">{escape(self.says)}</desc>'
            f"<style>{STYLE}</style>"
            f'<rect width="{self.width}" height="{self.height}" fill="var(--paper)"/>{"".join(self._parts)}</svg>\n'
        )


def apart(places: Sequence[float], gap: float, top: float, bottom: float) -> list[float]:
    """The places of labels moved just so far that none covers another, and all stay on the page."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for before, index in pairwise(order):
        moved[index] = max(moved[index], moved[before] + gap)
    if order and moved[order[-1]] > bottom:
        moved[order[-1]] = bottom
        for index, after in reversed(list(pairwise(order))):
            moved[index] = min(moved[index], moved[after] - gap)
    return [max(top, place) for place in moved]


def steps(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from below to above, about so many."""
    span = (high - low) or 1.0
    rough = span / about
    size = 10 ** len(str(int(1 / rough))) if rough < 1 else 1.0
    unit = 1 / size if rough < 1 else 1.0
    while unit * 10 <= rough:
        unit *= 10
    step = next(unit * many for many in (1, 2, 2.5, 5, 10) if unit * many >= rough)
    first = int(low / step) if low >= 0 else int(low / step) - 1
    found = [first * step]
    while found[-1] < high - step * 1e-9:
        found.append(found[-1] + step)
    return found
