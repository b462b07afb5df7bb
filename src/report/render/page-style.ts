// The one style sheet of a report page: light and dark as its reader has set, narrow screens, paper. Colours have at least
// the contrast that WCAG AA asks for; none tells anything that a sign or a word does not.

export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b2430; --soft: #4d5b6b; --line: #c9d2dc; --band: #f3f6f9; --link: #0b57a4;
  --good: #176b36; --bad: #a9241c; --warn: #855600; --back: #5b3da8; --person: #0b57a4;
  --good-band: #e1f3e6; --bad-band: #fde7e4; --warn-band: #fdf0d5; --back-band: #ece6fb; --away: #fbe0c4; --gap: #e2e7ed;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #12171d; --ink: #e7edf3; --soft: #a9b6c3; --line: #36424e; --band: #1b232c; --link: #84bdff;
    --good: #7bd69a; --bad: #ff9c92; --warn: #f2c063; --back: #c4b1ff; --person: #84bdff;
    --good-band: #14321f; --bad-band: #43191a; --warn-band: #3a2c0c; --back-band: #2a2150; --away: #4a3113; --gap: #2a333d;
  }
}
* { box-sizing: border-box }
html { scroll-behavior: auto }
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 76rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.45 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .1rem 0 .2rem }
h2 { font-size: 1.25rem; margin: 2rem 0 .6rem; padding-bottom: .2rem; border-bottom: 1px solid var(--line) }
h3 { font-size: 1rem; margin: 0 0 .4rem }
p { margin: .4rem 0 }
code { font: .9em ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace }
small { font-size: .82rem; color: var(--soft) }
a { color: var(--link) }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
.skip { position: absolute; left: -100rem }
.skip:focus { left: 1rem; top: .5rem; padding: .4rem .8rem; background: var(--paper) }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.kicker, .run, footer, .note { color: var(--soft); margin: 0 }
.version { font-weight: normal; color: var(--soft) }
.badge { display: inline-block; padding: .05rem .7rem; border-radius: .4rem; border: 1px solid currentColor }
.badge.good { color: var(--good); background: var(--good-band) }
.badge.bad { color: var(--bad); background: var(--bad-band) }
.badge.back { color: var(--back); background: var(--back-band) }
.badge.open { color: var(--warn); background: var(--warn-band) }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .6rem 0 0; padding: .4rem 0; list-style: none;
  border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); font-size: .9rem }
