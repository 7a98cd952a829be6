import type { EntityManager } from 'typeorm';
import { AuditEntry, DEFAULT_WORKSPACE, type Warehouse } from '#warehouse';

/** One line of the audit log: who did what to which thing, and what came of it. */
export interface Deed {
  readonly at: Date;
  /** A user's name; the name that was typed where a sign-in was refused. */
  readonly actor: string;
  readonly action: string;
  readonly subject: string | null;
  readonly outcome: string;
  /** The default one by default. */
  readonly workspace?: string;
}

/** What a stranger typed or asked for goes in cut to this length: the log is no place to fill a disk. */
const LONGEST = 200;
const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

export async function audit(warehouse: Warehouse | EntityManager, deed: Deed): Promise<void> {
  const manager = 'dataSource' in warehouse ? warehouse.dataSource.manager : warehouse;
  await manager.insert(AuditEntry, {
    workspaceId: deed.workspace ?? DEFAULT_WORKSPACE,
    at: deed.at,
    actor: cut(deed.actor),
    action: deed.action,
    subject: deed.subject === null ? null : cut(deed.subject),
    outcome: cut(deed.outcome),
  });
}
