import type { Json } from '#kernel';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One call to a platform. */
export interface HttpRequest {
  readonly method: Method;
  readonly url: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: Json;
  readonly form?: Readonly<Record<string, string>>;
  /** True where sending it twice does no harm: every read, a GraphQL query by POST included. Only these are retried. */
  readonly idempotent: boolean;
  /** For one try, from connecting to the last byte of the body; 30 s by default. */
  readonly timeoutMs?: number;
  /** Allows plain http and addresses of one's own network; false by default. */
  readonly private?: boolean;
  /**
   * `exact`: JSON whose numbers are all read as their exact decimal text. `text` for what is no JSON at all. `file`: text
   * in its own charset, of up to 64 MB, unpacked. `bytes`: a Buffer of up to 64 MB, as it came. `json` by default.
   */
  readonly expect?: 'json' | 'exact' | 'text' | 'file' | 'bytes';
  /** Of a `file`: it is packed with gzip. */
  readonly gzip?: boolean;
}

/** What came back, whatever its status. */
export interface Reply {
  readonly status: number;
  /** Lower-case names; a repeated header is joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, null where empty, the text as received where it is none. */
  readonly body: unknown;
  readonly ms: number;
  /** Calls put on the wire for this reply, retries included: all of them count at the platform. */
  readonly attempts: number;
}
