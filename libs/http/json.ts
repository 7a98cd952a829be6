import { Failure, withoutExponent } from '#kernel';

/*
 * JSON from a stranger. One pass over the text, linear whatever it holds, says before anything is built how deep it
 * nests and how many values it has: a parser given 20 MB of `[` takes more than a gigabyte.
 */

/** Doubles hold so many digits exactly. A longer number is kept as its text: ids and money are never rounded on their way in. */
const EXACT_DIGITS = 15;
/** Far above what is sent in earnest; what is deeper than a payload may be kept spoils its own record only. */
const DEEPEST = 100_000;
/** A page in earnest has a few tens of thousands. */
const MOST_VALUES = 1_000_000;
/** Stands for a key that one object gives twice with different values: no schema takes it for either of them. */
const TWICE = 'given more than once';

const QUOTE = 34;
const BACKSLASH = 92;

interface Shape {
  readonly deepest: number;
  readonly values: number;
  readonly keys: number;
  /** Begins and ends of the numbers that are kept as texts. */
  readonly long: readonly number[];
}

export interface ReadJson {
  readonly value: unknown;
  readonly deepest: number;
}

/**
 * Throws a SyntaxError where it is no JSON, a Failure where it is too much of it. `exact` keeps every number as its
 * plain decimal text, whatever its length.
 */
export function readJson(text: string, exactly = false): ReadJson {
  const { deepest, values, keys, long } = shapeOf(text, exactly);
  if (deepest > DEEPEST)
    throw new Failure('refused', `nests ${deepest} levels deep: ${DEEPEST} are followed`);
  if (values > MOST_VALUES)
    throw new Failure(
      'refused',
      `holds ${values} values, more than are read at once (${MOST_VALUES}): ask for fewer records at once`,
    );
  const exact = long.length === 0 ? text : withTexts(text, long, exactly ? plain : (number) => number);
  const value: unknown = JSON.parse(exact);
  return { value: keysIn(value) === keys ? value : withTwice(exact), deepest };
}

function shapeOf(text: string, exactly: boolean): Shape {
  const long: number[] = [];
  let [depth, deepest, values, keys] = [0, 0, 1, 0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = endOfText(text, i);
    else if (c < 48) {
      if (c === 44 /* , */) values++;
    } else if (isDigit(c)) {
      const end = endOfNumber(text, i);
      if (exactly ? isNumber(text, i, end) : end - i > EXACT_DIGITS && digitsIn(text, i, end) > EXACT_DIGITS)
        long.push(beginOf(text, i), end);
      i = end - 1;
    } else if (c === 58 /* : */) keys++;
    else if (c === 123 /* { */ || c === 91 /* [ */) {
      values++;
      if (++depth > deepest) deepest = depth;
    } else if (c === 125 /* } */ || c === 93 /* ] */) depth--;
  }
  return { deepest, values, keys, long };
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57;

/** A sign before a number belongs to it. */
const beginOf = (text: string, digit: number): number => (text[digit - 1] === '-' ? digit - 1 : digit);

/** What is no number is left for the parser to refuse. */
const isNumber = (text: string, digit: number, end: number): boolean =>
  NUMBER.test(text.slice(beginOf(text, digit), end));

/** Where the text that begins at a quote ends: its other quote, or the end of everything. */
function endOfText(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((at - before) % 2 === 1) return at;
  }
  return text.length;
}

function endOfNumber(text: string, from: number): number {
  let at = from + 1;
  for (; at < text.length; at++) {
    const c = text.charCodeAt(at);
    // Digits, `.`, `e`, `E`, and the signs of exponents.
    if (!isDigit(c) && c !== 46 && c !== 101 && c !== 69 && c !== 43 && c !== 45) break;
  }
  return at;
}

/** Those before the exponent. */
function digitsIn(text: string, from: number, end: number): number {
  let digits = 0;
  for (let at = from; at < end; at++) {
    const c = text.charCodeAt(at);
    if (c === 101 || c === 69) break;
    if (isDigit(c)) digits++;
  }
  return digits;
}

/** A number as JSON spells it. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Larger ones are no amounts: they stay as they are spelled, which no decimal takes. */
const LARGEST_EXPONENT = 50;

function plain(number: string): string {
  const at = number.search(/[eE]/);
  if (at === -1 || Math.abs(Number(number.slice(at + 1))) > LARGEST_EXPONENT) return number;
  return withoutExponent(number);
}

function withTexts(text: string, long: readonly number[], spelled: (number: string) => string): string {
  const pieces: string[] = [];
  let done = 0;
  for (let i = 0; i < long.length; i += 2) {
    pieces.push(text.slice(done, long[i]), spelled(text.slice(long[i], long[i + 1])));
    done = long[i + 1]!;
  }
  pieces.push(text.slice(done));
  return pieces.join('"');
}

function keysIn(value: unknown): number {
  let keys = 0;
  const open: object[] = [];
  const look = (one: unknown): void => {
    if (typeof one === 'object' && one !== null) open.push(one);
  };
  look(value);
  for (let one = open.pop(); one; one = open.pop()) {
    if (Array.isArray(one)) {
      for (const inner of one) look(inner);
      continue;
    }
    // What JSON.parse builds has no keys but its own.
    for (const key in one) {
      keys++;
      look((one as Readonly<Record<string, unknown>>)[key]);
    }
  }
  return keys;
}

/** The same JSON, which is known to be right, read so that a key's second value does not take the first one's place. */
function withTwice(text: string): unknown {
  const root: unknown[] = [];
  const stack: { readonly holder: object; key: string | null }[] = [{ holder: root, key: null }];
  const twice = new WeakSet<object>();

  function put(value: unknown): void {
    const top = stack.at(-1)!;
    if (Array.isArray(top.holder)) {
      top.holder.push(value);
      return;
    }
    const key = top.key!;
    top.key = null;
    const before = Object.getOwnPropertyDescriptor(top.holder, key)?.value as unknown;
    if (typeof before === 'object' && before !== null && twice.has(before)) {
      (before as Record<string, unknown[]>)[TWICE]!.push(value);
      return;
    }
    const both = before === undefined || before === value ? value : { [TWICE]: [before, value] };
    if (both !== value) twice.add(both as object);
    // As JSON.parse does it: `__proto__` is a key like any other.
    Object.defineProperty(top.holder, key, {
      value: both,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }

  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '{' || c === '[') {
      const holder = c === '{' ? {} : [];
      put(holder);
      stack.push({ holder, key: null });
    } else if (c === '}' || c === ']') stack.pop();
    else if (!/[\s:,]/.test(c)) {
      const end = c === '"' ? endOfText(text, i) + 1 : endOfWord(text, i);
      const value = JSON.parse(text.slice(i, end)) as unknown;
      const top = stack.at(-1)!;
      if (typeof value === 'string' && top.key === null && !Array.isArray(top.holder)) top.key = value;
      else put(value);
      i = end - 1;
    }
  }
  return root[0];
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !/[\s,\]}]/.test(text[at]!)) at++;
  return at;
}
