import { days, minutes } from '#kernel';
import type { ConnectionRow, StreamRow } from '#warehouse';
import { fakePlatform, fakeStream } from '../../tests/fake-platform.js';
import { declaredSchedules, type StreamSetting } from './declared.js';

const platform = fakePlatform({ streams: [fakeStream('fake.things'), fakeStream('fake.heap')] });

const connection = (more: Partial<ConnectionRow> = {}): ConnectionRow => ({
  id: 'conn_1',
  workspaceId: 'default',
  platform: 'fake',
  name: 'shop',
  status: 'active',
  statusReason: null,
  settings: {},
  baseUrl: null,
  sandbox: true,
  credentials: '',
  renewingUntil: null,
  renewal: 0,
  renewedAt: null,
  createdAt: new Date(0),
  updatedAt: new Date(0),
  ...more,
});

const override = (more: Partial<StreamRow>): StreamRow => ({
  connectionId: 'conn_1',
  stream: 'fake.things',
  enabled: null,
  everyMs: null,
  cron: null,
  zone: null,
  lookbackMs: null,
  notice: null,
  noticeAt: null,
  unavailable: null,
  unavailableAt: null,
  ...more,
});

const cadenceOf = (
  settings: Record<string, StreamSetting> = {},
  overrides: StreamRow[] = [],
  connections = [connection()],
) =>
  Object.fromEntries(
    declaredSchedules(connections, [platform], new Map(Object.entries(settings)), overrides).map(
      ({ id, cadence }) => [id, cadence],
    ),
  );

describe('the schedules that should be', () => {
  it('are the catalog’s where nobody says otherwise', () => {
    expect(declaredSchedules([connection()], [platform], new Map(), [])).toMatchObject([
      {
        id: 'fake.things@conn_1',
        platform: 'fake',
        connectionId: 'conn_1',
        connection: 'shop',
        stream: 'fake.things',
        cadence: { every: minutes(15) },
        unavailable: false,
      },
      { id: 'fake.heap@conn_1' },
    ]);
  });

  it('are weekly for what the account does not have, whatever anybody says', () => {
    const file = { 'fake.things': { enabled: true, schedule: { pattern: '* * * * *' } } };
    const lacking = override({ everyMs: '60000', unavailable: 'it is in no plan' });
    expect(cadenceOf(file, [lacking])['fake.things@conn_1']).toEqual({ every: days(7) });
  });

  it('are as the file says before the catalog, and as the connection says before the file', () => {
    const file = { 'fake.things': { enabled: true, schedule: { pattern: '0 3 * * *' } } };
    expect(cadenceOf(file)['fake.things@conn_1']).toEqual({ pattern: '0 3 * * *' });
    expect(cadenceOf(file, [override({ everyMs: '60000' })])['fake.things@conn_1']).toEqual({
      every: 60_000,
    });
  });

  it('leave out what is switched off, the nearest word deciding', () => {
    const off = { 'fake.things': { enabled: false } };
    expect(Object.keys(cadenceOf(off))).toEqual(['fake.heap@conn_1']);
    expect(Object.keys(cadenceOf(off, [override({ enabled: true })]))).toContain('fake.things@conn_1');
    expect(Object.keys(cadenceOf({}, [override({ enabled: false })]))).toEqual(['fake.heap@conn_1']);
  });

  it('of one connection are no matter to another', () => {
    const both = [connection(), connection({ id: 'conn_2' })];
    expect(Object.keys(cadenceOf({}, [override({ enabled: false })], both))).toEqual([
      'fake.heap@conn_1',
      'fake.things@conn_2',
      'fake.heap@conn_2',
    ]);
  });

  it.each(['paused', 'reconnect'] as const)('are none for a connection that is %s', (status) => {
    expect(cadenceOf({}, [override({ enabled: true })], [connection({ status })])).toEqual({});
  });

  it('are none for a platform that this version does not have', () => {
    expect(cadenceOf({}, [], [connection({ platform: 'dropped' })])).toEqual({});
  });
});
