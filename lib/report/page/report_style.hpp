/// The style sheet of the report; colours for light and dark mode.
#pragma once

namespace unfurl::app {

inline constexpr const char* report_style = R"css(
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f6f7f9; --ink: #1b1f24; --muted: #5b6570; --grid: #e3e6ea; --edge: #d5d9df;
  --good: #0a7d4f;
  --c0: #6b7280; --c1: #0b6bcb; --c2: #c2570c; --c3: #0a8f5b; --c4: #a8329b; --c5: #b58900;
  --c6: #c0282d; --c7: #008ca3; --c8: #6d4fc4; --c9: #7a5c2e; --c10: #d6477f; --c11: #5c7d12;
  --c12: #2b3f8c; --c13: #9c4a3c; --c14: #3f7f7a; --c15: #8a6fa8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --panel: #1d2126; --ink: #e6e9ed; --muted: #9aa4af; --grid: #2c3239; --edge: #363d45;
    --good: #4fcf97;
    --c0: #a3abb5; --c1: #5aa9f8; --c2: #f4934d; --c3: #46c98f; --c4: #dd7bd1; --c5: #e0b93b;
    --c6: #f27276; --c7: #43c3d6; --c8: #a58df0; --c9: #c9a26b; --c10: #f28bb3; --c11: #a4c552;
    --c12: #8ea2f2; --c13: #e0957f; --c14: #8fc9c2; --c15: #c7b0e6;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 80rem;
  background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1 { font-size: 2rem; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.2rem; margin: 2.75rem 0 0.75rem; }
h3 { font-size: 0.95rem; font-weight: 600; margin: 0 0 0.5rem; }
p { margin: 0.4rem 0; }
.summary, .small { color: var(--muted); }
.small { font-size: 0.875rem; }
.verdict {
  margin: 1.5rem 0 0; padding: 0.9rem 1.1rem; border-left: 4px solid var(--c1); border-radius: 0 6px 6px 0;
  background: var(--panel); font-size: 1.05rem;
}
.scroll { overflow-x: auto; }
.scroll th:first-child, .scroll td:first-child { position: sticky; left: 0; background: var(--paper) padding-box; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 0.85rem; }
th, td { padding: 0.45rem 0.6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
th { font-weight: 600; color: var(--muted); border-bottom: 1.5px solid var(--edge); vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
tr.best td, td.best { font-weight: 650; }
tr.counts td { color: var(--muted); border-bottom: none; }
* + h3 { margin-top: 1.5rem; }
figure h3 { margin-top: 0; }
.scroll + .pair { margin-top: 1rem; }
.pair > figure:only-child { max-width: 40rem; }
audio { width: 100%; margin-top: 0.5rem; }
.swatch {
  display: inline-block; flex: none; width: 0.7em; height: 0.7em; margin-right: 0.55em; border-radius: 2px; vertical-align: -0.02em;
}
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1.25rem; }
figure { margin: 0; padding: 1rem; border: 1px solid var(--grid); border-radius: 8px; min-width: 0; }
figcaption { font-size: 0.875rem; color: var(--muted); margin-top: 0.5rem; }
.chart { display: block; width: 100%; height: auto; font-size: 12px; }
.chart text { fill: var(--ink); stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; paint-order: stroke; }
.chart .tick { fill: var(--muted); }
.chart .grid { stroke: var(--grid); stroke-width: 1; }
.chart .axis { stroke: var(--edge); stroke-width: 1; }
.narrow, .zoomable > .near, .zoomable:has(> label > :checked) > .all { display: none; }
.zoomable:has(> label > :checked) > .near { display: block; }
.zoomable > label { display: block; margin: -0.25rem 0 0.5rem; font-size: 0.875rem; color: var(--c1); cursor: pointer; }
.gallery, .cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); }
.cards, .large { grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
.gallery, .cards, .strips { margin-top: 0.75rem; }
.pair + .pair { margin-top: 1.25rem; }
.gallery > figure, .strips > figure { padding: 0; border: none; }
.gallery h3, .strips h3 { font-size: 0.8rem; font-weight: 500; margin-bottom: 0.3rem; }
.gallery > figure { display: flex; flex-direction: column; justify-content: flex-end; }
.strips > figure { display: grid; grid-template-columns: 14rem 1fr; align-items: center; gap: 0 1rem; margin-bottom: 0.4rem; }
.pixels { display: block; width: 100%; height: auto; image-rendering: pixelated; border-radius: 3px; }
.strips .pixels { height: 1.6rem; }
.cards .pixels { width: auto; height: 4rem; max-width: 100%; }
.readings { width: auto; margin-top: 0.6rem; font-size: 0.8rem; }
.readings th, .readings td { text-align: left; padding: 0.12rem 0.5rem 0.12rem 0; border: none; white-space: normal; }
.readings th { font-weight: 400; }
.readings td { font-family: ui-monospace, "DejaVu Sans Mono", monospace; letter-spacing: 0.06em; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0.9rem 0 0; font-size: 0.875rem; }
.drawing { margin-top: 1.25rem; }
.canvas { background: #ffffff; border-radius: 4px; padding: 0.5rem; text-align: center; overflow: auto; }
.canvas svg { max-width: 100%; height: auto; max-height: 42rem; }
.zoom { position: absolute; opacity: 0; }
.zoom + label { cursor: pointer; color: var(--c1); font-size: 0.875rem; float: right; }
.zoom:focus-visible + label { outline: 2px solid var(--c1); outline-offset: 2px; }
.zoom:checked ~ .canvas { max-height: 90vh; text-align: left; }
.zoom:checked ~ .canvas svg { max-width: none; max-height: none; }
pre {
  margin: 0; padding: 0.8rem 1rem; border-radius: 6px; background: var(--panel); overflow-x: auto; font-size: 0.875rem;
}
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.25rem; margin: 0 0 1rem; font-size: 0.9rem; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 600px) {
  body { padding: 1.5rem 0.9rem 3rem; }
  figure { padding: 0.75rem; }
  .wide { display: none; }
  .narrow { display: block; }
  .strips > figure { display: block; margin-bottom: 0.7rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 0.4rem; }
}
@media (prefers-color-scheme: dark) {
  .canvas { filter: invert(0.92) hue-rotate(180deg); }  /* drawings are made for white paper */
}
@media print { figure, tr { break-inside: avoid; } }
)css";

}  // namespace unfurl::app
