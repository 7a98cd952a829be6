/** What a link goes between: a process of ours, and the server that it calls. */
export const TARGETS = ['redis', 'postgres', 'platform'] as const;
export type Target = (typeof TARGETS)[number];

/** `up`: from the process to the server. */
export const DIRECTIONS = ['up', 'down'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What goes wrong on one direction of a link; the other one stays fair. */
export type Weather =
  /** Every piece waits so long, and up to `jitterMs` longer; their order stays. */
  | { readonly kind: 'latency'; readonly ms: number; readonly jitterMs: number }
  /** Open connections and new ones are reset. */
  | { readonly kind: 'reset' }
  /** Nothing passes and nobody is told. */
  | { readonly kind: 'blackhole' }
  /** This direction is ended (FIN), the other one goes on. */
  | { readonly kind: 'half-close' }
  /** One byte at a time. */
  | { readonly kind: 'sliced' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Each connection is destroyed after so many bytes. */
  | { readonly kind: 'cut'; readonly afterBytes: number };

export type WeatherKind = Weather['kind'];
