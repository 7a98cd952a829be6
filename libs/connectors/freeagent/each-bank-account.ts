import { eachListed, type Parent } from '#sync';
import { z } from 'zod';
import { get } from './calls.js';
import { hasNext, LARGEST_PAGE } from './pages.js';
import { idOf } from './records/scalars.js';
import type { FreeAgentSettings } from './settings.js';

const Page = z.object({
  bank_accounts: z.array(z.object({ url: z.string(), currency: z.string().nullish() })),
});

const NextPage = z.number().nullable();

/** Bank rows are listed for one bank account at a time; hidden accounts have some too. */
export const eachBankAccount = eachListed({
  request: ({ settings, place }: { settings: FreeAgentSettings; place: unknown }) =>
    get(settings, 'bank_accounts', { page: NextPage.parse(place) ?? 1, per_page: LARGEST_PAGE }),
  body: Page,
  parents: ({ bank_accounts: accounts }): Parent[] =>
    accounts.map(({ url, currency }) => ({ id: idOf(url), url, currency: currency ?? null })),
  next: ({ headers, place }) => (hasNext(headers) ? (NextPage.parse(place) ?? 1) + 1 : null),
});

const Account = z.object({ url: z.string(), currency: z.string().nullable() });

/** What the list of one account's rows is asked with: without it FreeAgent answers 404. */
export const bankAccount = (parent: Parent): { bank_account: string } => ({
  bank_account: Account.parse(parent).url,
});

/** Each row with the currency of its account, where the row itself does not tell one. */
export function inCurrencyOf(parent: Parent, rows: readonly unknown[]): readonly unknown[] {
  const { currency } = Account.parse(parent);
  return rows.map((row) =>
    row !== null && typeof row === 'object' && !Array.isArray(row) ? { currency, ...row } : row,
  );
}
