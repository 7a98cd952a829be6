import type { Json } from '#kernel';
import type { Parent } from './each.js';

/** The span a run asks for: `from` is null for "from the beginning". Both ends inclusive. */
export interface Window {
  readonly from: Date | null;
  readonly to: Date;
}

/** Where to read next: plain JSON, meaningful to its own stream only. */
export type Place = Json;

/** One call, as data. The engine adds the host, signs it, paces it, sends it and names its failures. */
export interface CallSpec {
  readonly method?: 'GET' | 'POST';
  /** Below the platform's base url, starting with `/`. */
  readonly path: string;
  /**
   * Another of the platform's own hosts: `https://api.amazon.com` for tokens. A connection with a base url of its own
   * asks that one instead, at the same path.
   */
  readonly base?: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: Json;
  readonly form?: Readonly<Record<string, string>>;
  /** The name the platform meters this call under; also the label in metrics and failures. */
  readonly operation: string;
  /** True where a second one would do more than the first: it is not sent again by itself when its reply is lost. */
  readonly once?: boolean;
  /** What the call will cost before it is made, in the platform's own points; 1 where calls are counted. */
  readonly weight?: number;
}

export interface PageQuery<Settings> {
  /** One span of the run's window where the cursor has a `maxSpan`, else all of it. */
  readonly window: Window;
  /** Which of the stream's parents this page is read of; `NO_PARENT` for streams without `each`. */
  readonly parent: Parent;
  /** null asks for the first page. */
  readonly place: Place | null;
  /** How many records to ask for: grows and shrinks between the stream's bounds. */
  readonly size: number;
  readonly settings: Settings;
}

export interface PageSize {
  readonly start: number;
  readonly min: number;
  readonly max: number;
}

/** A page that was just read, as pure functions look at it. */
export interface PageRead extends Omit<PageQuery<unknown>, 'settings'> {
  /** Of the page's reply: names in lower case, a repeated one joined with `, `. Of a document: the download's. */
  readonly headers: Readonly<Record<string, string>>;
}
