// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/style.h"

namespace scotoma {

// Colours stand in the custom properties at the top, twice: light and dark. Text on them has a contrast of 4.5 at
// least.
const std::string_view kReportStyle = R"css(
:root {
  --paper: #faf9f6; --card: #ffffff; --ink: #1c1d20; --soft: #5c6069; --line: #e2dfd8; --track: #eeebe4;
  --fail: #b8402a; --fail-fill: #dd8471; --pass: #1d6f58; --pass-fill: #6db59e; --base-fill: #a9b0bb; --base: #565d69;
  --link: #1d4f91; --caution: #8a5a00; --s1: #8fa3bf; --s2: #d9b36c; --s3: #dd8471; --s4: #6db59e;
  --s5: #a894c8; --s6: #cf9ab5; --heat-rgb: 221 132 113;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --card: #1d2024; --ink: #e8e6e1; --soft: #a2a6ae; --line: #34383f; --track: #2b2f35;
    --fail: #f0917d; --fail-fill: #b3523f; --pass: #7fcbb2; --pass-fill: #33806a; --base-fill: #5f6875; --base: #b4bac4;
    --link: #8fb8ee; --caution: #e0b65c; --s1: #5f7799; --s2: #a07a34; --s3: #b3523f; --s4: #33806a;
    --s5: #6f5f94; --s6: #8f5a74; --heat-rgb: 179 82 63;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0 auto; max-width: 64rem; padding: 0 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 var(--sans); overflow-wrap: break-word; }
h1, h2, h3, .headline { font-weight: 650; line-height: 1.2; letter-spacing: -.012em; text-wrap: balance; }
h1 { font-size: clamp(1.15rem, 4vw, 1.35rem); margin: 0; color: var(--soft); font-weight: 400; }
h2 { font-size: 1.5rem; margin: 3.25rem 0 .75rem; }
h3 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h4 { font-size: .95rem; margin: 1.75rem 0 .5rem; }
p { margin: .5rem 0; }
main > section > p, .card > p:not(.lead), .prose { max-width: 44rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px;
  border-radius: 4px; }
code { font: .875em/1.5 var(--mono); overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.small, p.soft { font-size: .875rem; }
.kicker { margin: 0 0 .4rem; font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }

header { padding-top: 3.5rem; }
.headline { font-size: clamp(1.6rem, 5.5vw, 2.2rem); margin: .4rem 0 1.5rem; letter-spacing: -.02em; }
.headline span { display: block; }
.headline span + span { font-size: .62em; letter-spacing: -.01em; margin-top: .35rem; }
.strip { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; margin: 0 0 1.75rem; padding: .9rem 0;
  border-block: 1px solid var(--line); }
.strip div { min-width: 0; } .strip dt { color: var(--soft); font-size: .8rem; } .strip dd { margin: 0; }
.contents { list-style: none; margin: 1.25rem 0; padding: 0; display: grid; gap: .6rem;
  grid-template-columns: repeat(auto-fill, minmax(min(23rem, 100%), 1fr)); }
.contents a { display: flex; gap: .9rem; align-items: center; height: 100%; padding: .55rem; color: inherit;
  text-decoration: none; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.contents a:hover { border-color: var(--soft); }
.contents b { font-weight: 600; line-height: 1.35; }
.contents .image { width: 3.5rem; flex: none; }
.contents span { min-width: 0; } .contents .soft { font-size: .875rem; font-variant-numeric: tabular-nums; }
[hidden] { display: none !important; }
.filter { display: flex; align-items: baseline; flex-wrap: wrap; gap: .5rem 1.25rem; margin: 1rem 0 .25rem; font-size: .925rem; }
.filter label { color: var(--soft); }
.filter select, .filter input { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line);
  border-radius: 6px; padding: .2rem .4rem; max-width: 14rem; }
.filter :focus-visible { outline: 3px solid var(--link); outline-offset: 1px; }
.contents + .more { margin-bottom: 1.75rem; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .35rem 1.5rem; margin: 1rem 0;
  font-size: .925rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1.75rem; padding: .75rem 0;
  border-block: 1px solid var(--line);
  font-size: .925rem; }

.card { margin: 1.5rem 0; padding: clamp(1.1rem, 4vw, 2.25rem); background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; }
.card.fail { border-top: 4px solid var(--fail-fill); }
.card.pass { border-top: 4px solid var(--pass-fill); }
.card.doubt { border: 2px solid var(--caution); } .card.doubt h2 { margin: 0 0 .5rem; font-size: 1.25rem; color: var(--caution); }
.card > h3 + .gallery { margin-top: 1.25rem; }
.card h3 { font-size: clamp(1.45rem, 4.5vw, 2rem); margin: 0; }
.lead { font-size: 1.1rem; color: var(--soft); margin: .5rem 0 1.5rem; text-wrap: pretty; }
.sides { display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); gap: .5rem .6rem; margin: .75rem 0 .5rem; }
/* The rows of all columns are of one height, where a caption of one of them takes more lines. */
.side { min-width: 0; display: grid; grid-row: span var(--rows); grid-template-rows: subgrid; align-content: start; } .side-name { margin: 0; font-size: .875rem;
  font-weight: 600; }
.rows { margin: .5rem 0; border-top: 1px solid var(--line); }
.bug-row { margin: 0; border-bottom: 1px solid var(--line); } .bug-row:target { background: var(--track); }
.bug-row[open] { padding-bottom: 1.5rem; }
.line { display: inline-grid; width: calc(100% - 1.5rem); vertical-align: middle; gap: .1rem 1rem; align-items: center;
  grid-template-columns: minmax(8rem, 13rem) minmax(0, 1fr) 6.5rem 7rem 7.5rem; font-variant-numeric: tabular-nums; }
div.line { margin-left: 1.1rem; }
.bug-row summary { padding: .4rem 0; color: inherit; } .bug-row summary:hover .row-name { text-decoration: underline; }
.row-name { font-weight: 600; } .row-name code { display: block; } .row-range, .row-base { color: var(--soft); font-size: .875rem; }
.bug-row h5 { font-size: .95rem; margin: 1.5rem 0 .5rem; } .bug-row > .lead { margin-top: 1rem; }
.more-rows > summary { padding: .5rem 0; }
.certainty { margin: 1rem 0; } .certainty > div { display: grid; grid-template-columns: 14rem minmax(0, 1fr);
  gap: .25rem 2rem; padding: .75rem 0; border-top: 1px solid var(--line); }
.certainty dt { font-weight: 600; } .certainty dd { margin: 0; max-width: 46rem; }
.rates { margin: 1.25rem 0; }
.rate { display: grid; grid-template-columns: 15rem minmax(0, 1fr) 17rem; gap: .25rem 1rem; align-items: center;
  margin: .6rem 0; }
.rate b { display: inline-block; min-width: 3.9rem; font-variant-numeric: tabular-nums; }
.rate .soft { font-size: .875rem; font-variant-numeric: tabular-nums; }
.bar, .parts { display: block; border-radius: 4px; }
.track { fill: var(--track); }
.fail .fill { fill: var(--fail-fill); } .pass .fill { fill: var(--pass-fill); } .base .fill { fill: var(--base-fill); }
.bar.base .fill { fill: var(--base-fill); } .bar.pass .fill { fill: var(--pass-fill); }
.bar.fail .fill { fill: var(--fail-fill); }
.range { fill: var(--ink); } .end { stroke: var(--ink); stroke-width: 2; }
.plain .range, .plain .end { display: none; }

.gallery { display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); gap: .75rem .6rem; margin: .5rem 0; }
.cluster .gallery { grid-template-columns: repeat(6, minmax(0, 1fr)); }
.tile { margin: 0; min-width: 0; }
.image { display: block; width: 100%; aspect-ratio: 1; border-radius: 6px; background: var(--track); }
.images { position: absolute; }
.tile figcaption { margin-top: .3rem; font-size: .8rem; line-height: 1.35; }
.tile b { font-weight: 600; }
.tile.fail b { color: var(--fail); } .tile.pass b { color: var(--pass); }
.note { display: block; color: var(--soft); }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(13.5rem, 1fr)); gap: 1rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; padding: .6rem; border: 1px solid var(--line);
  border-radius: 10px; }

