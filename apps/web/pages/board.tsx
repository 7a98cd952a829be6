import type { ReactNode } from 'react';
import { useMe } from '../api/use.js';
import { may } from '../api/me.js';
import { Page } from '../ui/page.js';

/** Bull Board in a frame of ours: the same sign-in, and whatever it would change goes through our audited calls. */
export function Board(): ReactNode {
  const me = useMe();
  return (
    <Page
      title="Queues"
      lead={
        may(me, 'operator')
          ? 'The jobs behind the runs. A retry here puts the run back first; everything else is refused.'
          : 'The jobs behind the runs, to look at.'
      }
    >
      <iframe className="board" src="/queues/" title="Bull Board" />
    </Page>
  );
}