.lead { font-size: 1.08rem; max-width: 62rem; margin: .8rem 0 }
.cards { display: grid; grid-template-columns: 1.35fr 1fr; gap: 1rem; margin: .8rem 0 1rem }
.card { border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; background: var(--band) }
.card ol, .card ul { margin: 0; padding: 0; list-style: none }
.card li { margin: 0 0 .55rem; padding-left: .7rem; border-left: 3px solid var(--line) }
.card li.open, .card li.out-of-use, .card li.not-undone { border-left-color: var(--bad) }
.card li.held, .card li.in-doubt { border-left-color: var(--warn) }
.card p { margin: 0 }
.then { color: var(--soft) }
.open > .then { color: var(--bad) }
.hint { color: var(--link) }
.kind { font-weight: 600 }
time { font-variant-numeric: tabular-nums; color: var(--soft) }
table { border-collapse: collapse; width: 100%; margin: .3rem 0 1rem; font-size: .92rem }
caption { text-align: left; color: var(--soft); padding: .2rem 0; font-size: .85rem }
table > caption:not(.unseen) { font-weight: normal }
#people caption { font-weight: 600; color: var(--ink); font-size: 1rem }
th, td { text-align: left; vertical-align: top; padding: .22rem .5rem .22rem 0; border-bottom: 1px solid var(--line); font-weight: normal }
thead th { color: var(--soft); font-size: .82rem; vertical-align: bottom }
.num { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; padding-right: .8rem }
.when { white-space: nowrap; font-variant-numeric: tabular-nums }
.line { padding: 0; vertical-align: middle }
.timeline th[scope=row] { width: 27% } .timeline .num { width: 5.5rem } .timeline .line { width: auto }
.steps th[scope=row] { width: 38% } .steps .stand { width: 9rem } .steps .num { width: 4.5rem }
.steps .why { color: var(--bad) } .steps .st-skipped .why, .steps .st-left-out .why, .steps .st-stays .why { color: var(--soft) }
.pairs th { width: 34%; color: var(--soft) }
.track { display: block; overflow: visible; font: 11px system-ui, Helvetica, Arial, sans-serif }
.track text { fill: var(--ink) }
.track .inside { text-anchor: middle; fill: var(--paper) }
.track .idle { text-anchor: middle; fill: var(--soft); font-size: 9.5px }
.track .time { text-anchor: start; fill: var(--soft); font-size: 10.5px }
.tick { stroke: var(--soft) }
.away { fill: var(--away) } .gap { fill: var(--gap) }
.outage { fill: var(--warn) } .session { fill: var(--soft) } .session.rollback { fill: var(--back) }
.person { fill: var(--person) }
.bar { fill: var(--good) } .bar.end-failed, .bar.end-undo-failed { fill: var(--bad) }
.bar.end-cut-off, .bar.end-stopped { fill: var(--warn) }
.bar.undo { fill: var(--paper); stroke: var(--back); stroke-width: 1.5 }
.bar.undo.end-undo-failed { stroke: var(--bad) }
.sign.end-failed, .sign.end-undo-failed { fill: var(--bad) } .sign.end-cut-off { fill: var(--warn) }
.story { list-style: none; margin: 0; padding: 0 }
.story li { display: grid; grid-template-columns: 5.4rem 1.4rem 1fr; padding: .14rem 0 }
.story time { white-space: nowrap }
.story .day { display: block; color: var(--soft); font-weight: 600; margin-top: .5rem }
.story .bad .tone, .story .bad .text { color: var(--bad) } .story .gap .tone, .story .outage .tone { color: var(--warn) }
.story .gap .text { color: var(--warn) } .story .good .tone { color: var(--good) } .story .undo .tone { color: var(--back) }
.story .person .tone { color: var(--person) } .story .plain .tone { color: var(--soft) }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; padding: 0 .8rem }
summary { cursor: pointer; padding: .45rem 0 }
summary h3 { display: inline; margin: 0 }
.counts { color: var(--soft); font-size: .9rem }
.final, .risk { color: var(--bad); font-size: .85rem; font-weight: 600 } .risk.disruptive { color: var(--warn) }
.stand .sign { font-weight: 700 }
.st-failed .stand, .st-refused .stand, .st-not-put-back .stand { color: var(--bad) }
.st-cut-off .stand, .st-unclear .stand, .st-stays .stand { color: var(--warn) }
.st-put-back .stand { color: var(--back) } .st-done .stand { color: var(--good) }
.st-skipped .stand, .st-left-out .stand, .st-not-begun .stand { color: var(--soft) }
.change { font-weight: 600 } .change.create { color: var(--good) } .change.update { color: var(--warn) }
.change.delete { color: var(--bad) } .change.run { color: var(--person) }
.changes { table-layout: fixed } .changes th:first-child { width: 34% }
.changes thead th:nth-child(2) { width: 24% }
.made { margin: 0; padding: 0; list-style: none } .made code + code { color: var(--soft) }
.scroll { overflow: auto; max-height: 46rem; border-top: 1px solid var(--line) }
#graph svg { font: 13px Helvetica, Arial, sans-serif; color: var(--ink); max-width: none }
#graph text { fill: currentColor } #graph .title { font-weight: bold } #graph .small { font-size: 11px }
#graph .phase { fill: none; stroke: var(--soft); stroke-dasharray: 4 3 }
#graph .final { stroke: var(--bad); stroke-width: 2; stroke-dasharray: none }
#graph .line { fill: none; stroke: var(--soft); stroke-width: 1.2 }
#graph rect[class^=st-] { fill: var(--paper); stroke: var(--soft) }
#graph rect.st-done { fill: var(--good-band); stroke: var(--good) }
#graph rect.st-put-back { fill: var(--back-band); stroke: var(--back) }
#graph rect.st-failed, #graph rect.st-refused, #graph rect.st-not-put-back { fill: var(--bad-band); stroke: var(--bad); stroke-width: 2 }
#graph rect.st-cut-off, #graph rect.st-unclear, #graph rect.st-stays, #graph rect.st-running { fill: var(--warn-band); stroke: var(--warn) }
@media screen and (max-width: 46rem) {
  body { padding: .75rem .75rem 2rem }
  .cards { grid-template-columns: 1fr }
  .story li { grid-template-columns: 5rem 1.2rem 1fr }
  .when { white-space: normal }
  .timeline .num, .steps .num, .idle { display: none }
  .timeline th[scope=row] { width: 36% } .steps th[scope=row] { width: 44% } .steps .stand { width: 5.5rem }
}
@media print {
  @page { margin: 12mm }
  html { font-size: 10px }
  body { padding: 0; max-width: none; line-height: 1.35 }
  h2 { break-after: avoid; margin-top: 1rem } h3 { break-after: avoid }
  nav, .skip { display: none }
  .lead { max-width: none }
  tr, .card li, .story li { break-inside: avoid }
  thead { display: table-header-group; break-after: avoid }
  summary { break-after: avoid }
  details:not(.idle)::details-content { content-visibility: visible; display: block; block-size: auto }
  .scroll { overflow: visible; max-height: none }
  #graph svg { display: block; width: auto; height: auto; max-width: 100%; max-height: 225mm; break-inside: avoid }
  #graph { break-before: page } #graph summary { display: none }
  rect, .badge, .card, .track { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
`;
