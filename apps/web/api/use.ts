import { createContext, use, useCallback } from 'react';
import {
  keepPreviousData,
  usePrefetchQuery,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';
import type { ReplyOf, RouteName } from '../../console/api/types.js';
import { useToast, type Toast } from '../ui/toasts.js';
import { call, type Ask, type Asked } from './call.js';
import type { Me } from './me.js';
import { mayPass, Problem } from './problem.js';

/** What changes nothing: every GET, and the POSTs that only ask. */
type ReadName = Extract<RouteName, `GET ${string}` | `POST ${string}/preview`>;

const queryOf = <K extends ReadName>(key: K, ask: Ask<K>) => ({
  queryKey: [key, ask],
  queryFn: async () => (await call(key, ...([ask] as unknown as Asked<K>))).reply,
});

/** How soon what could not be read is asked for again. */
const LOST_MS = 5000;

/** What a reading route answers, kept and asked again when something of it changes. What was there stays meanwhile. */
export function useRead<K extends ReadName>(
  key: K,
  ask: Ask<K>,
  { everyMs, when = true }: { everyMs?: number; when?: boolean } = {},
): UseQueryResult<ReplyOf<K>> {
  return useQuery({
    ...queryOf(key, ask),
    placeholderData: keepPreviousData,
    enabled: when,
    refetchInterval: ({ state: { error } }) => (error && mayPass(error) ? LOST_MS : (everyMs ?? false)),
  }) as UseQueryResult<ReplyOf<K>>;
}

/** Has it asked before anything that shows it is drawn. */
export const useAhead = <K extends ReadName>(key: K, ask: Ask<K>): void =>
  usePrefetchQuery(queryOf(key, ask));

const MeContext = createContext<Me | null>(null);
export const MeProvider = MeContext;

/** Who is signed in. */
export function useMe(): Me {
  const me = use(MeContext);
  if (!me) throw new Error('nobody is signed in above this page');
  return me;
}

/**
 * Calls a changing route, says in a toast what was done with an undo where there is one, and has every open page ask
 * again. Throws what the console refused, for the dialog or form that asked; `tell` shows it as a toast instead.
 */
export function useAction() {
  const say = useToast();
  const client = useQueryClient();
  const fresh = useCallback(() => void client.invalidateQueries(), [client]);
  const tell = useCallback(
    (work: Promise<unknown>): void => {
      work.catch((thrown: unknown) => say({ text: Problem.of(thrown).message, tone: 'bad' }));
    },
    [say],
  );
  const act = useCallback(
    async <K extends RouteName>(key: K, ask: Ask<K>, said?: Said<K>): Promise<ReplyOf<K>> => {
      const { reply, undo } = await call(key, ...([ask] as unknown as Asked<K>));
      fresh();
      const text = typeof said === 'function' ? said(reply) : said;
      if (text) say({ text, ...(undo ? { undo: () => takeBack(undo, say).then(fresh) } : {}) });
      return reply;
    },
    [fresh, say],
  );
  return { act, tell };
}

type Said<K extends RouteName> = string | ((reply: ReplyOf<K>) => string);

async function takeBack(id: string, say: (toast: Toast) => void): Promise<void> {
  try {
    await call('POST /undo/{id}', { params: { id } });
    say({ text: 'Taken back.' });
  } catch (thrown) {
    say({ text: Problem.of(thrown).message, tone: 'bad' });
  }
}
