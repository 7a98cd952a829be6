import type { freeagentCategories, RowOf } from '#warehouse/tables';
import type { Category } from '../records/category.js';

/** `750` of `750-1`. */
export const parentOf = (code: string): string | null => /^(\d{3})-\d+$/.exec(code)?.[1] ?? null;

export const categoryRow = ({ group, category }: Category): RowOf<typeof freeagentCategories> => ({
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
});
