import { appendFileSync, existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * What a crash point of a test build calls. The folder that CRASH_POINTS names holds two files: `hits`, a line for each
 * time that any process came by any point, and `armed`, which says at which point and at which hit to end, and how:
 * `after-rows 3 SIGKILL`. Who ends disarms it, so that the next process lives.
 */

const folder = process.env['CRASH_POINTS'];

/** Ends this process, or stops it, where that was asked for; counts otherwise. */
export function crashPoint(point: string): void {
  if (folder === undefined) return;
  appendFileSync(join(folder, 'hits'), `${point}\n`);
  const armed = join(folder, 'armed');
  if (!existsSync(armed)) return;
  const [at, left = '0', signal] = readFileSync(armed, 'utf8').split(' ');
  if (at !== point) return;
  if (Number(left) > 1) return writeFileSync(armed, `${at} ${Number(left) - 1} ${signal ?? ''}`);
  unlinkSync(armed);
  process.kill(process.pid, signal as NodeJS.Signals);
}
