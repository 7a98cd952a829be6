/*
 * What the simulator is given and gives back, and how Amazon says no. The process that owns the port turns requests
 * into calls and replies into bytes.
 */

export interface Call {
  readonly method: string;
  /** Below the simulator's own first segment: `/demo/orders/2026-01-01/orders`. */
  readonly path: string;
  /** As sent, without the `?`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface CallNote {
  readonly account: string | null;
  /** `served`, or the kind of refusal. */
  readonly outcome: string;
  readonly operation: string;
  readonly records?: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly note: CallNote;
}

/** What a door hands back before the common headers are put on. */
export interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly outcome: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly records?: number;
}

export const served = (body: object, records?: number): Answer => ({
  status: 200,
  body: JSON.stringify(body),
  outcome: 'served',
  ...(records === undefined ? {} : { records }),
});

const CODES: Readonly<Record<number, string>> = {
  400: 'InvalidInput',
  403: 'Unauthorized',
  404: 'NotFound',
  429: 'QuotaExceeded',
};

export const refused = (status: number, outcome: string, message: string, details = ''): Answer => ({
  status,
  body: JSON.stringify({ errors: [{ code: CODES[status] ?? 'InternalFailure', message, details }] }),
  outcome,
});

export const invalid = (message: string, outcome = 'invalid'): Answer => refused(400, outcome, message);

export const overQuota = (): Answer =>
  refused(429, 'throttled', 'You exceeded your quota for the requested resource.');

/** The parameters of a call: each may come once, a list is one text with commas. */
export class Parameters {
  private constructor(private readonly given: ReadonlyMap<string, string>) {}

  /** An Answer where the query is not one Amazon would take: an unknown name, one that comes twice. */
  static read(query: string, known: readonly string[]): Parameters | Answer {
    const given = new Map<string, string>();
    for (const [name, value] of new URLSearchParams(query)) {
      if (!known.includes(name)) return invalid(`Invalid parameter: ${name}`);
      if (given.has(name)) return invalid(`${name} is given more than once`);
      if (value === '') return invalid(`${name} has no value`);
      given.set(name, value);
    }
    return new Parameters(given);
  }

  text(name: string): string | undefined {
    return this.given.get(name);
  }

  list(name: string): readonly string[] {
    return this.given.get(name)?.split(',') ?? [];
  }

  /** undefined where it is absent, NaN where it is no instant. */
  instantMs(name: string): number | undefined {
    const text = this.given.get(name);
    if (text === undefined) return undefined;
    return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
      ? Date.parse(text)
      : NaN;
  }

  /** Everything but these, in one text: what a page token is bound to. */
  without(...names: readonly string[]): string {
    return JSON.stringify([...this.given].filter(([name]) => !names.includes(name)).sort());
  }

  get names(): readonly string[] {
    return [...this.given.keys()];
  }
}
