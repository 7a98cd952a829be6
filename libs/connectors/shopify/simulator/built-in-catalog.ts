import { Customer, Product, Variant, type Address } from './catalog.js';
import type { Random, Units } from '#shop';
import type { ShopStore } from './store.js';
import { PEOPLE, PLACES, SIZES, THINGS, VENDORS } from './words.js';

/** The built-in shop's products and customers, all older than its first order. */

const DAY = 86_400_000;

/** `n` pennies. */
const pennies = (n: number): Units => n * 100;

export function addProducts(store: ShopStore, count: number, random: Random, beforeMs: number): void {
  for (let i = 0; i < count; i++) {
    const createdMs = beforeMs - random.int(1, 300) * DAY - random.int(0, 86_399) * 1000;
    const seq = store.next.product++;
    const product = new Product({
      seq,
      title: i < THINGS.length ? THINGS[i]! : `${random.pick(THINGS)} No. ${i + 1}`,
      handle: `thing-${seq}`,
      status: i % 17 === 5 ? 'DRAFT' : i % 13 === 7 ? 'ARCHIVED' : 'ACTIVE',
      vendor: random.pick(VENDORS),
      productType: i % 4 === 0 ? '' : 'Home',
      tags: i % 5 === 0 ? ['new', 'été'] : [],
      createdMs,
      updatedMs: createdMs + random.int(0, DAY / 1000) * 1000,
      publishedMs: i % 17 === 5 ? null : createdMs,
    });
    const sizes = i % 3 === 0 ? SIZES : ['Default Title'];
    sizes.forEach((title, at) => {
      const price = i % 12 === 10 ? 0 : pennies(random.int(99, 14_999));
      product.variantList.push(
        new Variant(
          product,
          {
            seq: store.next.variant++,
            position: at + 1,
            title,
            sku:
              i % 11 === 9
                ? null
                : `SKU-${String(i + 1).padStart(4, '0')}${sizes.length > 1 ? `-${title}` : ''}`,
            barcode: i % 2 === 0 ? `50${String(1_000_000_000 + seq * 10 + at)}` : null,
            price,
            compareAt: i % 7 === 2 ? price + pennies(500) : null,
            inventoryQuantity: i % 19 === 3 ? null : random.int(-2, 500),
            unitCost: i % 2 === 0 ? Math.floor(price / 20_000) * 10_000 : null,
          },
          store.currency,
        ),
      );
    });
    store.products.add(product);
    for (const variant of product.variantList) store.variants.add(variant);
  }
}

export function addCustomers(store: ShopStore, count: number, random: Random, beforeMs: number): void {
  for (let i = 0; i < count; i++) {
    const seq = store.next.customer++;
    const [firstName, lastName] = PEOPLE[i % PEOPLE.length]!;
    const createdMs = beforeMs - random.int(1, 200) * DAY - random.int(0, 86_399) * 1000;
    const email = i % 15 === 13 ? null : `buyer.${seq}@example.${i % 2 ? 'com' : 'org'}`;
    store.customers.add(
      new Customer(
        {
          seq,
          firstName,
          lastName:
            i < PEOPLE.length ? lastName : lastName && `${lastName} ${Math.floor(i / PEOPLE.length) + 1}`,
          email,
          phone: i % 3 === 0 ? `+4479460${String(seq).padStart(5, '0')}` : null,
          state: i % 4 === 0 ? 'ENABLED' : i % 9 === 1 ? 'INVITED' : 'DISABLED',
          tags: i % 8 === 0 ? ['VIP', 'très fidèle'] : [],
          address: i % 10 === 4 ? null : addressOf(random, `2${seq}`, firstName, lastName),
          createdMs,
          updatedMs: createdMs,
        },
        store.currency,
      ),
    );
  }
}

export function addressOf(
  random: Random,
  id: string,
  firstName: string | null,
  lastName: string | null,
): Address {
  const place = random.pick(PLACES);
  return {
    id: `gid://shopify/MailingAddress/${id}`,
    firstName,
    lastName,
    name: [firstName, lastName].filter((part) => part !== null).join(' ') || null,
    company: random.chance(0.1) ? 'Bright & Co. "Ltd"' : null,
    address1: `${random.int(1, 200)} High Street`,
    address2: random.chance(0.2) ? 'Flat 2b' : null,
    city: place.city,
    province: place.province,
    provinceCode: place.province,
    zip: place.zip,
    country: place.country,
    countryCodeV2: place.code,
    phone: null,
  };
}