.blocks { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 0 2.5rem;
  margin-top: 1rem; }
.block { min-width: 0; } .block p { max-width: 44rem; }
.block:last-child:nth-child(odd) { grid-column: 1 / -1; }
.block h5 { border-top: 1px solid var(--line); padding-top: 1rem; font-size: 1.02rem; }
.plot { margin: .75rem 0; } .plot figcaption { font-size: .8rem; }
.curve { display: block; width: 100%; height: 84px; }
.curve polyline { fill: none; stroke: var(--fail); stroke-width: 2; vector-effect: non-scaling-stroke;
  stroke-linejoin: round; }
.curve.pass polyline { stroke: var(--pass); }
.curve .zero { stroke: var(--line); vector-effect: non-scaling-stroke; }
.curve .threshold { stroke: var(--soft); stroke-dasharray: 4 4; vector-effect: non-scaling-stroke; }
.legend, .answers { list-style: none; margin: .5rem 0; padding: 0; font-size: .875rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; }
.key { display: inline-block; width: .7rem; height: .7rem; border-radius: 3px; margin-right: .4rem; }
.only-with { fill: var(--fail-fill); background: var(--fail-fill); }
.both { fill: var(--s2); background: var(--s2); }
.neither { fill: var(--track); background: var(--track); } .key.neither { border: 1px solid var(--soft); }
.only-without { fill: var(--s1); background: var(--s1); }
.card.pass .only-with { fill: var(--pass-fill); background: var(--pass-fill); }
.s1 { fill: var(--s1); background: var(--s1); } .s2 { fill: var(--s2); background: var(--s2); }
.s5 { fill: var(--s5); background: var(--s5); } .s6 { fill: var(--s6); background: var(--s6); }
.s3 { fill: var(--s3); background: var(--s3); } .s4 { fill: var(--s4); background: var(--s4); }
.answers { max-width: 44rem; }
.answers li { display: grid; grid-template-columns: 7rem minmax(0, 1fr) 2.5rem; gap: .75rem; align-items: center;
  margin: .35rem 0; }
