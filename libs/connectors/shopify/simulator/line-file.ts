import { gunzipSync, gzipSync } from 'node:zlib';

const BLOCK = 2 ** 20;

/** A file of lines that is written at its end and read anywhere. Kept packed: a shop's orders are mostly the same words. */
export class LineFile {
  private readonly blocks: Buffer[] = [];
  private open: Buffer[] = [];
  private openBytes = 0;
  private last: { readonly at: number; readonly bytes: Buffer } | undefined;

  get bytes(): number {
    return this.blocks.length * BLOCK + this.openBytes;
  }

  add(line: string): void {
    this.open.push(Buffer.from(`${line}\n`));
    this.openBytes += this.open.at(-1)!.length;
    if (this.openBytes < BLOCK) return;
    let whole = Buffer.concat(this.open);
    for (; whole.length >= BLOCK; whole = whole.subarray(BLOCK))
      this.blocks.push(gzipSync(whole.subarray(0, BLOCK), { level: 1 }));
    this.open = [whole];
    this.openBytes = whole.length;
  }

  /** Takes so many lines off its end; more than lie unpacked there take all of those. */
  drop(lines: number): void {
    if (lines === 0) return;
    const text = Buffer.concat(this.open).toString('utf8');
    const kept = text
      .split('\n')
      .slice(0, -1)
      .slice(0, -lines)
      .map((line) => `${line}\n`)
      .join('');
    this.open = [Buffer.from(kept)];
    this.openBytes = this.open[0]!.length;
  }

  /** Bytes of it, both ends included; fewer where it ends before. */
  read(from: number, to: number): Buffer {
    const parts: Buffer[] = [];
    for (let at = Math.floor(from / BLOCK); at * BLOCK <= to && at <= this.blocks.length; at++)
      parts.push(this.block(at).subarray(Math.max(0, from - at * BLOCK), to + 1 - at * BLOCK));
    return Buffer.concat(parts);
  }

  private block(at: number): Buffer {
    if (at === this.blocks.length) return Buffer.concat(this.open);
    // Parts are read one after the other: most of them lie in the block of the one before.
    if (this.last?.at !== at) this.last = { at, bytes: gunzipSync(this.blocks[at]!) };
    return this.last.bytes;
  }
}
