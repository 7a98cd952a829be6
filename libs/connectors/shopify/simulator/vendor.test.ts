import {
  isEnumType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { describeWith } from '../../../../tests/shared.js';
import { makeSchema } from './resolvers.js';
import { CUSTOMERS, ORDERS, PRODUCTS } from './testing/documents.js';
import { openDesk } from './testing/ask.js';
import { wrongInReply } from '../testing/described.js';
import { faultsOf, VENDOR_SCHEMA, vendorSchema } from './testing/vendor-schema.js';

const BUILT_IN = /^(__|String$|Int$|Float$|Boolean$|ID$)/;

function differences(ours: GraphQLNamedType, theirs: GraphQLNamedType | undefined): string[] {
  if (!theirs) return [`${ours.name} is no type of theirs`];
  if (isEnumType(ours)) {
    const known = isEnumType(theirs) ? theirs.getValues().map(({ name }) => name) : [];
    return ours.getValues().flatMap(({ name }) => (known.includes(name) ? [] : [`${ours.name}.${name}`]));
  }
  if (isScalarType(ours)) return isScalarType(theirs) ? [] : [`${ours.name} is no scalar of theirs`];
  if (!isObjectType(ours) && !isInterfaceType(ours)) return [`${ours.name} is of a kind we do not compare`];
  if (!isObjectType(theirs) && !isInterfaceType(theirs)) return [`${ours.name} has no fields there`];
  return Object.values(ours.getFields()).flatMap((field) => {
    const path = `${ours.name}.${field.name}`;
    const other = theirs.getFields()[field.name];
    if (!other) return [`${path} is no field of theirs`];
    const type =
      String(field.type) === String(other.type)
        ? []
        : [`${path}: ${String(field.type)} is ${String(other.type)} there`];
    const args = field.args.flatMap((arg) => {
      const match = other.args.find(({ name }) => name === arg.name);
      if (!match) return [`${path}(${arg.name}) is no argument of theirs`];
      const same = String(match.type) === String(arg.type) && match.defaultValue === arg.defaultValue;
      return same
        ? []
        : [
            `${path}(${arg.name}: ${String(arg.type)} = ${String(arg.defaultValue)}) is ${String(match.type)} = ${String(match.defaultValue)} there`,
          ];
    });
    const required = other.args.filter(
      (arg) => String(arg.type).endsWith('!') && !field.args.some(({ name }) => name === arg.name),
    );
    return [...type, ...args, ...required.map(({ name }) => `${path} lacks the required ${name}`)];
  });
}

describeWith(VENDOR_SCHEMA)("the vendor's published schema", () => {
  let vendor: GraphQLSchema;
  beforeAll(() => {
    vendor = vendorSchema();
  });

  it('has every type, field, argument and value of ours, typed alike', () => {
    const ours = Object.values(makeSchema().getTypeMap()).filter(({ name }) => !BUILT_IN.test(name));
    expect(ours.length).toBeGreaterThan(50);
    expect(ours.flatMap((type) => differences(type, vendor.getType(type.name)))).toEqual([]);
  });

  it('notices a field that is not theirs', () => {
    const order = vendor.getType('Order')!;
    expect(differences(vendor.getType('Customer')!, order).length).toBeGreaterThan(0);
  });

  it.each([
    ['orders', ORDERS],
    ['customers', CUSTOMERS],
    ['products', PRODUCTS],
  ])('accepts the %s query we answer', (_, document) => {
    expect(faultsOf(vendor, document)).toEqual([]);
  });

  it.each([
    ['a value of another type', { name: 5 }, ['data.shop.name: 5 is no String']],
    ['a value that may not be absent', { name: null }, ['data.shop.name is null']],
    ['what was not asked for', { name: 'Ada', email: 'a@b.c' }, ['data.shop.email was not asked for']],
    ['what is left out', {}, ['data.shop.name is null']],
  ])('notices %s', (_, shop, wrong) => {
    expect(wrongInReply(vendor, { query: '{ shop { name } }' }, { data: { shop } })).toEqual(wrong);
  });

  it('types every value we send', async () => {
    const desk = openDesk({
      orders: 200,
      maxQueryCost: 1e9,
      plan: { maximumAvailable: 1e9, restoreRate: 1 },
    });
    const wrong: string[] = [];
    for (const [document, variables] of [
      [ORDERS, { q: '', n: 200, m: 250 }],
      [CUSTOMERS, {}],
      [PRODUCTS, {}],
    ] as const) {
      const { body } = await desk.query(document, variables);
      expect(body.errors).toBeUndefined();
      wrong.push(...wrongInReply(vendor, { query: document, variables }, body));
    }
    expect(wrong).toEqual([]);
  });
});
