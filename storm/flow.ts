import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Weather } from './weather.js';

/** What a flow asks of the air around it: one direction of one proxy. */
export interface Air {
  readonly weather: Weather | null;
  /** Aborted when the weather changes. */
  readonly change: AbortSignal;
  /** How long the next piece waits under the present weather. */
  delayMs(): number;
  /** Resolves after so long, or as soon as the signal says that the weather changed. */
  wait(ms: number, change: AbortSignal): Promise<void>;
  /** The weather did something. */
  strike(): void;
}

/** Bytes that wait inside one flow at most, besides the piece in hand; the sender's own buffers fill behind them. */
const HELD = 256 * 1024;
/** Portions in a second where the weather is slow. */
const PORTIONS = 20;

/**
 * One direction of one connection: reads a piece, lets the weather have it, writes it, and reads on when it went out.
 * Ends and resets travel as bytes do: what a blackhole swallows nobody hears of.
 */
export class Flow {
  /** Of the present weather: each change counts anew. */
  private passed = 0;
  private held = 0;
  /** Its end was sent: what still comes leads nowhere. */
  private shut = false;
  /** Bytes are missing: TCP never goes on behind a hole, so neither does this, whatever the weather. */
  private lost = false;
  private line: Promise<void> = Promise.resolve();

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly air: () => Air,
  ) {}

  /** Resolves when nothing more will pass. */
  async run(): Promise<void> {
    try {
      // Leaving the loop must not tear down the socket: the other direction may go on.
      for await (const piece of this.from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        const air = this.air();
        this.held += piece.length;
        // The wait begins now, so that pieces behind each other wait side by side.
        const ready = this.delayed(air);
        this.line = this.line.then(async () => {
          await ready;
          await this.pass(piece);
          this.held -= piece.length;
        });
        if (this.held >= HELD) await this.line;
      }
      await this.line;
      this.finish();
    } catch {
      await this.line;
      this.reset();
    }
  }

  /** The weather changed: what strikes without waiting for bytes. */
  changed(): void {
    this.passed = 0;
    const { weather } = this.air();
    if (weather?.kind === 'reset') this.tear();
    if (weather?.kind === 'half-close') this.line = this.line.then(() => this.half());
  }

  private delayed(air: Air): Promise<void> {
    if (air.weather?.kind !== 'latency') return Promise.resolve();
    air.strike();
    return air.wait(air.delayMs(), air.change);
  }

  private async pass(piece: Buffer): Promise<void> {
    if (this.shut || this.lost) return;
    const air = this.air();
    switch (air.weather?.kind) {
      case 'reset':
        return this.tear();
      case 'blackhole':
        air.strike();
        this.lost = true;
        return;
      case 'half-close':
        await this.write(piece);
        return this.half();
      case 'cut':
        return this.cut(piece, air.weather.afterBytes);
      case 'sliced':
        return this.portions(piece, 1, () => turn());
      case 'slow': {
        const portion = Math.max(1, Math.round(air.weather.bytesPerSecond / PORTIONS));
        const { change } = air;
        return this.portions(piece, portion, (bytes) =>
          air.wait((bytes / portion) * (1000 / PORTIONS), change),
        );
      }
      case 'latency':
      case undefined:
        return this.write(piece);
    }
  }

  /** In portions until the weather changes; what is left then goes out whole. */
  private async portions(
    piece: Buffer,
    size: number,
    pause: (bytes: number) => Promise<unknown>,
  ): Promise<void> {
    const air = this.air();
    // Of this weather: another one has a signal of its own.
    const { change } = air;
    let at = 0;
    while (at < piece.length && !change.aborted && !this.to.destroyed) {
      const portion = piece.subarray(at, at + size);
      air.strike();
      await this.write(portion);
      at += portion.length;
      await pause(portion.length);
    }
    if (at < piece.length && !this.to.destroyed) await this.pass(piece.subarray(at));
  }

  private async cut(piece: Buffer, afterBytes: number): Promise<void> {
    const left = afterBytes - this.passed;
    this.passed += piece.length;
    if (piece.length < left) return this.write(piece);
    this.air().strike();
    this.shut = true;
    await this.write(piece.subarray(0, left));
    this.from.destroySoon();
    this.to.destroySoon();
  }

  private half(): void {
    if (this.shut || this.lost) return;
    this.air().strike();
    this.shut = true;
    this.to.end();
  }

  private tear(): void {
    this.air().strike();
    this.from.resetAndDestroy();
    this.to.resetAndDestroy();
  }

  private async write(piece: Buffer): Promise<void> {
    const { to } = this;
    if (to.destroyed || to.writableEnded || to.write(piece)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        to.off('drain', done).off('close', done);
        resolve();
      };
      to.on('drain', done).on('close', done);
    });
  }

  private finish(): void {
    if (this.swallows() || this.shut || this.to.destroyed) return;
    this.to.end();
  }

  private reset(): void {
    if (this.swallows() || this.shut || this.to.destroyed) return;
    this.to.resetAndDestroy();
  }

  /** An end that nobody hears of. The far end then stays open until it ends by itself. */
  private swallows(): boolean {
    if (!this.lost && this.air().weather?.kind !== 'blackhole') return false;
    this.lost = true;
    this.air().strike();
    if (this.to.readableEnded) this.to.destroy();
    else this.to.once('end', () => this.to.destroy());
    return true;
  }
}
