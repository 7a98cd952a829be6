/** One page as the worker that committed it told of it. */
export interface PageTold {
  readonly page: number;
  readonly attempt: number;
  readonly lease: number;
  readonly process: string;
  readonly records: ReadonlySet<string>;
}

interface Line {
  readonly msg?: string;
  readonly kind?: string;
  readonly run?: string;
  readonly page?: number;
  readonly attempt?: number;
  readonly lease?: number;
  readonly records?: readonly string[];
}

const ZOMBIE = 'refused zombie write';

/** What a process says when it met what a storm is for. */
const SAID: readonly (readonly [string, (line: Line) => boolean])[] = [
  ['stall recovery', ({ msg }) => msg?.includes('the job went back to the queue') ?? false],
  [ZOMBIE, ({ msg }) => msg?.includes('writes are refused') ?? false],
  ['429', ({ kind, msg }) => kind === 'throttled' && (msg?.includes('429') ?? false)],
  ['token refresh', ({ msg }) => msg === 'token renewed'],
  ['resume from a checkpoint', ({ msg }) => msg === 'the run goes on behind its last page'],
  ['scheduler repair', ({ msg }) => msg === 'schedule revived'],
];

/** Reads what the processes write: counts what was met, and remembers who brought which record. */
export class Signs {
  readonly met: Record<string, number> = Object.fromEntries(SAID.map(([name]) => [name, 0]));
  /** Schedules that came back since Redis was emptied. */
  rebuilt = 0;
  private emptied = false;
  private readonly refused = new Map<string, number>();
  private readonly pages = new Map<string, PageTold[]>();

  /** Redis holds nothing from now on. */
  redisEmptied(): void {
    this.emptied = true;
  }

  read(process: string, text: string): void {
    if (!text.startsWith('{')) return;
    let line: Line;
    try {
      line = JSON.parse(text) as Line;
    } catch {
      // Cut by the process's own end.
      return;
    }
    if (line.msg === 'page committed') return this.note(process, line);
    for (const [name, says] of SAID)
      if (says(line)) {
        this.met[name]! += 1;
        if (name === ZOMBIE) this.refused.set(process, this.refusedTo(process) + 1);
      }
    if (this.emptied && line.msg === 'schedule added') this.rebuilt += 1;
  }

  /** How often one process was refused what it wanted to write as a zombie. */
  refusedTo(process: string): number {
    return this.refused.get(process) ?? 0;
  }

  /** Who brought the record in that run: the last of its pages that held it. */
  writtenBy(run: string, record: string): PageTold | undefined {
    return this.pages.get(run)?.findLast(({ records }) => records.has(record));
  }

  private note(process: string, { run, page = 0, attempt = 0, lease = 0, records = [] }: Line): void {
    if (run === undefined || records.length === 0) return;
    const told = this.pages.get(run) ?? [];
    told.push({ page, attempt, lease, process, records: new Set(records) });
    this.pages.set(run, told);
  }
}
