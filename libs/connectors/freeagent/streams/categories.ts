import { days } from '#kernel';
import { among, defineStream, type PageQuery } from '#sync';
import { freeagentCategories } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { addressOf } from '../changes.js';
import { PAGE_SIZE } from '../pages.js';
import { Category } from '../records/category.js';
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

/** `750` of `750-1`. */
const parentOf = (code: string): string | null => /^(\d{3})-\d+$/.exec(code)?.[1] ?? null;

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
  map: ({ group, category }) => ({
    categoryId: category.url,
    source: 'freeagent',
    description: category.description,
    nominalCode: category.nominal_code,
    categoryType: group,
    parentCategoryId: parentOf(category.nominal_code),
    autoSalesTaxRate: category.auto_sales_tax_rate,
    allowableForTax: category.allowable_for_tax,
    isVisible: null,
    groupDescription: category.group_description,
    taxReportingName: category.tax_reporting_name,
    bankAccountId: category.bank_account,
    userId: category.user,
  }),
});

/** The second pass brings what the first did not. */
function isSubAccount(category: unknown): boolean {
  const code = addressOf(category);
  return code === null || parentOf(code) !== null;
}
