import { LIMITS } from './limits.js';
import { amazon } from './platform.js';
import { fixture } from './testing/fixture.js';
import { pageOf } from './testing/rows.js';

const ENV = {
  AMZ_REFRESH_TOKEN: 'Atzr|x',
  AMZ_CLIENT_ID: 'id',
  AMZ_CLIENT_SECRET: 'secret',
  AMZ_MARKETPLACE_IDS: 'ATVPDKIKX0DER, A2EUQ1WTGCTBG2',
};

describe('the settings', () => {
  it.each([
    [{ region: 'eu', marketplaceIds: 'A1F83G8C2ARO7P,A1PA6795UKMFR9' }],
    [{ region: 'EU-WEST-1', marketplaceIds: ['A1F83G8C2ARO7P', 'A1PA6795UKMFR9', 'A1F83G8C2ARO7P'] }],
  ])('are a region and its marketplaces: %j', (given) => {
    const settings = amazon.settings.parse(given);
    expect(settings).toEqual({
      region: 'eu',
      marketplaceIds: ['A1F83G8C2ARO7P', 'A1PA6795UKMFR9'],
      includedData: ['FULFILLMENT', 'PROCEEDS', 'PACKAGES', 'CANCELLATION'],
    });
    expect(amazon.settings.parse(settings)).toEqual(settings);
    expect(amazon.baseUrl(settings)).toBe('https://sellingpartnerapi-eu.amazon.com');
  });

  it('may ask for more of an order', () => {
    const settings = amazon.settings.parse({
      region: 'na',
      marketplaceIds: 'ATVPDKIKX0DER',
      includedData: 'BUYER,TAX',
    });
    expect(settings).toMatchObject({
      includedData: ['FULFILLMENT', 'PROCEEDS', 'PACKAGES', 'CANCELLATION', 'BUYER', 'TAX'],
    });
  });

  it.each([
    { region: 'mars', marketplaceIds: 'ATVPDKIKX0DER' },
    { region: 'na', marketplaceIds: '' },
    { region: 'na', marketplaceIds: 'amazon.com' },
    { region: 'na' },
  ])('are refused where they are none: %j', (given) => {
    expect(amazon.settings.safeParse(given).success).toBe(false);
  });

  it('lead to Amazon’s own hosts alone', () => {
    const known = (host: string): boolean => amazon.hosts.some((one) => one.test(host));
    for (const host of [
      'sellingpartnerapi-na.amazon.com',
      'sellingpartnerapi-fe.amazon.com',
      'api.amazon.com',
    ])
      expect(known(host)).toBe(true);
    for (const host of [
      'amazon.com',
      'sellingpartnerapi-xx.amazon.com',
      'api.amazon.com.evil.test',
      'x.api.amazon.com',
    ])
      expect(known(host)).toBe(false);
  });
});

describe('the environment of the requirement documents', () => {
  it('makes a connection; keys of AWS and an old access token are not needed', () => {
    const connection = amazon.fromEnv({ ...ENV, AMZ_REGION: 'us-east-1', AMZ_ACCESS_TOKEN: 'Atza|old' });
    expect(connection).toEqual({
      name: 'amazon-na',
      settings: { region: 'na', marketplaceIds: ENV.AMZ_MARKETPLACE_IDS },
      credentials: { clientId: 'id', clientSecret: 'secret', refreshToken: 'Atzr|x' },
    });
    expect(amazon.settings.parse(connection!.settings)).toMatchObject({
      marketplaceIds: ['ATVPDKIKX0DER', 'A2EUQ1WTGCTBG2'],
    });
  });

  it('is of Europe where nothing is said, and of the endpoint’s region where one is', () => {
    expect(amazon.fromEnv(ENV)?.name).toBe('amazon-eu');
    const AMZ_ENDPOINT = 'https://sellingpartnerapi-fe.amazon.com';
    expect(amazon.fromEnv({ ...ENV, AMZ_ENDPOINT, AMZ_REGION: 'eu-west-1' })?.name).toBe('amazon-fe');
  });

  it('makes none where Amazon is not named, and names what is missing', () => {
    expect(amazon.fromEnv({})).toBeNull();
    expect(() => amazon.fromEnv({ ...ENV, AMZ_CLIENT_SECRET: undefined })).toThrow(/AMZ_CLIENT_SECRET/);
    expect(() => amazon.fromEnv({ ...ENV, AMZ_REFRESH_TOKEN: '' })).toThrow(/AMZ_REFRESH_TOKEN/);
    expect(() => amazon.fromEnv({ ...ENV, AMZ_REGION: 'eu-central-1' })).toThrow(/AMZ_REGION/);
    expect(() => amazon.fromEnv({ ...ENV, AMZ_ENDPOINT: 'https://evil.test' })).toThrow(/AMZ_ENDPOINT/);
  });
});

it('the probe says where the seller sells, and where nothing is listed any more', () => {
  expect(amazon.probe.says(fixture('probe'))).toBe(
    'sells in GB A1F83G8C2ARO7P, DE A1PA6795UKMFR9; listings suspended in DE',
  );
});

it('every call is paced by the limit of its own operation', () => {
  const settings = amazon.settings.parse({ region: 'na', marketplaceIds: 'ATVPDKIKX0DER' });
  const page = pageOf('ATVPDKIKX0DER');
  const calls = [
    amazon.probe.request(settings),
    ...amazon.streams.flatMap((stream) => [
      stream.request({ ...page, parent: { id: 'x', document: 'd', createdAt: '' }, settings }),
      ...(stream.each?.list ? [stream.each.list.request({ ...page, settings })] : []),
    ]),
  ];
  for (const { operation } of calls)
    expect(LIMITS.filter(({ operations }) => operations?.includes(operation))).toHaveLength(1);
  expect(new Set(LIMITS.map(({ name }) => name)).size).toBe(LIMITS.length);
});
