import { platformOf } from '#catalog';
import { PLANS } from '#simulators/shopify';
import { limitsOf } from '#sync';
import { demoConnections, roomy } from './index.js';

describe('a connection to a roomy account', () => {
  const demos = demoConnections('http://127.0.0.1:1').map(roomy);

  it.each(demos)('says limits that $platform has', ({ platform, settings }) => {
    expect(platformOf(platform).settings.safeParse(settings).error).toBeUndefined();
  });

  it('knows before the shop’s first reply what comes back on Plus', () => {
    const { limits } = platformOf('shopify');
    const { settings } = demos.find(({ platform }) => platform === 'shopify')!;
    expect(limitsOf(limits, settings)).toMatchObject([{ restorePerSecond: PLANS.plus.restoreRate }]);
  });
});
