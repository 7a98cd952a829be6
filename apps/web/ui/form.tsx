import { useState, type ReactNode } from 'react';
import { Problem } from '../api/problem.js';
import { Trouble } from './states.js';

/**
 * A form that sends and shows what was refused: a complaint about a field goes to `wrong(field)`, everything else stands
 * above the button.
 */
export function Form({
  send,
  verb,
  tone = 'main',
  disabled,
  children,
}: {
  send: () => Promise<unknown>;
  verb: string;
  tone?: 'main' | 'bad';
  disabled?: boolean;
  children: (wrong: (field: string) => string | undefined) => ReactNode;
}): ReactNode {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();
  const submit = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    await send().catch((thrown: unknown) => setError(Problem.of(thrown)));
    setBusy(false);
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {children((field) => error?.about(field))}
      {error && <Trouble error={error} />}
      <div className="row">
        <button data-tone={tone} disabled={busy || disabled}>
          {busy ? 'One moment …' : verb}
        </button>
      </div>
    </form>
  );
}
