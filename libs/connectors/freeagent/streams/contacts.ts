import { days, minutes } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { freeagentContacts } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { nextInWalk, PAGE_SIZE, unseenIn, upTo, walkQuery } from '../pages.js';
import { Contact } from '../records/contact.js';
import { addressOf, CHANGES } from '../changes.js';
import type { FreeAgentSettings } from '../settings.js';

export const contacts = defineStream({
  name: 'freeagent.contacts',
  title: 'Contacts',
  every: days(1),
  size: PAGE_SIZE,

  // Without a view hidden contacts are left out.
  request: ({ settings, ...at }: PageQuery<FreeAgentSettings>) =>
    get(settings, 'contacts', { view: 'all', ...walkQuery(at) }),
  body: z.object({ contacts: z.array(z.unknown()) }),
  records: ({ contacts: all }, { place, window }) => upTo(window, unseenIn(all, place)),
  next: ({ body, ...page }) => nextInWalk(page, body.contacts),

  schema: Contact,
  key: (contact) => contact.url,
  rawKey: addressOf,
  cursor: { ...CHANGES, of: (contact) => contact.updated_at, order: 'ascending', lookback: minutes(5) },

  into: freeagentContacts,
  map: (contact) => ({
    contactId: contact.url,
    source: 'freeagent',
    organisationName: contact.organisation_name,
    firstName: contact.first_name,
    lastName: contact.last_name,
    contactNameOnInvoices: contact.contact_name_on_invoices,
    email: contact.email,
    billingEmail: contact.billing_email,
    phoneNumber: contact.phone_number,
    mobile: contact.mobile,
    fax: null,
    address1: contact.address1,
    address2: contact.address2,
    address3: contact.address3,
    town: contact.town,
    region: contact.region,
    postcode: contact.postcode,
    country: contact.country,
    contactType: null,
    defaultPaymentTermsInDays: contact.default_payment_terms_in_days,
    chargeSalesTax: contact.charge_sales_tax,
    salesTaxRegistrationNumber: contact.sales_tax_registration_number,
    activeProjectsCount: contact.active_projects_count,
    accountBalance: contact.account_balance,
    usesContactInvoiceSequence: contact.uses_contact_invoice_sequence,
    status: contact.status,
    locale: contact.locale,
    createdAtApi: contact.created_at,
    updatedAtApi: contact.updated_at,
  }),
});
