import { useState, type ReactNode } from 'react';
import type { StreamItem } from './stream-table.js';
import { Dialog } from '../ui/dialog.js';
import { ScheduleForm } from './schedule-form.js';
import { BackfillForm } from './backfill-form.js';
import { CheckpointForm } from './checkpoint-form.js';

const PARTS = [
  ['schedule', 'Schedule'],
  ['backfill', 'Backfill a range'],
  ['checkpoint', 'Read again'],
] as const;

/** What is set less often than run: one window, three parts. */
export function StreamWindow({
  connectionId,
  stream,
  onClose,
}: {
  connectionId: string;
  stream: StreamItem;
  onClose: () => void;
}): ReactNode {
  const [part, setPart] = useState<(typeof PARTS)[number][0]>('schedule');
  const shared = { connectionId, stream, onDone: onClose };
  return (
    <Dialog title={`${stream.title} (${stream.stream})`} onClose={onClose}>
      <div className="stack">
        <div className="row" role="group" aria-label="What to do">
          {PARTS.map(([name, text]) => (
            <button
              key={name}
              type="button"
              data-size="small"
              data-tone={part === name ? 'main' : undefined}
              aria-pressed={part === name}
              onClick={() => setPart(name)}
            >
              {text}
            </button>
          ))}
        </div>
        {part === 'schedule' && <ScheduleForm {...shared} />}
        {part === 'backfill' && <BackfillForm {...shared} />}
        {part === 'checkpoint' && <CheckpointForm {...shared} />}
        <div className="buttons">
          <button type="button" onClick={onClose}>
            Close
          </button>
        </div>
      </div>
    </Dialog>
  );
}
