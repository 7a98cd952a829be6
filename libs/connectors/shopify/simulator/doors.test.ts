import { openDesk, type Desk } from './testing/ask.js';
import { DEMO_ACCESS } from './tokens.js';

const HOUR = 3_600_000;
const UNAUTHORIZED = {
  errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
};
const APP = { client_id: DEMO_ACCESS.clientId, client_secret: DEMO_ACCESS.clientSecret };

const grant = (desk: Desk, fields: Record<string, string>, json = false) =>
  desk.call(
    'POST',
    '/demo/admin/oauth/access_token',
    json ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
    { 'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded' },
  );
const refresh = (desk: Desk, token: string) =>
  grant(desk, { ...APP, grant_type: 'refresh_token', refresh_token: token });
const opens = async (desk: Desk, token: string): Promise<number> =>
  (await desk.query('{ shop { id } }', {}, { token })).status;

describe('tokens', () => {
  it('that are wrong, or missing, are answered as documented', async () => {
    const desk = openDesk();
    const { status, body, outcome } = await desk.query('{ shop { id } }', {}, { token: 'shpat_wrong' });
    expect([status, body, outcome]).toEqual([401, UNAUTHORIZED, 'unauthorized']);
    expect((await desk.call('POST', '/demo/admin/api/2026-10/graphql.json', '{}')).status).toBe(401);
  });

  it.each([[false], [true]])(
    'for client credentials last a day and have no refresh token (JSON: %s)',
    async (json) => {
      const desk = openDesk();
      const { status, body } = await grant(desk, { ...APP, grant_type: 'client_credentials' }, json);
      expect(status).toBe(200);
      expect(body).toEqual({
        access_token: expect.stringMatching(/^shpat_/) as unknown,
        scope:
          'read_orders,read_all_orders,read_customers,read_products,read_inventory,read_locations,read_shopify_payments_accounts,read_shopify_payments_payouts',
        expires_in: 86_399,
      });
      desk.hand.ms += 24 * HOUR - 1;
      expect(await opens(desk, body.access_token)).toBe(200);
      desk.hand.ms += 1;
      expect(await opens(desk, body.access_token)).toBe(401);
    },
  );

  it('are refreshed in pairs, and the old ones end when the new access token is first used', async () => {
    const desk = openDesk();
    const { accessToken, refreshToken } = DEMO_ACCESS.expiring;
    expect(await opens(desk, accessToken)).toBe(200);
    const { body } = await refresh(desk, refreshToken);
    expect(body).toMatchObject({ expires_in: 3600, refresh_token_expires_in: 7_776_000 });
    expect(await opens(desk, accessToken)).toBe(200);
    expect(await opens(desk, body.access_token)).toBe(200);
    expect(await opens(desk, accessToken)).toBe(401);
    const { status, body: refused, outcome } = await refresh(desk, refreshToken);
    expect([status, refused.error, outcome]).toEqual([400, 'invalid_grant', 'invalid_grant']);
  });

  it('can be asked for again when the reply was lost; the lost pair is dead then', async () => {
    const desk = openDesk();
    const { body: lost } = await refresh(desk, DEMO_ACCESS.expiring.refreshToken);
    const { status, body: again } = await refresh(desk, DEMO_ACCESS.expiring.refreshToken);
    expect(status).toBe(200);
    expect(again.refresh_token).not.toBe(lost.refresh_token);
    expect(await opens(desk, lost.access_token)).toBe(401);
    expect((await refresh(desk, lost.refresh_token)).status).toBe(400);
    expect(await opens(desk, again.access_token)).toBe(200);
    expect((await refresh(desk, again.refresh_token)).status).toBe(200);
  });

  it('are refreshed once each where that is turned on; a second time ends the family, the newest tokens too', async () => {
    const desk = openDesk();
    const standing = () => desk.simulator.knobs('demo', { refreshTokens: 'once' });
    expect(standing()).toMatchObject({ refreshTokens: 'once', lostFamilies: 0 });
    const { refreshToken } = DEMO_ACCESS.expiring;
    const { body: first } = await refresh(desk, refreshToken);
    const { body: second } = await refresh(desk, first.refresh_token);
    expect(await opens(desk, second.access_token)).toBe(200);
    const { status, body: refused } = await refresh(desk, refreshToken);
    expect([status, refused.error]).toEqual([400, 'invalid_grant']);
    expect(await opens(desk, second.access_token)).toBe(401);
    expect((await refresh(desk, second.refresh_token)).status).toBe(400);
    expect(standing()).toMatchObject({ lostFamilies: 1 });
  });

  it('of an expiring pair last an hour, their refresh token ninety days', async () => {
    const desk = openDesk();
    const { body } = await refresh(desk, DEMO_ACCESS.expiring.refreshToken);
    desk.hand.ms += HOUR;
    expect(await opens(desk, body.access_token)).toBe(401);
    desk.hand.ms += 90 * 24 * HOUR - HOUR - 1;
    expect((await refresh(desk, body.refresh_token)).status).toBe(200);
    desk.hand.ms += 1;
    expect((await refresh(desk, body.refresh_token)).status).toBe(400);
  });

  it('of a former life are honoured after a restart', async () => {
    const before = openDesk();
    const { body } = await refresh(before, DEMO_ACCESS.expiring.refreshToken);
    const after = openDesk();
    expect(await opens(after, body.access_token)).toBe(200);
    expect((await refresh(after, body.refresh_token)).status).toBe(200);
  });

  it('that were tampered with, or made for another shop, open nothing', async () => {
    const desk = openDesk();
    const { body } = await grant(desk, { ...APP, grant_type: 'client_credentials' });
    const longer = String(body.access_token).replace(/_([0-9a-z]+)_([0-9a-f]+)$/, '_zzzzzz_$2');
    expect(await opens(desk, longer)).toBe(401);
    const other = openDesk({ name: 'other' });
    const { status } = await other.call(
      'POST',
      '/other/admin/api/2026-10/graphql.json',
      '{"query":"{shop{id}}"}',
      {
        'x-shopify-access-token': body.access_token,
      },
    );
    expect(status).toBe(401);
  });

  it.each([
    ['no grant', {}, 'invalid_request'],
    ['a grant it does not give', { ...APP, grant_type: 'password' }, 'invalid_request'],
    ['a wrong secret', { ...APP, client_secret: 'no', grant_type: 'client_credentials' }, 'invalid_client'],
    ['no refresh token', { ...APP, grant_type: 'refresh_token' }, 'invalid_grant'],
  ])('are refused for %s', async (_, fields, error) => {
    const { status, body } = await grant(openDesk(), fields);
    expect([status, body.error]).toEqual([400, error]);
    expect(typeof body.error_description).toBe('string');
  });

  it('end at a knob, and live again at another', async () => {
    const desk = openDesk();
    const { body } = await grant(desk, { ...APP, grant_type: 'client_credentials' });
    desk.simulator.knobs('demo', { tokens: 'expire' });
    expect(await opens(desk, body.access_token)).toBe(401);
    expect(await opens(desk, DEMO_ACCESS.expiring.accessToken)).toBe(401);
    expect(await opens(desk, DEMO_ACCESS.accessToken)).toBe(200);
    const { body: next } = await grant(desk, { ...APP, grant_type: 'client_credentials' });
    expect(await opens(desk, next.access_token)).toBe(200);
    desk.simulator.knobs('demo', { tokens: 'revoke' });
    expect(await opens(desk, DEMO_ACCESS.accessToken)).toBe(401);
    expect((await grant(desk, { ...APP, grant_type: 'client_credentials' })).body.error).toBe(
      'invalid_client',
    );
    desk.simulator.knobs('demo', { tokens: 'restore' });
    expect(await opens(desk, DEMO_ACCESS.accessToken)).toBe(200);
  });
});

