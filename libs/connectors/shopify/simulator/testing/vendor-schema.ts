import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, parse, validate, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { sharedFile } from '../../../../../tests/shared.js';

/** Where the vendor's own introspection of the Admin API lies, beside the project. */
export const VENDOR_SCHEMA = 'specs/shopify/admin_graphql_2026-04.introspection.json.gz';

/** The vendor's schema; only to be called where the file is there (`describeWith(VENDOR_SCHEMA)`). */
export function vendorSchema(): GraphQLSchema {
  const text = gunzipSync(readFileSync(sharedFile(VENDOR_SCHEMA)!)).toString('utf8');
  return buildClientSchema((JSON.parse(text) as { data: IntrospectionQuery }).data);
}

/** What the schema finds wrong with a query; empty where it is valid. */
export const faultsOf = (schema: GraphQLSchema, query: string): string[] =>
  validate(schema, parse(query)).map(({ message }) => message);
