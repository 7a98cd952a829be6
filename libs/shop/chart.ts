/** One account of the business's chart of accounts, under the code its bookkeeping knows it by. */
export interface ChartAccount {
  readonly nominal: string;
  readonly name: string;
  readonly group: 'income' | 'cost_of_sales' | 'admin_expenses' | 'general';
}

/** Codes that entries are booked to. */
export const NOMINAL = {
  sales: '001',
  goods: '101',
  commission: '102',
  advertising: '220',
  fulfilment: '230',
  software: '269',
  paymentFees: '363',
  debtors: '681',
  bank: '750',
  creditors: '796',
  taxReclaimed: '818',
  taxCharged: '819',
  ownersLoan: '907',
} as const;

const account = (nominal: string, name: string, group: ChartAccount['group']): ChartAccount => ({
  nominal,
  name,
  group,
});

/** The whole chart; accounts of a bank account or a person are sub-accounts of theirs (`750-1`) and not listed here. */
export const CHART: readonly ChartAccount[] = [
  account(NOMINAL.sales, 'Sales', 'income'),
  account('051', 'Interest Received', 'income'),
  account(NOMINAL.goods, 'Cost of Goods Sold', 'cost_of_sales'),
  account(NOMINAL.commission, 'Commission Paid', 'cost_of_sales'),
  account(NOMINAL.advertising, 'Advertising and Promotion', 'admin_expenses'),
  account(NOMINAL.fulfilment, 'Warehousing and Postage', 'admin_expenses'),
  account(NOMINAL.software, 'Web Hosting and Software', 'admin_expenses'),
  account('285', 'Accommodation and Meals', 'admin_expenses'),
  account(NOMINAL.paymentFees, 'Bank/Finance Charges', 'admin_expenses'),
  account(NOMINAL.debtors, 'Trade Debtors', 'general'),
  account(NOMINAL.bank, 'Bank Account', 'general'),
  account(NOMINAL.creditors, 'Trade Creditors', 'general'),
  account(NOMINAL.taxReclaimed, 'VAT Reclaimed', 'general'),
  account(NOMINAL.taxCharged, 'VAT Charged', 'general'),
  account(NOMINAL.ownersLoan, "Director's Loan Account", 'general'),
];