describe('scopes', () => {
  it('that are missing are named, with the field', async () => {
    const desk = openDesk({ scopes: ['read_products'] });
    const { status, body, outcome } = await desk.query('{ shop { id } orders(first: 1) { nodes { id } } }');
    expect([status, outcome]).toEqual([200, 'access-denied']);
    expect(body).toEqual({
      errors: [
        {
          message: 'Access denied for orders field. Required access: `read_orders` access scope.',
          locations: [{ line: 1, column: 15 }],
          path: ['orders'],
          extensions: {
            code: 'ACCESS_DENIED',
            documentation: 'https://shopify.dev/api/usage/access-scopes',
            requiredAccess: '`read_orders` access scope.',
          },
        },
      ],
      data: null,
    });
    expect((await desk.query('{ products(first: 1) { nodes { id } } }')).outcome).toBe('served');
  });

  it('decide whether orders older than 60 days exist', async () => {
    const desk = openDesk({ orders: 200 });
    const count = async (): Promise<number> =>
      (await desk.query('{ orders(first: 250) { nodes { id } } }')).body.data.orders.nodes.length;
    expect(await count()).toBe(200);
    const old = desk.simulator.shop().store.orders.sortedBy('CREATED_AT').all()[0]!;
    desk.simulator.knobs('demo', { scopes: ['read_orders'] });
    const since = desk.hand.ms - 60 * 24 * HOUR;
    const young = [...desk.simulator.shop().store.orders.values()].filter(
      (order) => order.createdMs >= since,
    );
    expect(young.length).toBeLessThan(200);
    expect(await count()).toBe(young.length);
    expect((await desk.query(`{ order(id: "${old.id}") { id } ordersCount { count } }`)).body.data).toEqual({
      order: null,
      ordersCount: { count: young.length },
    });
  });

  it('can be read', async () => {
    const desk = openDesk({ scopes: ['read_orders'] });
    const { body } = await desk.query('{ currentAppInstallation { accessScopes { handle } } }');
    expect(body.data.currentAppInstallation.accessScopes).toEqual([{ handle: 'read_orders' }]);
    const rest = await desk.call('GET', '/demo/admin/oauth/access_scopes.json', '', {
      'x-shopify-access-token': DEMO_ACCESS.accessToken,
    });
    expect(rest.body).toEqual({ access_scopes: [{ handle: 'read_orders' }] });
  });
});

