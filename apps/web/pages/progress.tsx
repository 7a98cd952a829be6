import type { ReactNode } from 'react';
import { Meter } from '../ui/chart.js';
import { plural } from '../ui/format.js';
import { Ago } from '../ui/time.js';
import type { RunItem } from './runs.js';

/** How far a run is and when it ends; a bare count where the whole is not known. */
export function Progress({ run }: { run: Pick<RunItem, 'pages' | 'records' | 'progress'> }): ReactNode {
  const { progress } = run;
  return (
    <div className="stack tight">
      {progress?.share != null && <Meter part={progress.share} label="How far this run is" />}
      <span className="small quiet">
        {plural(run.pages, 'page')}, {plural(run.records, 'record')}
        {progress?.endsAt && (
          <>
            {' '}
            · ends <Ago at={progress.endsAt} />
          </>
        )}
      </span>
    </div>
  );
}
