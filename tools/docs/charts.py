#!/usr/bin/env python3
"""charts.py OUTPUTS FOLDER: draws what the guide's programs print, OUTPUTS/NAME.txt, as FOLDER/NAME.svg, to stand in pages."""
import re
import sys
from html import escape
from pathlib import Path

colours = ["#5b8def", "#e0803a", "#4aa564", "#b565c9"]
wide = 440  # as little as phones show without making text small
outputs, folder = Path(sys.argv[1]), Path(sys.argv[2])


def text(x, y, words, anchor="start", colour="currentColor"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(str(words))}</text>'


def write(name, width, height, title, parts):
    body = "".join(parts)
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img" '
           f'aria-label="{escape(title)}" font-family="sans-serif" font-size="12">{text(4, 14, title)}{body}</svg>')
    (folder / f"{name}.svg").write_text(svg + "\n", encoding="utf-8")


def length(words):
    """Of text, roughly and rather too long than too short."""
    return 6.8 * len(str(words))


def bars(name, title, rows):
    """rows: label, the lengths of the parts of its bar, and what is written behind it."""
    longest = max(sum(parts) for _, parts, _ in rows)
    left = 12 + max(length(label) for label, _, _ in rows)
    room = wide - left - 12 - max(length(number) for _, _, number in rows)
    shapes = []
    for i, (label, parts, number) in enumerate(rows):
        x, y = left, 24 + 20 * i
        shapes.append(text(left - 6, y + 13, label, "end"))
        for k, part in enumerate(parts):
            shapes.append(f'<rect x="{x:.1f}" y="{y}" width="{room * part / longest:.1f}" height="16" fill="{colours[k]}"/>')
            x += room * part / longest
        shapes.append(text(x + 6, y + 13, number))
    write(name, wide, 30 + 20 * len(rows), title, shapes)


def lines(name, title, horizontal, series):
    """series: name -> a number for each of the horizontal labels."""
    values = [v for row in series.values() for v in row]
    low, high = min(0, *values), max(values)
    top = 48 if len(series) > 1 else 30
    bottom = top + 160
    at = lambda i, v: (40 + (wide - 56) * i / (len(horizontal) - 1), bottom - 160 * (v - low) / (high - low))
    shapes = [f'<path d="M40 {top}V{bottom}H{wide - 16}" fill="none" stroke="currentColor" stroke-opacity="0.5"/>',
              text(34, bottom + 4, f"{low:g}", "end"), text(34, top + 4, f"{high:g}", "end")]
    shapes += [text(at(i, low)[0], bottom + 18, label, "middle") for i, label in enumerate(horizontal)]
    x = 40
    for k, (label, row) in enumerate(series.items()):
        points = " ".join("{:.1f},{:.1f}".format(*at(i, v)) for i, v in enumerate(row))
        shapes.append(f'<polyline points="{points}" fill="none" stroke="{colours[k]}" stroke-width="{6 - 1.4 * k if len(series) > 2 else 2}"/>')
        if len(series) > 1:  # names stand in a line below the title
            shapes.append(f'<rect x="{x:.1f}" y="24" width="10" height="10" fill="{colours[k]}"/>' + text(x + 15, 33, label))
            x += 33 + length(label)
    write(name, wide, bottom + 26, title, shapes)


def printed(name):
    """The lines, each as the words before its numbers, and these."""
    found = []
    for line in (outputs / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        words = line.split()
        numbers = [float(w) for w in words if re.fullmatch(r"[+-]?\d+(\.\d+)?", w)]
        found.append((line, numbers))
    return found


def label(line):
    return re.split(r"  +", line.strip())[0]


rows = printed("first_model")[2:]
lines("first_model", "probability of rain, by day", range(1, 6), {label(line): n[-5:] for line, n in rows})

rows = printed("evidence_and_data")
beads = []
for s in range(3):
    planes = [n[-4:] for _, n in rows[4 * s + 1:4 * s + 4]]
    beads += [(f"sample {s}, bead {i}", [p[i] for p in planes], "") for i in range(4)]
bars("evidence_and_data", "probabilities of the three colours", beads)

rows = printed("algorithms")[2:]
bars("algorithms", "mean error of a marginal", [(label(line), [n[-1]], n[-1]) for line, n in rows])

rows = printed("schedules")[1:]
bars("schedules", "numbers that are trained", [(label(line).split(":")[0], [n[-2]], int(n[-2])) for line, n in rows])

rows = [n for _, n in printed("training")[1:-1]]
lines("training", "validation loss, by epoch", [int(n[0]) for n in rows], {"loss": [n[1] for n in rows]})

rows = [line for line, _ in printed("comparing")[2:6]]
loss = [re.search(r"(\d\.\d+) ± (\d\.\d+)", line) for line in rows]
bars("comparing", "loss, mean of three seeds ± standard deviation",
     [(label(line), [float(m[1])], m[0]) for line, m in zip(rows, loss)])

rows = [n for _, n in printed("own_operator")]
lines("own_operator", "what is given, and what is found", range(9), {"y": rows[0], "x": rows[1]})

rows = [n for _, n in printed("own_algorithm")]
lines("own_algorithm", "x after each layer", range(5), {"x": [0] + [n[-1] for n in rows]})

before, after = printed("audio")[0][1][:2]
bars("audio", "signal to noise ratio", [("before", [before], f"{before} dB"), ("after", [after], f"{after} dB")])

rows = printed("codes")[2:]
bars("codes", "bit error rate", [(f"{label(line)}, {db} dB", [v], v)
                                 for line, n in rows for db, v in zip((3, 5), n[-2:])])

rows = [line.split() for line, _ in printed("python")]
bars("python", "share of wrong pixels", [(name, [float(share)], f"{100 * float(share):.0f} %") for name, share in rows])
