/** Redis or Postgres as a child of the storm: killed without a word, and started again on the same port and data. */
export interface Server {
  readonly url: string;
  /** SIGKILL; answers when the process is gone. */
  kill(): Promise<void>;
  /** Answers when it takes sessions again. */
  start(): Promise<void>;
}

export interface Servers {
  readonly redis: Server;
  readonly postgres: Server;
}
