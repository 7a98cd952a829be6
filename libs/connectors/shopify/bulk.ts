import { history, type Begun, type ExportState, type History, type Window } from '#sync';
import { z } from 'zod';
import { connection, object } from './cost.js';
import { graphql } from './graphql.js';
import { NO_MORE } from './pages.js';
import { count } from './records/scalars.js';
import type { ShopifySettings } from './settings.js';

/*
 * Bulk operations: Shopify runs a query over a whole list by itself and writes its records as JSON lines, a child below
 * its parent where `groupObjects` is asked for. It costs no points beyond the call that begins it.
 */

export interface BulkList {
  /** The list's field: `orders`. */
  readonly field: string;
  /** What is selected of a record beside its nested lists; its `id` among it. */
  readonly fields: string;
  /** A list inside a record, whose records are lines of their own, and what is selected of them. */
  readonly nested?: { readonly field: string; readonly fields: string };
  /** The search that asks for a window, as the stream's own pages do. */
  readonly within: (window: Window) => string;
}

/** The query that Shopify is given to run; connections are asked for without sizes. */
export const bulkDocument = ({ field, fields, nested, within }: BulkList, window: Window): string =>
  `{
  ${field}(query: ${JSON.stringify(within(window))}) {
    edges {
      node {
        ${fields}${nested === undefined ? '' : `\n        ${nested.field} { edges { node { ${nested.fields} } } }`}
      }
    }
  }
}`;

export const RUN_BULK = `mutation RunBulk($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: true) {
    bulkOperation { id status }
    userErrors { field message code }
  }
}`;

/** A mutation costs ten points, whatever it does. */
export const RUN_BULK_COST = 10;

export const BULK_STATE = `query BulkState($id: ID!) {
  bulkOperation(id: $id) {
    id status errorCode objectCount rootObjectCount url
  }
}`;

export const BULK_STATE_COST = object();

/** More than may run at once, and than are begun in the minutes that are looked back over. */
const LATEST = 25;

export const BULKS = `query Bulks($query: String!, $first: Int!) {
  bulkOperations(first: $first, query: $query) {
    pageInfo { hasNextPage }
    nodes { id status query }
  }
}`;

export const BULKS_COST = connection(LATEST, object());

const Run = z.object({
  data: z.object({
    bulkOperationRunQuery: z.object({
      bulkOperation: z.object({ id: z.string() }).nullable(),
      userErrors: z.array(z.object({ message: z.string(), code: z.string().nullish() })),
    }),
  }),
});

/** Both mean that as many run as may. */
const BUSY = new Set(['LIMIT_REACHED', 'OPERATION_IN_PROGRESS']);

function begun(body: unknown): Begun {
  const { bulkOperation, userErrors } = Run.parse(body).data.bulkOperationRunQuery;
  if (bulkOperation) return { id: bulkOperation.id };
  const [first] = userErrors;
  if (first && BUSY.has(first.code ?? ''))
    return { busy: 'as many bulk operations run in the shop as Shopify allows' };
  return { refused: first?.message ?? 'without a word' };
}

const State = z.object({
  data: z.object({
    bulkOperation: z
      .object({
        status: z.string(),
        errorCode: z.string().nullish(),
        objectCount: count,
        rootObjectCount: count,
        url: z.string().nullable(),
      })
      .nullable(),
  }),
});

/** Neither written nor lost; what is being cancelled will be. */
const WORKING = new Set(['CREATED', 'RUNNING', 'CANCELING']);

function stateOf(body: unknown): ExportState {
  const { bulkOperation: found } = State.parse(body).data;
  if (!found) return { is: 'lost', why: 'is not known to Shopify any more' };
  const { status, errorCode, objectCount, rootObjectCount, url } = found;
  if (WORKING.has(status)) return { is: 'working', done: rootObjectCount };
  if (status === 'COMPLETED') return { is: 'ready', url, records: rootObjectCount, lines: objectCount };
  return { is: 'lost', why: `is ${status}${errorCode ? ` (${errorCode})` : ''}` };
}

const Bulks = z.object({
  data: z.object({
    bulkOperations: z.object({
      nodes: z.array(z.object({ id: z.string(), status: z.string(), query: z.string() })),
    }),
  }),
});

const FINDABLE = new Set(['CREATED', 'RUNNING', 'COMPLETED']);

/** So many orders take pages more than half an hour at the smallest bucket; a bulk operation takes minutes. */
const BULK_FROM = 5000;

const Line = z.looseObject({ id: z.string(), __parentId: z.string().optional() });

/** A stream's past through bulk operations, from as many records on as the connection says. */
export function bulkOf(list: BulkList): History {
  return history<ShopifySettings>({
    from: ({ bulkFrom }) => (bulkFrom === undefined ? BULK_FROM : bulkFrom),
    find: {
      request: ({ since, settings }) =>
        graphql({
          settings,
          operation: 'Bulks',
          document: BULKS,
          variables: {
            first: LATEST,
            query: `operation_type:query AND created_at:>='${since.toISOString().slice(0, 19)}Z'`,
          },
          weight: BULKS_COST,
        }),
      among: (body, { window }) =>
        Bulks.parse(body).data.bulkOperations.nodes.find(
          ({ status, query }) => FINDABLE.has(status) && query === bulkDocument(list, window),
        )?.id ?? null,
    },
    begin: {
      request: ({ window, settings }) => ({
        ...graphql({
          settings,
          operation: 'RunBulk',
          document: RUN_BULK,
          variables: { query: bulkDocument(list, window) },
          weight: RUN_BULK_COST,
        }),
        once: true,
      }),
      says: begun,
    },
    look: {
      request: ({ id, settings }) =>
        graphql({
          settings,
          operation: 'BulkState',
          document: BULK_STATE,
          variables: { id },
          weight: BULK_STATE_COST,
        }),
      says: stateOf,
    },
    hosts: [
      /^storage\.googleapis\.com$/,
      /^[a-z0-9.-]+\.storage\.googleapis\.com$/,
      /^[a-z0-9.-]+\.shopify\.com$/,
    ],
    line: (value) => {
      const { id, __parentId } = Line.parse(value);
      return { id, parent: __parentId ?? null };
    },
    record: (root, children) =>
      list.nested === undefined
        ? root
        : { ...(root as object), [list.nested.field]: { pageInfo: NO_MORE, nodes: children } },
  });
}
