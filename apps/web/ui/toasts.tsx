import { createContext, use, useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { Icon } from './icons.js';
import type { Tone } from './mark.js';

export interface Toast {
  readonly text: string;
  readonly tone?: Tone;
  /** Takes back what the toast tells of. */
  readonly undo?: () => Promise<void>;
}

interface Shown extends Toast {
  readonly id: number;
}

const ToastContext = createContext<(toast: Toast) => void>(() => undefined);

/** Says in a corner what was done, and offers to take it back. */
export const useToast = (): ((toast: Toast) => void) => use(ToastContext);

const CornerContext = createContext<(corner: HTMLElement | null) => (() => void) | undefined>(
  () => undefined,
);

/**
 * Where toasts stand. Each window over the page has a corner of its own, and the last one opened is used: what lies under
 * a window can be reached by nobody.
 */
export const ToastCorner = (): ReactNode => (
  <div ref={use(CornerContext)} className="toasts" role="status" aria-live="polite" />
);

const PLAIN_MS = 6000;
const WITH_UNDO_MS = 20_000;

export function Toasts({ children }: { children: ReactNode }): ReactNode {
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const [corners, setCorners] = useState<readonly HTMLElement[]>([]);
  const next = useRef(0);
  const say = useCallback((toast: Toast) => {
    setShown((before) => [...before.slice(-2), { ...toast, id: next.current++ }]);
  }, []);
  const close = useCallback((id: number) => setShown((before) => before.filter((one) => one.id !== id)), []);
  const stand = useCallback((corner: HTMLElement | null) => {
    if (!corner) return;
    setCorners((before) => [...before, corner]);
    return () => setCorners((before) => before.filter((one) => one !== corner));
  }, []);
  const corner = corners.at(-1);
  return (
    <ToastContext value={say}>
      <CornerContext value={stand}>
        {children}
        <ToastCorner />
      </CornerContext>
      {corner &&
        createPortal(
          shown.map((toast) => <One key={toast.id} toast={toast} close={close} />),
          corner,
        )}
    </ToastContext>
  );
}

/** Goes by itself after a while, but not while the pointer or the focus is on it. */
function One({ toast, close }: { toast: Shown; close: (id: number) => void }): ReactNode {
  const [held, setHeld] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (held || busy) return;
    const timer = setTimeout(() => close(toast.id), toast.undo ? WITH_UNDO_MS : PLAIN_MS);
    return () => clearTimeout(timer);
  }, [held, busy, toast, close]);
  const hold = { onMouseEnter: () => setHeld(true), onMouseLeave: () => setHeld(false) };
  return (
    <div
      className="toast fade"
      data-tone={toast.tone ?? 'well'}
      {...hold}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p>{toast.text}</p>
      {toast.undo && (
        <button
          type="button"
          data-size="small"
          disabled={busy}
          onClick={() => {
            setBusy(true);
            void toast.undo?.().finally(() => close(toast.id));
          }}
        >
          Undo
        </button>
      )}
      <button
        type="button"
        data-tone="bare"
        data-size="small"
        aria-label="Close"
        onClick={() => close(toast.id)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
