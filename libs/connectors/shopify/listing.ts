import { listing, wireInstant, type Listing, type Place } from '#sync';
import { z } from 'zod';
import { connection, LARGEST_PAGE, list, object } from './cost.js';
import { graphql } from './graphql.js';
import { afterOf, nextById, PageInfo, searchById } from './pages.js';
import { gid, toGid } from './records/scalars.js';
import type { ShopifySettings } from './settings.js';

/*
 * Ids and versions of a whole list, 250 for as many points, sorted by id: a record that is edited or deleted meanwhile
 * moves no other. Records by id come through `nodes`, which answers null for what is not there.
 */

export interface IdList {
  /** The list's field and the type of its records: `orders`, `Order`. */
  readonly field: string;
  readonly type: string;
  /** The stream's own selection of one record, and what it costs. */
  readonly fields: string;
  readonly cost: number;
  /** Variables of that selection, as `$lines: Int!`, and their values. */
  readonly variables?: { readonly declared: string; readonly values: Readonly<Record<string, number>> };
  /** Records by id at once. */
  readonly max: number;
  /** The scope without which Shopify hides a part of the list; absent where there is none. */
  readonly wholeWith?: string;
}

/** The scopes of the token in hand, asked for beside the ids where a part may be hidden. */
export const SCOPES = 'currentAppInstallation { accessScopes { handle } }';
export const SCOPES_COST = object(object());

/** `query OrderIds …` */
export const idsDocument = ({
  field,
  type,
  wholeWith,
}: Pick<IdList, 'field' | 'type' | 'wholeWith'>): string =>
  `query ${type}Ids($first: Int!, $after: String, $query: String) {
  ids: ${field}(first: $first, after: $after, sortKey: ID, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes { id updatedAt }
  }${wholeWith === undefined ? '' : `\n  ${SCOPES}`}
}`;

export const idsCost = (size: number, wholeWith?: string): number =>
  connection(size, object()) + (wholeWith === undefined ? 0 : SCOPES_COST);

/** `query OrdersById …` */
export const byIdDocument = ({
  type,
  fields,
  variables,
}: Pick<IdList, 'type' | 'fields' | 'variables'>): string =>
  `query ${type}sById($ids: [ID!]!${variables ? `, ${variables.declared}` : ''}) {
  nodes(ids: $ids) {
    ... on ${type} {
      ${fields}
    }
  }
}`;

const IdPage = z.object({
  pageInfo: PageInfo,
  nodes: z.array(z.object({ id: gid, updatedAt: wireInstant })),
});
/** What `SCOPES` answers; absent where it was not asked. */
export const Scopes = z
  .object({ accessScopes: z.array(z.object({ handle: z.string() })) })
  .nullable()
  .optional();

export const isGranted = (app: z.output<typeof Scopes>, scope: string): boolean =>
  app?.accessScopes.some(({ handle }) => handle === scope) ?? false;

const Ids = z.object({ data: z.object({ ids: IdPage, currentAppInstallation: Scopes }) });
const Nodes = z.object({ data: z.object({ nodes: z.array(z.looseObject({ id: z.string() }).nullable()) }) });

/** The listing of one root list. */
export function idListing(spec: IdList): Listing {
  const ids = idsDocument(spec);
  const byId = byIdDocument(spec);
  const { type, wholeWith, variables } = spec;
  return listing({
    size: { start: LARGEST_PAGE, min: 1, max: LARGEST_PAGE },
    request: ({ place, size, settings }: { place: Place | null; size: number; settings: ShopifySettings }) =>
      graphql({
        settings,
        operation: `${type}Ids`,
        document: ids,
        variables: { first: size, after: afterOf(place), query: searchById(place) },
        weight: idsCost(size, wholeWith),
      }),
    body: Ids,
    entries: ({ data }) =>
      data.ids.nodes.map(({ id, updatedAt }) => ({ id, version: updatedAt, wireId: toGid(type, id) })),
    next: ({ body: { data }, place, size }) => nextById({ list: data.ids, place, size }),
    whole: ({ data: { currentAppInstallation: app } }) =>
      wholeWith === undefined || isGranted(app, wholeWith),
    fetch: {
      max: spec.max,
      request: ({ ids: wanted, settings }) =>
        graphql({
          settings,
          operation: `${type}sById`,
          document: byId,
          variables: { ids: wanted.map((id) => toGid(type, id)), ...variables?.values },
          weight: list(wanted.length, spec.cost),
        }),
      body: Nodes,
      records: ({ data }) =>
        data.nodes.flatMap((node) => (node ? [{ id: gid.parse(node.id), payload: node }] : [])),
    },
  });
}
