import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/*
 * Node reads every map while it loads its file, though hardly a process ever prints a stack. Here a map is read when a
 * stack that comes by its file is asked for.
 */

/** From now on stacks name files and lines of the sources, where the file that ran has a map beside it. */
export function nameSources() {
  Error.prepareStackTrace = (error, frames) =>
    [headOf(error), ...frames.map((frame) => `    at ${inSources(String(frame))}`)].join('\n');
}

function headOf(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return '<error>';
  }
}

const PLACE = /(file:\/\/[^\s()]+?):(\d+):(\d+)/g;
const maps = new Map();

/** The text with every place in a compiled file, `file:///…/cli.js:12:34`, as the place in its source. */
const inSources = (text) =>
  text.replace(PLACE, (place, url, line, column) => {
    if (!maps.has(url)) maps.set(url, readMap(url));
    return maps.get(url)?.(Number(line), Number(column)) ?? place;
  });

function readMap(url) {
  try {
    const map = new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
    return (line, column) => {
      const { originalSource, originalLine, originalColumn } = map.findEntry(line - 1, column - 1);
      if (originalSource === undefined) return undefined;
      return `${fileURLToPath(new URL(originalSource, url))}:${originalLine + 1}:${originalColumn + 1}`;
    };
  } catch {
    return undefined;
  }
}
