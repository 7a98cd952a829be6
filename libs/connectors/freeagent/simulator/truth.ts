import { textOf, unitsOf } from '#shop';
import { textIn, type CompanyStore, type Kind, type Wire } from './store.js';

export interface Truth {
  readonly streams: Readonly<
    Record<string, { readonly records: number; readonly tables: Readonly<Record<string, { rows: number }>> }>
  >;
}

/** Counts and sums of one company, added up from its own records. */
export function truthOf(store: CompanyStore): Truth {
  const wires = (kind: Kind): Wire[] => store.all(kind).map(({ wire }) => wire);
  const sum = (of: readonly Wire[], field: string): { [currency: string]: string } => ({
    [store.currency]: textOf(of.reduce((all, wire) => all + unitsOf(textIn(wire, field) || '0'), 0)),
  });
  const children = (of: readonly Wire[], field: string): Wire[] =>
    of.flatMap((wire) => wire[field] as Wire[]);
  const [invoices, bills] = [wires('invoices'), wires('bills')];
  const [lines, explanations] = [wires('bank_transactions'), wires('bank_transaction_explanations')];
  const entries = wires('transactions');
  const debits = entries.filter((wire) => !textIn(wire, 'debit_value').startsWith('-'));
  const stream = (records: number, tables: Record<string, { rows: number }>) => ({ records, tables });
  const plain = (kind: Kind, table: string) => {
    const rows = store.of(kind).size;
    return stream(rows, { [table]: { rows } });
  };
  const billItems = children(bills, 'bill_items');
  return {
    streams: {
      'freeagent.contacts': plain('contacts', 'freeagent_contacts'),
      'freeagent.invoices': stream(invoices.length, {
        freeagent_invoices: {
          rows: invoices.length,
          ...{ sum_total_value: sum(invoices, 'total_value'), sum_due_value: sum(invoices, 'due_value') },
        },
        freeagent_invoice_items: { rows: children(invoices, 'invoice_items').length },
      }),
      'freeagent.bills': stream(bills.length, {
        freeagent_bills: { rows: bills.length, ...{ sum_total_value: sum(bills, 'total_value') } },
        freeagent_bill_items: {
          rows: billItems.length,
          ...{ sum_total_value: sum(billItems, 'total_value') },
        },
      }),
      'freeagent.categories': stream(store.categories.length, {
        freeagent_categories: { rows: store.categories.length },
      }),
      'freeagent.bank_accounts': plain('bank_accounts', 'freeagent_bank_accounts'),
      'freeagent.bank_transactions': stream(lines.length, {
        freeagent_bank_transactions: { rows: lines.length, ...{ sum_amount: sum(lines, 'amount') } },
      }),
      'freeagent.bank_transaction_explanations': stream(explanations.length, {
        freeagent_bank_transaction_explanations: {
          rows: explanations.length,
          ...{ sum_gross_value: sum(explanations, 'gross_value') },
        },
      }),
      'freeagent.transactions': stream(entries.length, {
        freeagent_transactions: {
          rows: entries.length,
          ...{ sum_signed_value: sum(entries, 'debit_value'), sum_debit_value: sum(debits, 'debit_value') },
        },
      }),
      'freeagent.users': plain('users', 'freeagent_users'),
    },
  };
}
