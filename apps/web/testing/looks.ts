import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Serious faults that axe finds on the page as it stands; Bull Board's own are not ours. */
export async function faults(page: Page, only?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(axe.source);
  const found = await page.evaluate<{ id: string; impact: string; nodes: { html: string }[] }[]>(
    `axe.run({ exclude: [['iframe']] }, ${JSON.stringify({
      resultTypes: ['violations'],
      ...(only ? { runOnly: { type: 'rule', values: only } } : {}),
    })}).then((result) => result.violations)`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

/** What stands out of the page on its right side; what scrolls by itself may. */
export const tooWide = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('main *')]
      .filter((one) => one.getBoundingClientRect().right > width + 1 && !one.closest('[role=region], pre'))
      .slice(0, 5).map((one) => one.outerHTML.slice(0, 140));
  })()`);

/** Instants that are shown as they come over the wire, or without UTC on hover. */
export const bareInstants = (page: Page): Promise<string[]> =>
  page.evaluate(`[
    ...[...document.querySelectorAll('main time')]
      .filter((one) => !/\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC/.test(one.title))
      .map((one) => one.outerHTML),
    ...(document.querySelector('main').innerText.match(/\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d\\S*|\\d\\d:\\d\\d UTC|:\\d\\d UTC/g) ?? [])
      .filter((text) => ![...document.querySelectorAll('main :is(pre, code)')].some((one) => one.innerText.includes(text))),
  ]`);

/**
 * What the keyboard cannot do on the page as it stands: what may be worked and is never come to by Tab, what is come to
 * and does not show it, and what only a pointer can press. A group of radio buttons is one stop; a frame is not walked.
 * Within `main` it begins where a skip link leads to; an open window is walked alone.
 */
export async function unreachable(page: Page, part: 'body' | 'main' = 'body'): Promise<string[]> {
  const stops = await page.evaluate<number>(`(() => {
    const within = document.querySelector('dialog[open]') ?? document.querySelector('${part}');
    const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
    const stops = new Set([...within.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((one) => seen(one) && !one.disabled && one.tabIndex >= 0 && one.type !== 'radio'));
    window.walk?.over.abort();
    const over = new AbortController();
    window.walk = { left: new Set(stops), unmarked: [], over };
    document.addEventListener('focusin', ({ target }) => {
      window.walk.left.delete(target);
      const { outlineStyle, outlineWidth } = getComputedStyle(target);
      if (stops.has(target) && (outlineStyle === 'none' || outlineWidth === '0px')) window.walk.unmarked.push(target);
    }, { signal: over.signal });
    document.activeElement?.blur();
    if (within.matches('main')) {
      within.tabIndex = -1;
      within.focus();
    }
    return stops.size + within.querySelectorAll('[type=radio]').length;
  })()`);
  // A date's field is a stop for each of its parts.
  for (let presses = 0; presses < stops * 3 + 20; presses++) {
    await page.keyboard.press('Tab');
    if (presses % 10 === 9 && (await page.evaluate<number>('window.walk.left.size')) === 0) break;
  }
  return page.evaluate(`[
    ...[...window.walk.left].map((one) => 'never come to: ' + one.outerHTML.slice(0, 120)),
    ...window.walk.unmarked.map((one) => 'not marked: ' + one.outerHTML.slice(0, 120)),
    ...[...document.querySelectorAll('main *, dialog *')]
      .filter((one) => getComputedStyle(one).cursor === 'pointer' &&
        !one.closest('a, button, label, select, summary, input, [tabindex="0"]'))
      .map((one) => 'for the pointer alone: ' + one.outerHTML.slice(0, 120)),
  ]`);
}
