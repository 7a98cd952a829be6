import type { Json } from '#kernel';
import type { CallSpec } from '#sync';
import type { ShopifySettings } from './settings.js';

/** One GraphQL call. Shopify takes them by POST only; `operation` is the name of the query in its document. */
export function graphql(spec: {
  settings: ShopifySettings;
  operation: string;
  document: string;
  variables: { readonly [name: string]: Json };
  weight: number;
}): CallSpec {
  return {
    method: 'POST',
    path: `/admin/api/${spec.settings.apiVersion}/graphql.json`,
    json: { query: spec.document, variables: spec.variables },
    operation: spec.operation,
    weight: spec.weight,
  };
}
