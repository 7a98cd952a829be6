import type { Json } from '#kernel';
import type { Trade } from '#shop';
import { AmazonSimulator, DEMO_ACCESS as AMAZON_ACCESS } from '#simulators/amazon';
import { DEMO_ACCESS as SHIPBOB_ACCESS, ShipBobSimulator } from '#simulators/shipbob';
import { DEMO_ACCESS as FREEAGENT_ACCESS, FreeAgentSimulator } from '#simulators/freeagent';
import { DEMO_ACCESS, ShopifySimulator } from '#simulators/shopify';
import { DEMO_SHOP, type Plan } from './options.js';
import type { Simulator } from './simulator.js';

/** What a simulator is made of: the accounts of one business each, named alike on every platform. */
export interface SimulatorPlan {
  readonly accounts: readonly { readonly name: string; readonly trade: () => Trade }[];
  /** Records are made as of this instant. */
  readonly anchor: Date;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A connection to the demo shop's account on one platform, as `up` makes it. */
export interface DemoConnection {
  readonly name: string;
  readonly platform: string;
  readonly settings: Record<string, Json>;
  readonly credentials: Json;
  readonly baseUrl: string;
}

interface SandboxPlatform {
  readonly make: (plan: SimulatorPlan) => Simulator;
  readonly demo: (sandboxUrl: string, account: string) => DemoConnection;
}

/** Credentials for a connection to the demo shop, as the app of its own organisation. Public: they open nothing else. */
export const DEMO_CREDENTIALS = { clientId: DEMO_ACCESS.clientId, clientSecret: DEMO_ACCESS.clientSecret };

/** The platforms beside the web shop that the same business is on: one entry each. */
const OTHERS: readonly SandboxPlatform[] = [
  {
    make: (plan) => new FreeAgentSimulator(plan),
    demo: (sandboxUrl, account) => ({
      name: `${account}-freeagent`,
      platform: 'freeagent',
      settings: {},
      credentials: { ...FREEAGENT_ACCESS },
      baseUrl: `${sandboxUrl}/freeagent/${account}`,
    }),
  },
  {
    make: (plan) => new AmazonSimulator(plan),
    demo: (sandboxUrl, account) => ({
      name: `${account}-amazon`,
      platform: 'amazon',
      // The made-up shop keeps its books in pounds.
      settings: { region: 'eu', marketplaceIds: 'A1F83G8C2ARO7P' },
      credentials: { ...AMAZON_ACCESS },
      baseUrl: `${sandboxUrl}/amazon/${account}`,
    }),
  },
  {
    make: (plan) => new ShipBobSimulator(plan),
    demo: (sandboxUrl, account) => ({
      name: `${account}-shipbob`,
      platform: 'shipbob',
      settings: {},
      credentials: { accessToken: SHIPBOB_ACCESS.accessToken },
      baseUrl: `${sandboxUrl}/shipbob/${account}`,
    }),
  },
];

/** Where a demonstration would wait long for what everybody has: the knobs there, and what the connection knows of them. */
const ROOMY: Readonly<Record<string, { readonly knobs?: object; readonly limits: string }>> = {
  // The shop's plan says what it has. Until its first reply tells, a connection believes in the smallest bucket there
  // is, and nine streams at once would wait for that; on Plus 1,000 points come back a second.
  shopify: { limits: 'graphql=10000' },
  freeagent: {
    knobs: { limits: { perMinute: 6000, perHour: 100_000 } },
    limits: 'minute=6000,hour=100000',
  },
  shipbob: { knobs: { perMinute: 6000 }, limits: 'calls=6000' },
};

/** The same connection to a sandbox whose accounts are `roomy`. */
export function roomy(demo: DemoConnection): DemoConnection {
  const more = ROOMY[demo.platform];
  return more ? { ...demo, settings: { ...demo.settings, limits: more.limits } } : demo;
}

/** Every platform's simulator; the others are told of the web shop's trade when they are first asked. */
export function makeSimulators(plan: Plan, now: () => number): readonly Simulator[] {
  const shopify = new ShopifySimulator({ shops: plan.shops, anchor: plan.anchor, now });
  const accounts = plan.shops.map(({ name }) => ({ name, trade: once(() => shopify.trade(name)) }));
  const others = OTHERS.map(({ make }) => make({ accounts, anchor: plan.anchor, now }));
  for (const simulator of plan.roomy ? others : [])
    for (const account of simulator.accounts) simulator.knobs(account, ROOMY[simulator.name]?.knobs ?? {});
  return [shopify, ...others];
}

/** A connection for each platform that one business is on, the web shop first. */
export const demoConnections = (sandboxUrl: string, account = DEMO_SHOP): readonly DemoConnection[] => [
  {
    name: account,
    platform: 'shopify',
    settings: { shop: account },
    credentials: DEMO_CREDENTIALS,
    baseUrl: `${sandboxUrl}/shopify/${account}`,
  },
  ...OTHERS.map(({ demo }) => demo(sandboxUrl, account)),
];

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
