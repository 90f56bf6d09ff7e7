"""Three histograms of a specialty's generated consults as one SVG: questions asked, asked again, coverage (pure).

By hand, because three rows of bars need no plotting library in either environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT = 960, 300
PANEL, GAP, LEFT = 290, 25, 20
TOP, BASE = 84, 240  # where bars may begin, and where they stand
INK, SOFT, BAR = "#1d2730", "#56636f", "#2a6f97"
MOST_QUESTIONS, MOST_REPEATS = 14, 4
FONT = "Inter, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif"
Bars = Sequence[tuple[str, int]]


def plot(found: Mapping[str, Any]) -> str:
    """The picture; it says in words (title, description) what it shows."""
    panels = (
        ("Questions asked", "questions in a consult", _values(found["questions"], MOST_QUESTIONS)),
        ("Questions asked again", "although answered before", _values(found["repeats"], MOST_REPEATS)),
        ("Critical items elicited", "% of the patient's, whole histories", _tenths(found["coverage"])),
    )
    drawn = [_panel(LEFT + at * (PANEL + GAP), *panel) for at, panel in enumerate(panels)]
    head = f"{found['specialty'].replace('_', ' ')} · {found['consults']} generated consults · {found['engine']} engine"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
            f' role="img" aria-labelledby="title told" font-family="{FONT}">',
            f'<title id="title">{escape(head)}</title>',
            f'<desc id="told">{escape(told(found))}</desc>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#ffffff"/>',
            _text(LEFT, 28, head, size=16, weight=600, anchor="start"),
            *drawn,
            "</svg>",
            "",
        ]
    )


def told(found: Mapping[str, Any]) -> str:
    """The picture in a sentence, for who cannot see it."""
    again = sum(many for value, many in found["repeats"]["counts"].items() if value != "0")
    coverage = found["coverage"]
    middle = "none" if coverage["median"] is None else f"{100 * coverage['median']:.0f} % in the middle"
    questions = found["questions"]
    half = "none" if questions["median"] is None else f"{questions['median']:g}"
    return (
        f"Three histograms of {found['consults']} generated consults: questions asked, median {half},"
        f" most {questions['most']}; a question asked again in {again}; critical items elicited in"
        f" {coverage['histories']} whole histories, {middle}."
    )


def _values(spread: Mapping[str, Any], most: int) -> Bars:
    """One bar a value from 0; the last holds what is beyond."""
    counts = {int(value): many for value, many in spread["counts"].items()}
    last = min(most, max([*counts, 1]))
    beyond = sum(many for value, many in counts.items() if value >= last)
    name = f"{last}+" if any(value > last for value in counts) else str(last)
    return [*((str(value), counts.get(value, 0)) for value in range(last)), (name, beyond)]


def _tenths(coverage: Mapping[str, Any]) -> Bars:
    return [(str(10 * tenth), coverage["tenths"].get(str(tenth), 0)) for tenth in range(11)]


def _panel(x: int, title: str, axis: str, bars: Bars) -> str:
    highest = max([many for _, many in bars] + [1])
    step = PANEL / len(bars)
    parts = [_text(x, 56, title, size=13, weight=600, anchor="start")]
    for at, (name, many) in enumerate(bars):
        height = (BASE - TOP) * many / highest
        middle = x + step * (at + 0.5)
        if many:
            parts.append(
                f'<rect x="{x + step * at + 1.5:.1f}" y="{BASE - height:.1f}" width="{step - 3:.1f}" height="{height:.1f}"'
                f' fill="{BAR}"><title>{escape(name)}: {many}</title></rect>'
            )
            parts.append(_text(middle, BASE - height - 5, str(many), size=10))
        parts.append(_text(middle, BASE + 15, name, size=10, fill=SOFT))
    parts.append(f'<line x1="{x}" y1="{BASE}" x2="{x + PANEL}" y2="{BASE}" stroke="{SOFT}"/>')
    parts.append(_text(x + PANEL / 2, BASE + 36, axis, size=11, fill=SOFT))
    return "\n".join(parts)


def _text(
    x: float, y: float, words: str, *, size: int, weight: int = 400, anchor: str = "middle", fill: str = INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
        f' fill="{fill}">{escape(words)}</text>'
    )
