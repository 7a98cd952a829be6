import { defineTable, exact, flag, indexedText, instant, integer, json, text } from './define.js';

/** People with access to the company. */
export const freeagentUsers = defineTable('freeagent_users', {
  userId: text(),
  source: text(),
  email: indexedText().orNull,
  firstName: text().orNull,
  lastName: text().orNull,
  niNumber: text().orNull,
  uniqueTaxReference: text().orNull,
  role: indexedText().orNull,
  permissionLevel: integer().orNull,
  openingMileage: exact().orNull,
  currentPayrollProfile: json().orNull,
  hidden: flag().orNull,
  createdAtApi: instant().orNull,
  updatedAtApi: instant().orNull,
});
