import { defineTable, exact, flag, indexedText, instant, integer, text } from './define.js';

/** Customers and suppliers. Whether one is a client or a supplier is a view of FreeAgent, not a field: see invoices and bills. */
export const freeagentContacts = defineTable('freeagent_contacts', {
  contactId: text(),
  source: text(),
  organisationName: indexedText().orNull,
  firstName: text().orNull,
  lastName: text().orNull,
  contactNameOnInvoices: flag().orNull,
  email: indexedText().orNull,
  billingEmail: text().orNull,
  phoneNumber: text().orNull,
  mobile: text().orNull,
  /** FreeAgent has no such field any more: always null. */
  fax: text().orNull,
  address1: text().orNull,
  address2: text().orNull,
  address3: text().orNull,
  town: text().orNull,
  region: text().orNull,
  postcode: text().orNull,
  country: text().orNull,
  /** FreeAgent has no such field: always null. */
  contactType: indexedText().orNull,
  defaultPaymentTermsInDays: integer().orNull,
  chargeSalesTax: text().orNull,
  salesTaxRegistrationNumber: text().orNull,
  activeProjectsCount: integer().orNull,
  /** In the company's own currency. */
  accountBalance: exact().orNull,
  usesContactInvoiceSequence: flag().orNull,
  status: text().orNull,
  locale: text().orNull,
  createdAtApi: instant().orNull,
  updatedAtApi: instant().orNull,
});
