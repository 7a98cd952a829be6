import { leaves, slotsFor } from './lane.js';
import type { LimitSpec } from './limit.js';

const limit: LimitSpec = { name: 'x', per: 'connection', kind: 'concurrent', capacity: 10 };

describe('slots of a lane', () => {
  it.each([
    [1, { write: 1, live: 1, backfill: 1 }],
    [2, { write: 2, live: 1, backfill: 1 }],
    [4, { write: 4, live: 3, backfill: 2 }],
    [5, { write: 5, live: 4, backfill: 3 }],
    [6, { write: 6, live: 4, backfill: 3 }],
    [60, { write: 60, live: 48, backfill: 47 }],
  ])('of %d', (slots, lanes) => {
    expect(slotsFor(limit, slots)).toEqual(lanes);
  });

  it('are all for reads where nothing is ever written', () => {
    expect(slotsFor({ ...limit, reserved: { write: 0 } }, 5)).toEqual({ write: 5, live: 5, backfill: 4 });
  });

  it('are never none', () => {
    expect(slotsFor({ ...limit, reserved: { write: 1 } }, 5)).toEqual({ write: 5, live: 1, backfill: 1 });
  });
});

describe('what a lane leaves in the bucket', () => {
  it('is for the lanes above it', () => {
    expect(leaves(limit, 'write')).toEqual({ write: 0, live: 0 });
    expect(leaves(limit, 'live')).toEqual({ write: 0.2, live: 0 });
    expect(leaves(limit, 'backfill')).toEqual({ write: 0.2, live: 0.1 });
  });

  it('is what the platform says, between nothing and all', () => {
    expect(leaves({ ...limit, reserved: { write: 0.5 } }, 'live').write).toBe(0.5);
    expect(leaves({ ...limit, reserved: { write: 7 } }, 'live').write).toBe(1);
    expect(leaves({ ...limit, reserved: { write: -1 } }, 'live').write).toBe(0);
  });
});
