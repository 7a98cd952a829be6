import type { ReactNode } from 'react';
import { Dialog } from './dialog.js';

/** A secret that is shown this once: it is copied from here, or made anew. */
export const ShownOnce = ({
  title,
  text,
  secret,
  onClose,
}: {
  title: string;
  text: string;
  secret: string;
  onClose: () => void;
}): ReactNode => (
  <Dialog title={title} onClose={onClose}>
    <div className="stack">
      <p>{text}</p>
      <pre tabIndex={0} aria-label="Shown once">
        {secret}
      </pre>
      <p className="note" data-tone="warn">
        It is not shown again: keep it now.
      </p>
      <div className="buttons">
        <button type="button" data-tone="main" onClick={onClose}>
          I have kept it
        </button>
      </div>
    </div>
  </Dialog>
);
