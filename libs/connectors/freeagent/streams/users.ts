import { days } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { freeagentUsers } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { addressOf } from '../changes.js';
import { listQuery, nextInList, PAGE_SIZE } from '../pages.js';
import { User } from '../records/user.js';
import type { FreeAgentSettings } from '../settings.js';

export const users = defineStream({
  name: 'freeagent.users',
  title: 'Users',
  every: days(1),
  size: PAGE_SIZE,

  request: ({ settings, ...at }: PageQuery<FreeAgentSettings>) =>
    get(settings, 'users', { view: 'all', ...listQuery(at) }),
  body: z.object({ users: z.array(z.unknown()) }),
  records: (body) => body.users,
  next: ({ body, ...page }) => nextInList(page, body.users.length),

  schema: User,
  key: (user) => user.url,
  rawKey: addressOf,

  into: freeagentUsers,
  map: (user) => ({
    userId: user.url,
    source: 'freeagent',
    email: user.email,
    firstName: user.first_name,
    lastName: user.last_name,
    niNumber: user.ni_number,
    uniqueTaxReference: user.unique_tax_reference,
    role: user.role,
    permissionLevel: user.permission_level,
    openingMileage: user.opening_mileage,
    currentPayrollProfile: user.current_payroll_profile,
    hidden: user.hidden,
    createdAtApi: user.created_at,
    updatedAtApi: user.updated_at,
  }),
});
