import { setTimeout as after } from 'node:timers/promises';
import type { Child, Children } from './children.js';

/** A process that does not come up within this is told of. */
const PATIENCE_MS = 120_000;

interface Post {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  child: Child | null;
  /** We ended it, or are about to. */
  struck: boolean;
}

/** The processes of the product, each started again whenever it ends, as an orchestrator does. */
export class Crew {
  /** Processes that ended by themselves, or never came up. */
  readonly complaints: string[] = [];
  private readonly posts = new Map<string, Post>();
  private leaving = false;

  constructor(private readonly children: Children) {}

  get names(): readonly string[] {
    return [...this.posts.keys()];
  }

  async add(name: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Child> {
    this.posts.set(name, { args, env, child: null, struck: false });
    return this.start(name);
  }

  child(name: string): Child | null {
    return this.posts.get(name)?.child ?? null;
  }

  /** SIGKILL; false where it was not there to be killed. */
  async kill(name: string): Promise<boolean> {
    const post = this.posts.get(name)!;
    const { child } = post;
    if (!child?.alive) return false;
    post.struck = true;
    const { signal } = await child.end('SIGKILL');
    post.child = null;
    return signal === 'SIGKILL';
  }

  /** SIGTERM; its exit code, or null where it had to be killed after so long. */
  async stop(name: string, deadlineMs: number): Promise<number | null> {
    const post = this.posts.get(name)!;
    const { child } = post;
    if (!child?.alive) return null;
    post.struck = true;
    const force = setTimeout(() => child.signal('SIGKILL'), deadlineMs);
    const { code } = await child.end('SIGTERM');
    clearTimeout(force);
    post.child = null;
    return code;
  }

  /** Again and again until it is ready: what it needs may be away just now. */
  async start(name: string): Promise<Child> {
    const post = this.posts.get(name)!;
    const ends = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        const child = await this.children.stratus(name, post.args, post.env);
        post.child = child;
        post.struck = false;
        void child.ended.then(() => this.gone(name, child));
        return child;
      } catch (thrown) {
        if (this.leaving || performance.now() > ends) throw thrown;
        await after(200);
      }
    }
  }

  leave(): void {
    this.leaving = true;
  }

  private gone(name: string, child: Child): void {
    const post = this.posts.get(name)!;
    if (this.leaving || post.struck || post.child !== child) return;
    const { exitCode, signalCode } = child.process;
    this.complaints.push(
      `${name} (process ${String(child.pid)}) ended by itself with ${signalCode ?? String(exitCode)}: ${child.lines().slice(-5).join(' | ')}`,
    );
    post.child = null;
    void this.start(name).catch((error: unknown) => {
      this.complaints.push(`${name} did not come back: ${String(error)}`);
    });
  }
}
