import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { readKeyRing, seal, sealedWith, unseal } from './seal.js';

const key = () => randomBytes(32).toString('base64');
const ROW = 'connections/conn_1/credentials';

describe('a sealed value', () => {
  const ring = readKeyRing(key());

  it('opens to what it was, whatever that is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (plain) => {
        expect(unseal(ring, ROW, seal(ring, ROW, plain))).toBe(plain);
      }),
    );
  });

  it('shows nothing of it, and is another each time', () => {
    const [a, b] = [seal(ring, ROW, 'shpat_secret'), seal(ring, ROW, 'shpat_secret')];
    expect(a).not.toBe(b);
    expect(a).not.toContain(Buffer.from('shpat_secret').toString('base64').slice(0, 8));
  });

  it('does not open in another row', () => {
    expect(() => unseal(ring, 'connections/conn_2/credentials', seal(ring, ROW, 'x'))).toThrow(
      'connections/conn_2/credentials does not open: it was sealed for another row or changed; enter the credentials again',
    );
  });

  it('does not open when a single bit was changed or a byte is missing', () => {
    const [version, id, body] = seal(ring, ROW, 'abc').split('.');
    const bytes = Buffer.from(body!, 'base64');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i]! ^= 1;
      expect(() => unseal(ring, ROW, [version, id, changed.toString('base64')].join('.'))).toThrow(
        'does not open',
      );
      const short = bytes.subarray(0, i).toString('base64');
      expect(() => unseal(ring, ROW, [version, id, short].join('.'))).toThrow('does not open');
    }
  });

  it.each(['', 'plain text', 'v2.abc.def', 'v1'])('is not %p', (text) => {
    expect(() => unseal(ring, ROW, text)).toThrow(expect.objectContaining({ kind: 'config' }));
  });

  it('opens with a rotated key while the old one is kept, and is sealed anew with the new one', () => {
    const [old, fresh] = [key(), key()];
    const sealed = seal(readKeyRing(old), ROW, 'x');
    const both = readKeyRing(`${fresh}, ${old}`);
    expect(unseal(both, ROW, sealed)).toBe('x');
    const again = seal(both, ROW, 'x');
    expect(unseal(readKeyRing(fresh), ROW, again)).toBe('x');
    expect(sealedWith(again)).toBe(both.current);
    expect(() => unseal(readKeyRing(fresh), ROW, sealed)).toThrow(
      `${ROW} is sealed with key ${sealedWith(sealed)}, which STRATUS_SECRET_KEY does not hold`,
    );
  });
});

describe('a key ring', () => {
  it.each([undefined, '', 'short', randomBytes(16).toString('base64'), randomBytes(33).toString('base64')])(
    'is not made of %p, and says how to make one',
    (text) => {
      const read = () => readKeyRing(text);
      expect(read).toThrow(/STRATUS_SECRET_KEY .*make one with: node -p/);
      expect(read).toThrow(expect.objectContaining({ kind: 'config' }));
      if (text) expect(read).not.toThrow(text);
    },
  );
});
