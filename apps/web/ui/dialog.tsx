import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { Trouble } from './states.js';
import { ToastCorner } from './toasts.js';

/** A window over the page, by the browser's own `dialog`: it keeps the focus inside, and Escape closes it. */
export function Dialog({
  title,
  onClose,
  large,
  children,
}: {
  title: string;
  onClose: () => void;
  large?: boolean;
  children: ReactNode;
}): ReactNode {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current!;
    const before = document.activeElement;
    if (!dialog.open) dialog.showModal();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={large ? 'large' : undefined}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={heading}>{title}</h2>
      {children}
      <ToastCorner />
    </dialog>
  );
}

export interface Question {
  readonly title: string;
  /** What will happen. */
  readonly text: ReactNode;
  /** The button that does it, as a verb. */
  readonly verb: string;
  readonly tone?: 'main' | 'bad';
  /** Has to be typed before the button works: for what cannot be taken back. */
  readonly type?: string;
  /** May throw; what it throws is shown and the question stays. */
  readonly act: () => Promise<unknown>;
}

/** Asks before something is done, says what will happen, and stays until it has. */
export function Confirm({ question, onClose }: { question: Question; onClose: () => void }): ReactNode {
  const { title, text, verb, tone = 'main', type, act } = question;
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const field = useId();
  const submit = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await act();
      onClose();
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="stack tight">{text}</div>
        {type && (
          <div className="field">
            <label htmlFor={field}>
              Type <code>{type}</code> to go on
            </label>
            <input id={field} value={typed} autoComplete="off" onChange={(e) => setTyped(e.target.value)} />
          </div>
        )}
        {error !== undefined && <Trouble error={error} />}
        <div className="buttons">
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button data-tone={tone} disabled={busy || (type !== undefined && typed !== type)}>
            {busy ? 'One moment …' : verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
