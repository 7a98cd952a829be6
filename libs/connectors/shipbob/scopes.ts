/** What a token must be allowed to, by the name of the call. */
const SCOPE_OF: Readonly<Record<string, string>> = {
  orders: 'orders_read',
  inventory: 'inventory_read',
  'inventory by centre': 'inventory_read',
  products: 'products_read',
  receiving: 'receiving_read',
  'fulfillment centers': 'receiving_read',
  returns: 'returns_read',
  channels: 'channels_read',
};

/** What all streams need together. */
export const SCOPES = [...new Set(Object.values(SCOPE_OF))].filter((scope) => scope !== SCOPE_OF['channels']);

export const scopeOf = (operation: string): string | undefined => SCOPE_OF[operation];
