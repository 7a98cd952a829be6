import { useEffect, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { call } from '../api/call.js';
import { useAction, useRead } from '../api/use.js';
import type { ReplyOf } from '../../console/api/types.js';
import { Problem } from '../api/problem.js';
import { Section } from '../ui/page.js';
import { Ready } from '../ui/states.js';
import { StreamTable } from './stream-table.js';
import type { PlatformItem } from './wizard.js';

type Tested = ReplyOf<'POST /connections/{id}/test'>;

/** Proves the new connection with one call, then shows its streams and lets them go. */
export function StreamsStep({ id, platform }: { id: string; platform: PlatformItem }): ReactNode {
  const connection = useRead('GET /connections/{id}', { params: { id } });
  return (
    <Ready query={connection}>
      {(found) => (
        <div className="stack wide">
          <Test id={id} title={platform.title} />
          <Section title="Streams and schedules" actions={<RunAll id={id} />}>
            <StreamTable connection={found} />
          </Section>
          <div className="row">
            <Link className="button" data-tone="main" href={`/connections/${id}`}>
              Done
            </Link>
          </div>
        </div>
      )}
    </Ready>
  );
}

function Test({ id, title }: { id: string; title: string }): ReactNode {
  const [result, setResult] = useState<Tested | Problem>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let gone = false;
    setResult(undefined);
    call('POST /connections/{id}/test', { params: { id } })
      .then(({ reply }) => reply)
      .catch((thrown: unknown) => Problem.of(thrown))
      .then((found) => !gone && setResult(found))
      .catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [id, turn]);
  if (!result)
    return (
      <p className="note" role="status">
        Asking {title} …
      </p>
    );
  const ok = !(result instanceof Problem) && result.ok;
  const says = result instanceof Problem ? result.message : result.says;
  return (
    <div className="note stack tight" data-tone={ok ? 'well' : 'bad'} role="status">
      <p className="strong">{ok ? 'It works' : 'It does not work yet'}</p>
      <p>{says}</p>
      {!(result instanceof Problem) && result.scopes && (
        <>
          {result.scopes.granted.some((scope) => !says.includes(scope)) && (
            <p>Granted: {result.scopes.granted.join(', ')}</p>
          )}
          {result.scopes.missing.length > 0 && (
            <p className="strong">Missing: {result.scopes.missing.join(', ')}</p>
          )}
        </>
      )}
      {!ok && (
        <div className="row">
          <button type="button" data-size="small" onClick={() => setTurn(turn + 1)}>
            Test again
          </button>
          <Link href={`/connections/${id}/edit`}>Change the credentials or settings</Link>
        </div>
      )}
    </div>
  );
}

/** Every stream that is on, read now instead of at its next time. */
function RunAll({ id }: { id: string }): ReactNode {
  const { act, tell } = useAction();
  const streams = useRead('GET /connections/{id}/streams', { params: { id } });
  const on = streams.data?.items.filter((one) => one.enabled) ?? [];
  const runAll = async (): Promise<void> => {
    for (const [i, { stream }] of on.entries())
      await act(
        'POST /connections/{id}/sync/{stream}',
        { params: { id, stream } },
        i === on.length - 1 ? 'The first runs are queued.' : undefined,
      );
  };
  return (
    <button type="button" data-tone="main" disabled={on.length === 0} onClick={() => tell(runAll())}>
      Run all now
    </button>
  );
}
