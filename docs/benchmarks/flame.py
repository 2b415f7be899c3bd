#!/usr/bin/env python3
"""A flame graph from `perf script`, as one SVG file without scripts.

    perf record -F 999 -e cpu-clock --call-graph dwarf,16384 -o perf.data PROGRAM…
    perf script -i perf.data | flame.py "what it shows" > flame.svg
"""

import re
import sys
from html import escape

WIDTH, LINE, LEAST = 1200, 16, 0.002  # pixels, pixels, and the smallest share of all samples that is drawn


def stacks(lines):
    """Each sample's thread and functions, outermost first."""
    stack, thread = [], ""
    for line in lines:
        if head := re.match(r"(\S.*?)\s+\d+\s+[\d.]+:", line):
            thread = head[1]
        elif line.startswith(("\t", "  ")) and (frame := re.match(r"\s+[0-9a-f]+ (.+?)(?:\+0x[0-9a-f]+)? \(", line)):
            stack.append(shorten(frame[1]))
        elif not line.strip() and stack:
            yield [thread, *stack[::-1]]
            stack = []
    if stack:
        yield [thread, *stack[::-1]]


def shorten(name):
    """Without hashes, generic arguments and leading modules."""
    name = re.sub(r"::h[0-9a-f]{16}$", "", name)
    before = None
    while before != name:
        before, name = name, re.sub(r"<[^<>]*>", "", name)
    name = name.partition("<")[0]
    return "::".join(part for part in name.split("::")[-2:] if part) or name


def tree(samples):
    root = {"name": "all", "count": 0, "children": {}}
    for stack in samples:
        node = root
        node["count"] += 1
        for name in stack:
            node = node["children"].setdefault(name, {"name": name, "count": 0, "children": {}})
            node["count"] += 1
    return root


def boxes(node, total, left=0.0, depth=0):
    """Position, depth, share and name of each function that is wide enough."""
    share = node["count"] / total
    if share < LEAST:
        return
    yield left, depth, share, node["name"]
    for child in sorted(node["children"].values(), key=lambda child: child["name"]):
        yield from boxes(child, total, left, depth + 1)
        left += child["count"] / total


def svg(title, root):
    drawn = list(boxes(root, root["count"]))
    height = (max(depth for _, depth, _, _ in drawn) + 3) * LINE
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11">'
    yield f'<text x="4" y="12">{escape(title)} ({root["count"]} samples)</text>'
    for left, depth, share, name in drawn:
        x, y, width = left * WIDTH, height - (depth + 1) * LINE, share * WIDTH
        hue = 10 + sum(map(ord, name)) % 45
        yield f'<g><title>{escape(name)}: {share:.1%}</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{LINE - 1}" fill="hsl({hue},85%,66%)"/>'
        if letters := int(width / 7):
            yield f'<text x="{x + 2:.1f}" y="{y + 11}">{escape(name[:letters] if letters > 2 else "")}</text>'
        yield "</g>"
    yield "</svg>"


if __name__ == "__main__":
    sys.stdout.write("\n".join(svg(sys.argv[1] if len(sys.argv) > 1 else "", tree(stacks(sys.stdin)))))
