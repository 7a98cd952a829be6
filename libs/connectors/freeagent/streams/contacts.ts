import { days, minutes } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { freeagentContacts } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { nextInWalk, PAGE_SIZE, unseenIn, upTo, walkQuery } from '../pages.js';
import { Contact } from '../records/contact.js';
import { contactRow } from '../rows/contact.js';
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
  map: contactRow,
});
