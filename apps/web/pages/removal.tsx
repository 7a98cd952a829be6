import { call } from '../api/call.js';
import type { useAction } from '../api/use.js';
import { brief, plural } from '../ui/format.js';
import type { Question } from '../ui/dialog.js';

type Act = ReturnType<typeof useAction>['act'];

/** The question before a connection goes, with what will go with it. */
export async function removal(
  { id, name }: { id: string; name: string },
  act: Act,
  after: () => void,
): Promise<Question> {
  const { reply } = await call('GET /connections/{id}/removal', { params: { id } });
  const rows = reply.tables.reduce((sum, table) => sum + table.rows, 0);
  return {
    title: `Delete ${name}?`,
    text: (
      <>
        <p>
          Its credentials, {plural(reply.schedules, 'schedule')}, about {plural(reply.runs, 'run')} and{' '}
          {plural(reply.quarantined, 'record')} in quarantine go with it. This cannot be taken back.
        </p>
        {reply.openRuns > 0 && <p>{plural(reply.openRuns, 'run')} under way or waiting will be ended.</p>}
        <p>About {brief(rows)} rows that it brought stay in the warehouse.</p>
      </>
    ),
    verb: 'Delete the connection',
    tone: 'bad',
    type: name,
    act: async () => {
      await act('DELETE /connections/{id}', { params: { id }, query: { name } }, `${name} is deleted.`);
      after();
    },
  };
}
