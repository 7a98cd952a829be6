import { alerts } from './resources/alerts.js';
import { audit } from './resources/audit.js';
import { auth } from './resources/auth.js';
import { backfills } from './resources/backfills.js';
import { bulkActions } from './resources/bulk.js';
import { checkpoints } from './resources/checkpoints.js';
import { connections } from './resources/connections.js';
import { events } from './resources/events.js';
import { failures } from './resources/failures.js';
import { oauth } from './resources/oauth.js';
import { orders } from './resources/orders.js';
import { overview } from './resources/overview.js';
import { own } from './resources/own.js';
import { passwords } from './resources/passwords.js';
import { platforms } from './resources/platforms.js';
import { quarantine } from './resources/quarantine.js';
import { queues } from './resources/queues.js';
import { quota } from './resources/quota.js';
import { runs } from './resources/runs.js';
import { sandbox } from './resources/sandbox.js';
import { settings } from './resources/settings.js';
import { streams } from './resources/streams.js';
import { tables } from './resources/tables.js';
import { tokens } from './resources/tokens.js';
import { users } from './resources/users.js';
import { workspaces } from './resources/workspaces.js';

/** Every resource of the API: a file each. The only list; the mount, the description, `/docs` and the types follow it. */
const resources = [
  auth,
  passwords,
  users,
  tokens,
  workspaces,
  oauth,
  overview,
  events,
  connections,
  platforms,
  streams,
  checkpoints,
  runs,
  backfills,
  failures,
  quarantine,
  bulkActions,
  queues,
  quota,
  orders,
  tables,
  alerts,
  audit,
  settings,
  sandbox,
] as const;

export const api = [...resources, own(resources)] as const;
