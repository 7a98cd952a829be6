import { days, type Json } from '#kernel';
import { children, defineStream } from '#sync';
import { shipbobProducts, shipbobVariants, type RowOf } from '#warehouse/tables';
import { LinkedBody, linkedNext, linkedRequest, type LinkedList } from '../linked.js';
import { Product, type Variant } from '../records/product.js';

const PRODUCTS: LinkedList = {
  path: '/product',
  operation: 'products',
  always: { SortBy: 'Id', SortOrder: 'ASC' },
};

/** Null where none of the variants says anything of it. */
function anyOf(variants: readonly Variant[], is: (one: Variant) => boolean | null): boolean | null {
  const told = variants.map(is).filter((one) => one !== null);
  return told.length === 0 ? null : told.includes(true);
}

const isActive = ({ status }: Variant): boolean | null => (status === null ? null : status === 'Active');
const isCase = (one: Variant): boolean | null => one.fulfillment_settings?.is_case_pick ?? null;
const isHazmat = (one: Variant): boolean | null => one.fulfillment_settings?.dangerous_goods ?? null;
const isLot = (one: Variant): boolean | null => one.lot_information?.is_lot ?? null;
const isDigital = (one: Variant): boolean | null => one.is_digital;

const weightOf = ({ weight }: Variant): Json => weight && { value: weight.weight, unit: weight.unit };
const valueOf = ({ customs }: Variant): Json =>
  customs && customs.value !== null ? { amount: customs.value, currency: customs.currency } : null;

function productRow(product: Product): RowOf<typeof shipbobProducts> {
  const { variants } = product;
  const only = variants.length === 1 ? variants[0]! : null;
  return {
    productId: product.id,
    source: 'shipbob',
    name: product.name,
    sku: only?.sku ?? null,
    barcode: only?.barcodes[0]?.value ?? null,
    description: only?.customs?.description ?? null,
    category: product.taxonomy?.name ?? null,
    isCase: anyOf(variants, isCase),
    isLot: anyOf(variants, isLot),
    isActive: anyOf(variants, isActive),
    isBundle: product.type === null ? null : product.type === 'Bundle',
    isDigital: anyOf(variants, isDigital),
    isHazmat: anyOf(variants, isHazmat),
    dimensions: only?.dimension ?? null,
    weight: only && weightOf(only),
    value: only && valueOf(only),
    createdAt: product.created_on,
    updatedAt: product.updated_on,
  };
}

const variantRow = (one: Variant, product: Product): RowOf<typeof shipbobVariants> => ({
  variantId: one.id,
  productId: product.id,
  source: 'shipbob',
  name: one.name,
  sku: one.sku,
  barcode: one.barcodes[0]?.value ?? null,
  upc: one.upc,
  gtin: one.gtin,
  status: one.status,
  isCase: isCase(one),
  isLot: isLot(one),
  isActive: isActive(one),
  isDigital: isDigital(one),
  isHazmat: isHazmat(one),
  inventoryId: one.inventory?.inventory_id ?? null,
  onHandQuantity: one.inventory?.on_hand_qty ?? null,
  dimensions: one.dimension,
  weight: weightOf(one),
  value: valueOf(one),
  channels: one.channel_metadata,
  createdAt: one.created_on,
  updatedAt: one.updated_on,
});

export const products = defineStream({
  name: 'shipbob.products',
  title: 'Products and their variants',
  every: days(1),
  size: { start: 250, min: 1, max: 250 },

  request: linkedRequest(PRODUCTS),
  body: LinkedBody,
  records: (body) => body.items,
  next: linkedNext(PRODUCTS),

  schema: Product,
  key: (product) => product.id,

  into: shipbobProducts,
  map: productRow,
  children: [
    children({
      into: shipbobVariants,
      of: (product: Product) => product.variants,
      key: (variant) => variant.id,
      map: variantRow,
    }),
  ],
});
