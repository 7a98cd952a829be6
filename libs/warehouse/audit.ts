import type { EntityManager } from 'typeorm';
import { AuditEntry } from './entities.js';
import type { Warehouse } from './warehouse.js';
import { DEFAULT_WORKSPACE } from './workspace.js';

/** Who asks for a change, and when. */
export interface Asked {
  readonly by: string;
  readonly at: Date;
  /** Whoever asks writes the line of the audit log themselves. */
  readonly toldElsewhere?: true;
}

/** A line of the audit log for something done in bulk. */
export const auditBulk = (
  warehouse: Warehouse,
  asked: Asked,
  action: 'runs.retry' | 'quarantine.replay',
  subject: string,
): Promise<void> => writeAudit(warehouse.dataSource.manager, asked, action, subject);

/** A line of the audit log, in the transaction of what it tells, unless whoever asked writes it. */
export async function told(
  manager: EntityManager,
  asked: Asked,
  action: string,
  subject: string,
): Promise<void> {
  if (asked.toldElsewhere) return;
  await writeAudit(manager, asked, action, subject);
}

/** As long as the console lets a line of the log be. */
const LONGEST = 200;

async function writeAudit(
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
