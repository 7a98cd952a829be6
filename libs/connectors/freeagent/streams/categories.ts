import { days } from '#kernel';
import { among, defineStream, type PageQuery } from '#sync';
import { freeagentCategories } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { addressOf } from '../changes.js';
import { PAGE_SIZE } from '../pages.js';
import { Category } from '../records/category.js';
import { categoryRow, parentOf } from '../rows/category.js';
import type { FreeAgentSettings } from '../settings.js';

const list = z.array(z.unknown()).default([]);

/** Four lists, not one. */
const Body = z.object({
  income_categories: list,
  cost_of_sales_categories: list,
  admin_expenses_categories: list,
  general_categories: list,
});

const Wrapped = z.object({ category: z.unknown() });

export const categories = defineStream({
  name: 'freeagent.categories',
  title: 'Chart of accounts',
  every: days(1),
  size: PAGE_SIZE,

  // Asked for, sub-accounts take the place of the account above them, and ledger entries may name either.
  each: among(() => [{ id: 'accounts' }, { id: 'sub-accounts', sub_accounts: 'true' }]),
  request: ({ settings, parent }: PageQuery<FreeAgentSettings>) =>
    get(settings, 'categories', parent.id === 'accounts' ? {} : { sub_accounts: 'true' }),
  body: Body,
  records: (body, { parent }) =>
    Object.entries(body).flatMap(([name, all]) =>
      all
        .filter((category) => parent.id === 'accounts' || isSubAccount(category))
        .map((category) => ({ group: name.replace(/_categories$/, ''), category })),
    ),

  schema: Category,
  key: ({ category }) => category.nominal_code,
  rawKey: (payload) => addressOf(Wrapped.safeParse(payload).data?.category),

  into: freeagentCategories,
  map: categoryRow,
});

/** The second pass brings what the first did not. */
function isSubAccount(category: unknown): boolean {
  const code = addressOf(category);
  return code === null || parentOf(code) !== null;
}
