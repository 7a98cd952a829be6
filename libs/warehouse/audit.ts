import type { EntityManager } from 'typeorm';
import { AuditEntry } from './entities.js';
import type { Warehouse } from './warehouse.js';
import { DEFAULT_WORKSPACE } from './workspace.js';

/** Who asks for a change, and when. */
export interface Asked {
  readonly by: string;
  readonly at: Date;
}

/** A line of the audit log for something done in bulk. */
export const auditBulk = (
  warehouse: Warehouse,
  asked: Asked,
  action: 'runs.retry' | 'quarantine.replay',
  subject: string,
): Promise<void> => writeAudit(warehouse.dataSource.manager, asked, action, subject);

/** As long as the console lets a line of the log be. */
const LONGEST = 200;

/** One line of the audit log, in the transaction of what it tells. */
export async function writeAudit(
  manager: EntityManager,
  { by, at }: Asked,
  action: string,
  subject: string,
): Promise<void> {
  await manager.insert(AuditEntry, {
    workspaceId: DEFAULT_WORKSPACE,
    at,
    actor: by.slice(0, LONGEST),
    action,
    subject: subject.length > LONGEST ? `${subject.slice(0, LONGEST - 1)}…` : subject,
    outcome: 'done',
  });
}
