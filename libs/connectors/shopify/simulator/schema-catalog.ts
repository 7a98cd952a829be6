/** The rest of the schema we serve: roots, customers, products, money, pages, the shop itself. */
export const CATALOG_SDL = /* GraphQL */ `
  schema {
    query: QueryRoot
  }

  scalar DateTime
  scalar Decimal
  scalar Money
  scalar UnsignedInt64
  scalar URL

  interface Node {
    id: ID!
  }
  interface LegacyInteroperability {
    legacyResourceId: UnsignedInt64!
  }

  enum CurrencyCode {
    EUR
    GBP
    JPY
    USD
  }
  enum CountryCode {
    AT
    AU
    BE
    BH
    CA
    CH
    CY
    DE
    DK
    ES
    FI
    FR
    GB
    GR
    IE
    IL
    IS
    IT
    JP
    LT
    NL
    NO
    PL
    PT
    SE
    US
  }
  enum CountPrecision {
    AT_LEAST
    EXACT
  }
  enum CustomerSortKeys {
    CREATED_AT
    ID
    NAME
    UPDATED_AT
  }
  enum ProductSortKeys {
    CREATED_AT
    ID
    PRODUCT_TYPE
    TITLE
    UPDATED_AT
    VENDOR
  }
  enum ProductVariantSortKeys {
    ID
    INVENTORY_QUANTITY
    POSITION
    SKU
    TITLE
  }
  enum CustomerState {
    DECLINED
    DISABLED
    ENABLED
    INVITED
  }
  enum CustomerEmailAddressMarketingState {
    NOT_SUBSCRIBED
    PENDING
    SUBSCRIBED
    UNSUBSCRIBED
  }
  enum CustomerSmsMarketingState {
    NOT_SUBSCRIBED
    PENDING
    SUBSCRIBED
    UNSUBSCRIBED
  }
  enum ProductStatus {
    ACTIVE
    ARCHIVED
    DRAFT
    UNLISTED
  }
  enum ProductVariantInventoryPolicy {
    CONTINUE
    DENY
  }

  type QueryRoot {
    currentAppInstallation: AppInstallation!
    customer(id: ID!): Customer
    customers(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      sortKey: CustomerSortKeys = ID
      query: String
    ): CustomerConnection!
    customersCount(query: String, limit: Int = 10000): Count
    fulfillment(id: ID!): Fulfillment
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
    order(id: ID!): Order
    orders(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      sortKey: OrderSortKeys = PROCESSED_AT
      query: String
    ): OrderConnection!
    ordersCount(query: String, limit: Int = 10000): Count
    product(id: ID!): Product
    productVariant(id: ID!): ProductVariant
    productVariants(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      sortKey: ProductVariantSortKeys = ID
      query: String
    ): ProductVariantConnection!
    productVariantsCount(query: String, limit: Int = 10000): Count
    products(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      sortKey: ProductSortKeys = ID
      query: String
    ): ProductConnection!
    productsCount(query: String, limit: Int = 10000): Count
    publicApiVersions: [ApiVersion!]!
    refund(id: ID!): Refund
    shop: Shop!
  }

  type PageInfo {
    endCursor: String
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
  }
  type Count {
    count: Int!
    precision: CountPrecision!
  }
  type MoneyV2 {
    amount: Decimal!
    currencyCode: CurrencyCode!
  }
  type MoneyBag {
    presentmentMoney: MoneyV2!
    shopMoney: MoneyV2!
  }
  type TaxLine {
    channelLiable: Boolean
    priceSet: MoneyBag!
    rate: Float
    ratePercentage: Float
    source: String
    title: String!
  }
  type MailingAddress implements Node {
    address1: String
    address2: String
    city: String
    company: String
    country: String
    countryCodeV2: CountryCode
    firstName: String
    id: ID!
    lastName: String
    name: String
    phone: String
    province: String
    provinceCode: String
    zip: String
  }

  type Customer implements Node & LegacyInteroperability {
    amountSpent: MoneyV2!
    createdAt: DateTime!
    defaultAddress: MailingAddress
    defaultEmailAddress: CustomerEmailAddress
    defaultPhoneNumber: CustomerPhoneNumber
    displayName: String!
    firstName: String
    id: ID!
    lastName: String
    lastOrder: Order
    legacyResourceId: UnsignedInt64!
    locale: String!
    note: String
    numberOfOrders: UnsignedInt64!
    orders(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      sortKey: OrderSortKeys = ID
      query: String
    ): OrderConnection!
    state: CustomerState!
    tags: [String!]!
    taxExempt: Boolean!
    updatedAt: DateTime!
    verifiedEmail: Boolean!
  }
  type CustomerEmailAddress {
    emailAddress: String!
    marketingState: CustomerEmailAddressMarketingState!
  }
  type CustomerPhoneNumber {
    marketingState: CustomerSmsMarketingState!
    phoneNumber: String!
  }
  type CustomerConnection {
    edges: [CustomerEdge!]!
    nodes: [Customer!]!
    pageInfo: PageInfo!
  }
  type CustomerEdge {
    cursor: String!
    node: Customer!
  }

  type Product implements Node & LegacyInteroperability {
    createdAt: DateTime!
    handle: String!
    hasOnlyDefaultVariant: Boolean!
    id: ID!
    isGiftCard: Boolean!
    legacyResourceId: UnsignedInt64!
    productType: String!
    publishedAt: DateTime
    status: ProductStatus!
    tags: [String!]!
    title: String!
    totalInventory: Int!
    tracksInventory: Boolean!
    updatedAt: DateTime!
    variants(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      sortKey: ProductVariantSortKeys = POSITION
    ): ProductVariantConnection!
    variantsCount: Count
    vendor: String!
  }
  type ProductConnection {
    edges: [ProductEdge!]!
    nodes: [Product!]!
    pageInfo: PageInfo!
  }
  type ProductEdge {
    cursor: String!
    node: Product!
  }
  type ProductVariant implements Node & LegacyInteroperability {
    availableForSale: Boolean!
    barcode: String
    compareAtPrice: Money
    createdAt: DateTime!
    displayName: String!
    id: ID!
    inventoryItem: InventoryItem!
    inventoryPolicy: ProductVariantInventoryPolicy!
    inventoryQuantity: Int
    legacyResourceId: UnsignedInt64!
    position: Int!
    price: Money!
    product: Product!
    selectedOptions: [SelectedOption!]!
    sku: String
    taxable: Boolean!
    title: String!
    updatedAt: DateTime!
  }
  type ProductVariantConnection {
    edges: [ProductVariantEdge!]!
    nodes: [ProductVariant!]!
    pageInfo: PageInfo!
  }
  type ProductVariantEdge {
    cursor: String!
    node: ProductVariant!
  }
  type SelectedOption {
    name: String!
    value: String!
  }
  type InventoryItem implements Node & LegacyInteroperability {
    createdAt: DateTime!
    id: ID!
    legacyResourceId: UnsignedInt64!
    requiresShipping: Boolean!
    sku: String
    tracked: Boolean!
    unitCost: MoneyV2
    updatedAt: DateTime!
  }

  type Shop implements Node {
    currencyCode: CurrencyCode!
    email: String!
    ianaTimezone: String!
    id: ID!
    myshopifyDomain: String!
    name: String!
  }
  type AppInstallation implements Node {
    accessScopes: [AccessScope!]!
    id: ID!
  }
  type AccessScope {
    description: String!
    handle: String!
  }
  type ApiVersion {
    displayName: String!
    handle: String!
    supported: Boolean!
  }
`;
