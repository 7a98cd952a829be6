import { days } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { shopifyLocations } from '#warehouse/tables';
import { connection, LARGEST_PAGE, object } from '../cost.js';
import { graphql } from '../graphql.js';
import { afterOf, listOf, nextById, searchById } from '../pages.js';
import { Location } from '../records/location.js';
import type { ShopifySettings } from '../settings.js';

// Closed ones and those of fulfilment services are left out unless they are asked for.
export const LOCATIONS = `query Locations($first: Int!, $after: String, $query: String) {
  locations(first: $first, after: $after, sortKey: ID, query: $query, includeInactive: true, includeLegacy: true) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id name isActive fulfillsOnlineOrders hasActiveInventory createdAt updatedAt deactivatedAt
      fulfillmentService { handle }
      address { address1 address2 city province zip countryCode phone }
    }
  }
}`;

export const locationsCost = (size: number): number => connection(size, object(object(), object()));

export const locations = defineStream({
  name: 'shopify.locations',
  title: 'Locations, closed ones too',
  every: days(1),
  size: { start: 50, min: 1, max: LARGEST_PAGE },

  // The list has no filter by change, and a shop has few: every run reads them all.
  request: ({ place, size, settings }: PageQuery<ShopifySettings>) =>
    graphql({
      settings,
      operation: 'Locations',
      document: LOCATIONS,
      variables: { first: size, after: afterOf(place), query: searchById(place) },
      weight: locationsCost(size),
    }),
  body: listOf('locations'),
  records: (body) => body.data.locations.nodes,
  next: ({ body, place, size }) => nextById({ list: body.data.locations, place, size }),

  schema: Location,
  key: (location) => location.id,

  into: shopifyLocations,
  map: ({ id, address, fulfillmentService, ...location }) => ({
    locationId: id,
    ...address,
    fulfillmentService: fulfillmentService?.handle ?? null,
    ...location,
  }),
});
