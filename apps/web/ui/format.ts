/** How figures and instants read. Pure: `now` is an argument. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
] as const;

/** `3 min`, `2 h 10 min`, `4 d 3 h`: the two largest units that say something; 0 s for less than one. */
export function duration(ms: number): string {
  const parts: string[] = [];
  let left = Math.max(0, Math.round(ms / SECOND) * SECOND);
  for (const [unit, name] of UNITS) {
    const n = Math.floor(left / unit);
    left -= n * unit;
    if (n > 0) parts.push(`${n} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0 s';
}

/**
 * `3 min ago`, `in 2 h`, or `now`: within two seconds, and up to ten ahead, since a page's clock ticks every few seconds
 * and what has just happened would be yet to come. Whole units: a list of them is scanned, not read.
 */
export function distance(at: Date, now: Date): string {
  const ms = at.getTime() - now.getTime();
  if (ms > -2 * SECOND && ms < 10 * SECOND) return 'now';
  const [unit, name] = UNITS.find(([size]) => Math.abs(ms) >= size) ?? UNITS[3];
  const text = `${Math.floor(Math.abs(ms) / unit)} ${name}`;
  return ms < 0 ? `${text} ago` : `in ${text}`;
}

/** `2026-02-03 04:05:06 UTC` */
export const inUtc = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const locals = new Map<string | undefined, Intl.DateTimeFormat>();

/** `3 Feb 2026, 05:05:06` in the zone; by default the viewer's. */
export function inZone(at: Date, zone?: string): string {
  let format = locals.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      ...(zone ? { timeZone: zone } : {}),
    });
    locals.set(zone, format);
  }
  return format.format(at);
}

/** As `inZone`, without its day where that is today's. */
export function clockIn(at: Date, now: Date, zone?: string): string {
  const [today] = inZone(now, zone).split(', ');
  const [day, time] = inZone(at, zone).split(', ') as [string, string];
  return day === today ? time : `${day}, ${time}`;
}

const whole = new Intl.NumberFormat('en-US');
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** `1,234,567`; text counts (larger than a JSON number) as well. */
export const count = (n: number | string): string => whole.format(typeof n === 'string' ? BigInt(n) : n);

/** `1.2M` from a hundred thousand up, for where room is short. */
export const brief = (n: number): string => (Math.abs(n) < 100_000 ? whole.format(n) : short.format(n));

export const percent = (part: number): string =>
  `${part > 0 && part < 0.01 ? '<1' : Math.round(Math.min(part, 1) * 100)} %`;

/** `1 run`, `2 runs`. */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

/** `shopify.orders` → `orders`: for where the platform is said already. */
export const shortStream = (stream: string): string => stream.slice(stream.indexOf('.') + 1);

/** `source_updated_at` → `Source updated at`. */
export function sentence(name: string): string {
  const text = name
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