.command { display: inline-block; max-width: 100%; overflow-x: auto; white-space: pre; overflow-wrap: normal;
  padding: .5rem .75rem; background: var(--track); border-radius: 6px; user-select: all; -webkit-user-select: all; }
.numbers { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .925rem; }
th, td { padding: .5rem .9rem .5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
  font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-size: .825rem; vertical-align: bottom; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tbody tr:target { background: var(--track); }
.base-rates th, .base-rates td { vertical-align: middle; }
.chart { width: 32%; min-width: 6rem; }
.words .chart { width: 24%; } .wording { margin: 1.5rem 0; } .wording p { max-width: 44rem; }
.spread { list-style: none; margin: 1rem 0; padding: 0; } .spread li { margin: .75rem 0; }
.spread p { max-width: 44rem; } .spread .far { font-size: 1.1rem; font-weight: 600; margin-top: 1.5rem; }
.matrix { width: auto; border-collapse: separate; border-spacing: 3px; font-variant-numeric: tabular-nums; }
.matrix th, .matrix td { border: 0; }
.matrix thead th { padding: 0 .25rem .35rem 0; }
.matrix .turned { text-align: center; padding: 0 0 .35rem; }
.matrix .turned span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.matrix th[scope=row] { position: sticky; left: 0; min-width: 10rem; padding: .35rem .75rem .35rem 0;
  background: var(--paper); vertical-align: middle; }
.matrix .none { background: none; }
.heat { min-width: 2.75rem; padding: .5rem .15rem !important; text-align: center; vertical-align: middle;
  font-size: .8rem; white-space: nowrap; border-radius: 5px;
  background: rgb(var(--heat-rgb) / calc(.06 + var(--heat) * .8)); }
.heat.spreads { font-weight: 700; } .spreads { box-shadow: inset 0 0 0 2px var(--fail); }
.heat.untested { background: none; outline: 1px dashed var(--soft); outline-offset: -1px; color: var(--soft); }
.known { text-decoration: underline 2px; text-underline-offset: 3px; }
.swatch { display: inline-block; width: 1.1rem; height: .8rem; border-radius: 3px; vertical-align: -1px; }
.swatch.known { border-bottom: 2px solid var(--ink); border-radius: 0; height: .6rem; }
.badge { display: inline-block; padding: .05rem .55rem; border-radius: 99px; border: 1px solid var(--line);
  color: var(--soft);
  font-size: .825rem; white-space: nowrap; }
.badge.caution { border-color: var(--caution); color: var(--caution); }
.badge.confirmed { border-color: var(--fail); color: var(--fail); font-weight: 600; }
.badge.confirmed.passes { border-color: var(--pass); color: var(--pass); }
.transfer-map { font-size: .875rem; table-layout: fixed; min-width: calc(11rem + var(--columns) * 4.8rem); } .transfer-map thead th:first-child { width: 11rem; } .transfer-map th, .transfer-map td { padding: .45rem .3rem; vertical-align: middle; }
.transfer-map thead th { text-align: center; font-size: .8rem; overflow-wrap: anywhere; vertical-align: bottom; }
.transfer-map thead th:first-child, .transfer-map tbody th { text-align: left; padding-left: 0; }
.transfer-map tbody td { text-align: center; font-variant-numeric: tabular-nums; border: 2px solid var(--paper);
  border-radius: 6px; background: color-mix(in srgb, var(--fail-fill) calc(var(--heat) * .85), var(--track)); }
.transfer-map .base { display: block; font-size: .75rem; white-space: nowrap; }
.transfer-map .transfers { display: inline-block; margin-top: .1rem; padding: 0 .4rem; border-radius: 99px; font-size: .72rem;
  font-weight: 600; background: var(--card); color: var(--fail); border: 1px solid var(--fail); }
.transfer-map .aimed { border-bottom: 3px solid var(--fail); color: var(--ink); font-weight: 600; }
.clusters { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 0 2.5rem; }
.tiny .clusters { grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); }
.tiny .gallery { grid-template-columns: repeat(2, minmax(0, 1fr)); max-width: 14rem; }
.cluster { min-width: 0; } .cluster h3 { font-size: 1.02rem; }
.cluster h3 .soft { font: .875rem var(--sans); letter-spacing: 0; margin-left: .4rem; }
.cluster figcaption { color: var(--soft); }
.prose { padding-left: 1.25rem; } .prose li { margin: .4rem 0; }
details { margin: 1.5rem 0; } summary { cursor: pointer; color: var(--link); }
.settings { columns: 20rem; column-gap: 2.5rem; font-size: .875rem; }
.settings section { break-inside: avoid; } .settings h4 { margin: 0; padding: 1.25rem 0 .4rem; } .settings dl { margin: 0; }
.settings div { display: flex; justify-content: space-between; gap: 1rem; border-bottom: 1px solid var(--line);
  padding: .2rem 0; }
