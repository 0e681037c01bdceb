/** How a page looks: on a light and a dark screen, and on paper, where it is light. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --sheet: #fff; --text: #1b2430; --soft: #5a6675; --line: #d9dee5; --head: #eef1f5;
  --good: #1a7f4b; --bad: #c0271d; --wait: #9a6200; --busy: #1d62b8;
  --copy: #3b82d6; --copying: #8fb8e8; --idle: #c9d0d9; --cutover: #e08a1e; --up: #2ba59b; --other: #9a7bd0; --outage: #d0342c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --sheet: #1a2028; --text: #e4e9f0; --soft: #9aa7b6; --line: #313a46; --head: #222a34;
    --good: #4cc38a; --bad: #ff7b72; --wait: #e3b341; --busy: #79b8ff;
    --copy: #4a93e6; --copying: #35608f; --idle: #4a5563; --cutover: #e89a3c; --up: #35b8ad; --other: #a88be0; --outage: #ff6b61;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1280px; margin: 0 auto; padding: 24px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0 0 12px; }
p { margin: 0 0 12px; }
.soft { color: var(--soft); }
section, header { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 20px; margin: 0 0 16px; }
nav { margin: 12px 0 0; }
nav a { color: var(--busy); margin-right: 14px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { color: var(--soft); font-weight: 600; font-size: 12px; white-space: nowrap; border-bottom: 2px solid var(--line); }
.facts th { font-weight: 500; color: var(--soft); width: 210px; }
.facts tr:last-child > *, tbody tr:last-child td { border-bottom: 0; }
code, i { font: 11px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
i { color: var(--soft); }
.vms td > i { display: block; }
.vms td:last-child > i { display: inline; }
ul { margin: 0; padding-left: 18px; }
li { margin: 0 0 6px; overflow-wrap: anywhere; }
.state { font-weight: 600; white-space: nowrap; }
.state::before { content: "\\25cf"; margin-right: 5px; font-size: 11px; }
.succeeded, .met { color: var(--good); }
.failed, .missed { color: var(--bad); }
.cancelled, .skipped, .paused, .waiting { color: var(--wait); }
.running, .open { color: var(--busy); }
.tiles { display: flex; flex-wrap: wrap; gap: 10px; margin: 0 0 16px; }
.tiles div { border: 1px solid var(--line); border-radius: 6px; padding: 8px 14px; min-width: 92px; }
.tiles b { display: block; font-size: 22px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: 12px; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
.two section { margin: 0; }
.two { margin: 0 0 16px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 18px; margin: 0 0 12px; color: var(--soft); font-size: 12px; }
.legend svg { width: 22px; height: 10px; vertical-align: -1px; margin-right: 6px; }
.line { table-layout: fixed; }
.line th:first-child, .line td:first-child { width: 190px; }
.line td { padding-top: 3px; padding-bottom: 3px; vertical-align: middle; }
.line td:last-child, .line th:last-child { padding-right: 0; }
.line tbody td:last-child {
  background: repeating-linear-gradient(90deg, transparent 0 calc(25% - 1px), var(--line) calc(25% - 1px) 25%);
}
.line svg { display: block; width: 100%; height: 14px; }
.axis { display: grid; grid-template-columns: repeat(4, 1fr); font-weight: 400; }
.axis b { display: flex; justify-content: space-between; gap: 8px; font-weight: 400; }
path { fill: none; stroke-width: 8; }
.c { stroke: var(--copy); } .y { stroke: var(--copying); } .w { stroke: var(--idle); stroke-width: 4; } .x { stroke: var(--cutover); }
.u { stroke: var(--up); } .r { stroke: var(--other); } .o { stroke: var(--outage); stroke-width: 3; }
.o8 { stroke: var(--outage); } .m { stroke: var(--text); stroke-width: 3; }
.three td:nth-child(2), .three th:nth-child(2) { width: 110px; }
.three tbody td:last-child { background: none; }
h3 { font-size: 14px; margin: 16px 0 8px; }
.vms td:first-child { min-width: 170px; }
.vms td:last-child { font-size: 12px; }
.vms td > b { white-space: nowrap; }
.vms .why { color: var(--bad); font-weight: 600; }
.vms i { white-space: nowrap; font-size: 10.5px; }
.vms td:nth-child(2) { min-width: 100px; }
.drills td:first-child { min-width: 150px; }
.vms td:nth-child(5), .vms td:nth-child(6) { min-width: 92px; }
.drills td:nth-child(n + 2):nth-child(-n + 9) { white-space: nowrap; }
#vms { overflow-x: auto; }
.vms tr, .line tr { break-inside: avoid; }
@media screen and (max-width: 800px) { .two { grid-template-columns: 1fr; } main { padding: 10px; } section { overflow-x: auto; } }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --sheet: #fff; --text: #000; --soft: #444; --line: #bbb; --head: #eee;
    --good: #0f6b3c; --bad: #a81c13; --wait: #7a4d00; --busy: #154e96;
    --copy: #3b82d6; --copying: #8fb8e8; --idle: #b9c1cb; --cutover: #e08a1e; --up: #2ba59b; --other: #9a7bd0; --outage: #d0342c;
  }
  body { font-size: 10.5px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  section, header { border: 0; border-radius: 0; padding: 0 0 10px; margin: 0 0 10px; }
  h2 { break-after: avoid; border-bottom: 1px solid var(--line); padding-bottom: 4px; }
  nav { display: none; }
  code, i, .vms td:last-child, .legend { font-size: 8.5px; }
  .vms i { font-size: 8.5px; }
  #vms { overflow: visible; }
  .vms td:last-child, .vms td:last-child i { font-size: 8px; }
  thead th { font-size: 9.5px; }
  h2 { font-size: 14px; }
  th, td { padding: 3px 8px 3px 0; }
  .facts th { width: 150px; }
  thead { display: table-header-group; }
  li { break-inside: avoid; }
}
`;
