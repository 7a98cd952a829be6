import { cutLines, Ungrouped } from './cut-lines.js';

const line = (value: unknown) => {
  const { id, of = null } = value as { id: string; of?: string };
  return { id, parent: of };
};
const whole = [
  { id: 'a', said: 'Zoë 🌸' },
  { id: 'a1', of: 'a' },
  { id: 'a11', of: 'a1' },
  { id: 'b' },
  { id: 'c' },
  { id: 'c1', of: 'c' },
];
const file = Buffer.from(whole.map((one) => JSON.stringify(one)).join('\n'));
const cut = (bytes: Buffer, isEnd: boolean, exact = false) => cutLines(bytes, { line }, { isEnd, exact });

describe('a part of a file of lines', () => {
  it('gives whole records from any size of part, each byte once', () => {
    for (let size = 60; size <= file.length + 1; size++) {
      const found: unknown[] = [];
      let [at, lines] = [0, 0];
      for (let bytes = size; at < file.length;) {
        const isEnd = at + bytes >= file.length;
        const part = cut(file.subarray(at, at + bytes), isEnd);
        if (part.groups.length === 0) {
          bytes += 1;
          continue;
        }
        found.push(...part.groups.flatMap(({ root, children }) => [root, ...children]));
        [at, lines] = [at + part.used, lines + part.lines];
      }
      expect(found).toEqual(whole);
      expect(lines).toBe(6);
    }
  });

  it('leaves its last record to the next, whose children it may not hold', () => {
    const upToB = file.indexOf('{"id":"c"}');
    const part = cut(file.subarray(0, upToB), false);
    expect(part.groups).toHaveLength(1);
    expect(part.lines).toBe(3);
    expect(file.toString('utf8', part.used)).toMatch(/^\{"id":"b"\}/);
  });

  it('is too small where it holds one record', () => {
    expect(cut(file.subarray(0, 40), false)).toMatchObject({ groups: [], used: 0 });
  });

  it('is none where a child does not stand below its own record', () => {
    const apart = Buffer.from('{"id":"a"}\n{"id":"b"}\n{"id":"a1","of":"a"}\n');
    expect(() => cut(apart, true)).toThrow(Ungrouped);
  });

  it('is none where a line is no JSON', () => {
    expect(() => cut(Buffer.from('{"id":"a"}\n{"id":\n'), true)).toThrow(SyntaxError);
  });

  it('keeps numbers to the last digit where the platform’s are exact', () => {
    const [group] = cut(Buffer.from('{"id":"a","price":12.10}\n'), true, true).groups;
    expect(group?.root).toEqual({ id: 'a', price: '12.10' });
  });
});