describe('versions', () => {
  it.each([
    ['2026-10', '2026-10'],
    ['2026-04', '2026-04'],
    ['2025-10', '2026-01'],
    ['2023-10', '2026-01'],
  ])('%s is answered by %s', async (version, served) => {
    const { status, headers } = await openDesk().query('{ shop { id } }', {}, { version });
    expect([status, headers['x-shopify-api-version']]).toEqual([200, served]);
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each(['2027-01', '2026-02', 'unstable'])('%s is not found', async (version) => {
    const { status, body, outcome } = await openDesk().query('{ shop { id } }', {}, { version });
    expect([status, body, outcome]).toEqual([404, { errors: 'Not Found' }, 'version']);
  });

  it('alive are listed', async () => {
    const { body } = await openDesk().query('{ publicApiVersions { handle supported } }');
    expect(body.data.publicApiVersions.at(-1)).toEqual({ handle: '2026-10', supported: true });
  });
});

describe('a shop', () => {
  it.each([
    ['locked', 423],
    ['frozen', 402],
  ] as const)('that is %s answers %d to everything', async (state, status) => {
    const desk = openDesk();
    desk.simulator.knobs('demo', { state });
    expect((await desk.query('{ shop { id } }')).status).toBe(status);
    expect((await grant(desk, { ...APP, grant_type: 'client_credentials' })).status).toBe(status);
    desk.simulator.knobs('demo', { state: 'open' });
    expect((await desk.query('{ shop { id } }')).status).toBe(200);
  });

  it.each([
    ['GET', '/demo/admin/api/2026-10/graphql.json'],
    ['POST', '/nobody/admin/api/2026-10/graphql.json'],
    ['GET', '/demo/admin/api/2026-10/orders.json'],
    ['GET', '/demo/admin/oauth/access_token'],
  ])('has no %s %s', async (method, path) => {
    const { status, body } = await openDesk().call(method, path, '{}', {
      'x-shopify-access-token': DEMO_ACCESS.accessToken,
    });
    expect([status, body]).toEqual([404, { errors: 'Not Found' }]);
  });

  it.each([
    ['no JSON', '{', { errors: 'Bad Request' }],
    ['no query', '{}', { errors: { query: 'Required parameter missing or invalid' } }],
  ])('refuses a body with %s', async (_, text, expected) => {
    const { status, body } = await openDesk().call('POST', '/demo/admin/api/2026-10/graphql.json', text, {
      'x-shopify-access-token': DEMO_ACCESS.accessToken,
    });
    expect([status, body]).toEqual([400, expected]);
  });
});

describe('a query that is wrong', () => {
  it.each([
    [
      'a field that does not exist',
      '{ orders(first: 1) { nodes { nope } } }',
      'undefinedField',
      "Field 'nope' doesn't exist on type 'Order'",
      ['query', 'orders', 'nodes', 'nope'],
    ],
    [
      'an argument that does not exist',
      'query Q { orders(first: 1, limit: 2) { nodes { id } } }',
      'argumentNotAccepted',
      "Field 'orders' doesn't accept argument 'limit'",
      ['query Q', 'orders', 'limit'],
    ],
    [
      'an argument that is missing',
      '{ order { id } }',
      'missingRequiredArguments',
      "Field 'order' is missing required arguments: id",
      ['query', 'order'],
    ],
    [
      'an object without fields',
      '{ shop }',
      'selectionMismatch',
      /Field must have selections \(field 'shop' returns Shop/,
      ['query', 'shop'],
    ],
    [
      'fields of a scalar',
      '{ shop { name { x } } }',
      'selectionMismatch',
      /Selections can't be made on scalars/,
      ['query', 'shop', 'name'],
    ],
    [
      'a value of another type',
      '{ orders(first: "x") { nodes { id } } }',
      'argumentLiteralsIncompatible',
      /Int cannot represent/,
      ['query', 'orders', 'first'],
    ],
    [
      'a variable that is not declared',
      '{ orders(first: $n) { nodes { id } } }',
      'variableNotDefined',
      'Variable $n is used but not declared',
      expect.anything(),
    ],
    [
      'a variable that is not used',
      'query($n: Int) { shop { id } }',
      'variableNotUsed',
      'Variable $n is declared but not used',
      expect.anything(),
    ],
    [
      'a variable of another type',
      'query($n: String) { orders(first: $n) { nodes { id } } }',
      'variableMismatch',
      'Type mismatch on variable $n (String / Int)',
      expect.anything(),
    ],
  ])('for %s is told so with 200', async (_, query, code, message, path) => {
    const { status, body, outcome } = await openDesk().query(query);
    expect([status, outcome]).toEqual([200, 'invalid-query']);
    expect(body.data).toBeUndefined();
    const [error] = body.errors;
    expect(error).toMatchObject({ extensions: { code }, path });
    expect(error.message).toMatch(message);
    expect(error.locations[0].line).toBe(1);
  });

  it('for its syntax is told where', async () => {
    const { body } = await openDesk().query('{ shop {');
    expect(body.errors[0]).toMatchObject({
      message: expect.stringMatching(/^syntax error, .+ at \[1, 9\]$/) as unknown,
      locations: [{ line: 1, column: 9 }],
    });
  });

  it('for the value of a variable is told which', async () => {
    const { body } = await openDesk().query('query($n: Int!) { orders(first: $n) { nodes { id } } }', {
      n: 'x',
    });
    expect(body.errors[0]).toMatchObject({
      message: 'Variable $n of type Int! was provided invalid value',
      extensions: { value: 'x' },
    });
  });

  it('for a global id is told so', async () => {
    const { body } = await openDesk().query('{ order(id: "gid://shopify/Customer/1") { id } }');
    expect(body.errors[0].message).toBe("Invalid global id 'gid://shopify/Customer/1'");
  });
});
