import {
  bigint,
  date,
  defineChildTable,
  defineTable,
  exact,
  flag,
  instant,
  integer,
  json,
  snakeCase,
  text,
  type Table,
} from '../tables/index.js';
import type { Warehouse } from '../warehouse.js';

/** A parent and a child table with every type of column, for tests alone. */
export const boxes = defineTable('test_boxes', {
  name: text().orNull,
  price: exact().orNull,
  qty: integer().orNull,
  big: bigint().orNull,
  madeAt: instant().orNull,
  soldOn: date().orNull,
  open: flag().orNull,
  extra: json().orNull,
});

export const lids = defineChildTable('test_lids', { name: text().orNull });

export const emptyBox = {
  name: null,
  price: null,
  qty: null,
  big: null,
  madeAt: null,
  soldOn: null,
  open: null,
  extra: null,
};

/** As a migration spells it. */
export async function createTable(warehouse: Pick<Warehouse, 'query'>, table: Table): Promise<void> {
  const own = Object.entries(table.columns).map(
    ([name, { sql, nullable }]) => `"${snakeCase(name)}" ${sql}${nullable ? '' : ' not null'}`,
  );
  await warehouse.query(
    `create table "${table.name}" (${[...own, ...(table.child ? ['parent_source_id text not null'] : [])].join(', ')},
      connection_id text not null, source_id text not null, source_updated_at timestamptz,
      first_seen_at timestamptz not null default now(), synced_at timestamptz not null default now(),
      deleted_at timestamptz, run_id text not null, payload_hash text not null,
      primary key (connection_id, source_id))`,
  );
}
