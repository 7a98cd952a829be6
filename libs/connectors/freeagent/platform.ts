import { Failure, hours, minutes } from '#kernel';
import { definePlatform } from '#sync';
import { z } from 'zod';
import { auth, FreeAgentCredentials } from './auth.js';
import { consent } from './consent.js';
import { get } from './calls.js';
import { User } from './records/user.js';
import { classify } from './replies.js';
import { baseUrl, FreeAgentSettings, HOSTS } from './settings.js';
import { bankAccounts } from './streams/bank-accounts.js';
import { bankTransactionExplanations } from './streams/bank-transaction-explanations.js';
import { bankTransactions } from './streams/bank-transactions.js';
import { bills } from './streams/bills.js';
import { categories } from './streams/categories.js';
import { contacts } from './streams/contacts.js';
import { invoices } from './streams/invoices.js';
import { transactions } from './streams/transactions.js';
import { users } from './streams/users.js';

/** The access level each list needs, as FreeAgent names them. */
const LEVELS: readonly (readonly [level: number, name: string, lists: string])[] = [
  [1, 'Time', 'contacts'],
  [2, 'My Money', 'categories'],
  [4, 'Invoices, Estimates & Files', 'invoices'],
  [5, 'Bills', 'bills'],
  [6, 'Banking', 'bank_accounts, bank_transactions, bank_transaction_explanations'],
  [7, 'Tax, Accounting & Users', 'transactions, users'],
];

const Me = z.object({ user: User.omit({ url: true }) });

/** Who the token speaks for, and what FreeAgent will not show them. */
function says(body: unknown): string {
  const { user } = Me.parse(body);
  const level = user.permission_level ?? 0;
  const name = [user.first_name, user.last_name].filter(Boolean).join(' ') || (user.email ?? 'a user');
  const missing = LEVELS.filter(([needed]) => needed > level);
  return [
    `${name}${user.role === null ? '' : ` (${user.role})`}, access level ${level} of 8`,
    ...missing.map(([needed, called, lists]) => `${lists} need level ${needed} (${called})`),
  ].join('; ');
}

type Env = Readonly<Record<string, string | undefined>>;

/** The variables of the requirement documents; the redirect address is for the browser's part alone. */
function fromEnv(env: Env): {
  name: string;
  settings: z.input<typeof FreeAgentSettings>;
  credentials: FreeAgentCredentials;
} | null {
  const { FREEAGENT_ACCESS_TOKEN: accessToken, FREEAGENT_REFRESH_TOKEN: refreshToken } = env;
  if (!accessToken && !refreshToken) return null;
  const apiVersion = env['FREEAGENT_API_VERSION'];
  return {
    name: 'freeagent',
    settings: apiVersion ? { apiVersion } : {},
    credentials: credentialsFrom(env, accessToken, refreshToken),
  };
}

function credentialsFrom(
  env: Env,
  accessToken: string | undefined,
  refreshToken: string | undefined,
): FreeAgentCredentials {
  const { FREEAGENT_CLIENT_ID: clientId, FREEAGENT_CLIENT_SECRET: clientSecret } = env;
  if (!refreshToken) return { accessToken: accessToken! };
  if (clientId && clientSecret)
    return { clientId, clientSecret, refreshToken, ...(accessToken ? { accessToken } : {}) };
  throw new Failure(
    'config',
    'FREEAGENT_REFRESH_TOKEN is set, but FREEAGENT_CLIENT_ID and FREEAGENT_CLIENT_SECRET are not: both are needed to use it',
  );
}

export const freeagent = definePlatform({
  name: 'freeagent',
  title: 'FreeAgent',
  settings: FreeAgentSettings,
  credentials: FreeAgentCredentials,
  baseUrl,
  hosts: HOSTS,
  // Most numbers come as text; those that do not are read as exactly.
  json: 'exact',
  auth: { ...auth, consent },
  // Per user of the app, in windows that begin with each minute and hour.
  limits: [
    { name: 'freeagent.minute', per: 'connection', kind: 'window', capacity: 120, windowMs: minutes(1) },
    { name: 'freeagent.hour', per: 'connection', kind: 'window', capacity: 3600, windowMs: hours(1) },
  ],
  classify,
  probe: { request: (settings) => get(settings, 'users/me'), says },
  fromEnv,
  streams: [
    invoices,
    contacts,
    bills,
    categories,
    bankAccounts,
    bankTransactions,
    bankTransactionExplanations,
    transactions,
    users,
  ],
});
