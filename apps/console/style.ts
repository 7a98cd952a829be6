/**
 * The style sheet of what the server writes itself (sign-in, messages, `/docs`): light and dark, from 320 px up. Colours
 * keep a contrast of 4.5 to 1 in both.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f8; --card: #fff; --line: #dfe3e8; --ink: #1a2230; --quiet: #5a6576;
  --accent: #2b5797; --on-accent: #fff; --bad: #a42222; --bad-bg: #fdeaea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10151c; --card: #181f29; --line: #2b3542; --ink: #e6eaf0; --quiet: #9aa6b6;
    --accent: #8ab4f3; --on-accent: #0d1420; --bad: #ff9c9c; --bad-bg: #3a1a1d;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
.skip { position: absolute; left: -999px; top: 8px; padding: 8px 12px; background: var(--card); z-index: 1; }
.skip:focus { left: 8px; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 16px; padding: 10px 24px;
  background: var(--card); border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: 9px; font-weight: 650; font-size: 17px; color: inherit; text-decoration: none; }
.brand img { display: block; }
nav { display: flex; gap: 4px; }
nav a { padding: 6px 10px; border-radius: 6px; text-decoration: none; color: inherit; }
nav a:hover { background: var(--ground); }
main { max-width: 1180px; margin: 0 auto; padding: 20px 24px 48px; }
h1 { font-size: 22px; margin: 8px 0 16px; } h2 { font-size: 16px; margin: 28px 0 10px; }
.quiet { color: var(--quiet); font-weight: 400; } main > div > .quiet:last-child { font-size: 13px; margin-top: 24px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 20px; }
.card > :first-child { margin-top: 0; } .card > :last-child { margin-bottom: 0; }
.narrow { max-width: 420px; margin: 5vh auto 0; }
.stack { display: grid; gap: 6px; margin: 12px 0 16px; }
.stack label { font-weight: 600; margin-top: 8px; } .stack button { margin-top: 14px; }
input { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--quiet); border-radius: 6px; padding: 9px 11px; width: 100%; }
button { font: inherit; font-weight: 600; cursor: pointer; border: 1px solid var(--accent); border-radius: 6px;
  padding: 9px 16px; background: var(--accent); color: var(--on-accent); }
button:hover { filter: brightness(1.08); }
.alert { padding: 10px 14px; border-radius: 8px; color: var(--bad); background: var(--bad-bg); }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; overflow-x: auto; }
code { overflow-wrap: anywhere; }
table { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
th, td { text-align: left; padding: 9px 14px; vertical-align: top; }
th { font-size: 12.5px; font-weight: 600; color: var(--quiet); }
tbody td { border-top: 1px solid var(--line); }
td { overflow-wrap: break-word; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 12px 20px; margin: 16px 0 0; }
dt { font-size: 13px; color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 760px) {
  header { padding: 10px 16px; } main { padding: 14px 16px 40px; }
  table, tbody, tr, td { display: block; width: 100%; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { padding: 8px 0 10px; } tbody tr + tr { border-top: 1px solid var(--line); }
  tbody td { display: flex; justify-content: space-between; gap: 16px; border: 0; padding: 2px 16px; text-align: right; }
  td[data-head]::before { content: attr(data-head); color: var(--quiet); font-size: 13px; text-align: left; }
}
`;