.settings dt { color: var(--soft); } .settings dd { margin: 0; text-align: right; min-width: 0; }
footer { margin-top: 4rem; font-size: .875rem; }

@media (max-width: 46rem) {
  header { padding-top: 1.75rem; }
  h2 { margin-top: 3rem; }
  /* A row becomes a block: its claim, then every number behind the name of its column. */
  table, tbody, tr, th[scope=row] { display: block; } thead { display: none; }
  tr { padding: .75rem 0; border-bottom: 1px solid var(--line); }
  th[scope=row], td { padding: 0; border: 0; } th[scope=row] { font-weight: 600; margin-bottom: .25rem; }
  td { display: inline-block; margin-right: 1.1rem; } td.chart { display: block; width: auto; margin: 0 0 .25rem; }
  td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: .825rem; }
  .transfer-map { min-width: 0; }
  .transfer-map tbody td { display: grid; grid-template-columns: minmax(0, 1fr) 4rem 6.5rem; gap: .5rem; align-items: baseline;
    margin: 0; padding: .3rem .6rem; text-align: left; border-width: 1px 0; }
  .transfer-map tbody td[data-label]::before { color: inherit; } .transfer-map .transfers { justify-self: start; grid-column: 1 / -1; }
  td.heat { display: inline-block; margin: 0 .3rem .3rem 0; padding: .25rem .5rem !important; }
  .words .chart { width: auto; }
  td.heat::before { color: inherit; font-weight: 400; }
  .matrix th[scope=row] { position: static; margin-top: .5rem; } .matrix tr { padding: .25rem 0 .5rem; }
  td.none { display: none; } th .soft { font-weight: 400; }
  .block p { max-width: none; }
  .rate { grid-template-columns: minmax(0, 1fr); gap: .15rem; margin: .9rem 0; }
  .strip { display: grid; grid-template-columns: repeat(3, auto); gap: .6rem 1rem; }
  .strip div:first-child { grid-column: 1 / -1; }
  .sides { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 1rem .4rem; } .side figcaption { font-size: .7rem; } .side-name { margin-top: .5rem; }
  .line { grid-template-columns: minmax(0, 1fr) auto; gap: .1rem .75rem; } .line .bar { grid-column: 1 / -1; order: 1; }
  .row-rate, .row-base { text-align: right; } div.line { margin-left: 0; width: 100%; }
  .certainty > div { grid-template-columns: minmax(0, 1fr); }
  .gallery { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: .6rem .4rem; }
  .cluster .gallery { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .gallery figcaption { font-size: .7rem; }
  .pairs { grid-template-columns: minmax(0, 1fr); gap: .5rem; }
  .pair { padding: .4rem; gap: .4rem; }
  .pair .tile { display: grid; grid-template-columns: 3.4rem minmax(0, 1fr); gap: .4rem; align-items: center; }
  .pair figcaption { font-size: .75rem; }
  .command { white-space: pre-wrap; overflow-wrap: anywhere; }
  .card .facts { grid-template-columns: minmax(0, 1fr); gap: .1rem; } .card .facts dd { margin-bottom: .6rem; }
}
@media print {
  :root { --paper: #fff; --card: #fff; }
  body { max-width: none; font-size: 10pt; }
  nav, .filter { display: none; }
  .card { border-width: 0 0 1px; border-radius: 0; padding: 1rem 0; }
  .tile, .pair, .side, .rate, .block, .cluster, tr { break-inside: avoid; }
  h2, h3, h4, h5 { break-after: avoid; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
)css";

}  // namespace scotoma
