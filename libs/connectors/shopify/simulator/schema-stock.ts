/** Locations and what they hold, and the shop's account with Shopify Payments. */
export const STOCK_SDL = /* GraphQL */ `
  scalar BigInt

  enum LocationSortKeys {
    ID
    NAME
  }
  enum PayoutSortKeys {
    AMOUNT
    ID
    ISSUED_AT
    STATUS
  }
  enum BalanceTransactionSortKeys {
    AMOUNT
    ID
    NET
    PROCESSED_AT
  }
  enum ShopifyPaymentsPayoutStatus {
    CANCELED
    FAILED
    PAID
    SCHEDULED
  }
  enum ShopifyPaymentsPayoutTransactionType {
    DEPOSIT
    WITHDRAWAL
  }
  enum ShopifyPaymentsBalanceTransactionPayoutStatus {
    CANCELED
    FAILED
    PAID
    PENDING
    SCHEDULED
  }
  enum ShopifyPaymentsTransactionType {
    ADJUSTMENT
    CHARGE
    REFUND
    TRANSFER
  }
  enum ShopifyPaymentsSourceType {
    ADJUSTMENT
    CHARGE
    REFUND
    TRANSFER
  }

  extend type QueryRoot {
    inventoryItem(id: ID!): InventoryItem
    inventoryItems(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      query: String
    ): InventoryItemConnection!
    location(id: ID): Location
    locations(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      sortKey: LocationSortKeys = NAME
      query: String
      includeLegacy: Boolean = false
      includeInactive: Boolean = false
    ): LocationConnection!
    shopifyPaymentsAccount: ShopifyPaymentsAccount
  }

  type Location implements Node & LegacyInteroperability {
    address: LocationAddress!
    createdAt: DateTime!
    deactivatedAt: String
    fulfillmentService: FulfillmentService
    fulfillsOnlineOrders: Boolean!
    hasActiveInventory: Boolean!
    id: ID!
    inventoryLevels(
      includeInactive: Boolean = false
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      query: String
    ): InventoryLevelConnection!
    isActive: Boolean!
    isFulfillmentService: Boolean!
    legacyResourceId: UnsignedInt64!
    name: String!
    shipsInventory: Boolean!
    updatedAt: DateTime!
  }
  type LocationAddress {
    address1: String
    address2: String
    city: String
    country: String
    countryCode: String
    phone: String
    province: String
    provinceCode: String
    zip: String
  }
  type LocationConnection {
    edges: [LocationEdge!]!
    nodes: [Location!]!
    pageInfo: PageInfo!
  }
  type LocationEdge {
    cursor: String!
    node: Location!
  }
  type FulfillmentService {
    handle: String!
    id: ID!
    serviceName: String!
  }

  extend type InventoryItem {
    inventoryLevels(
      includeInactive: Boolean = false
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      query: String
    ): InventoryLevelConnection!
    variants(first: Int, after: String, last: Int, before: String): ProductVariantConnection
  }
  type InventoryItemConnection {
    edges: [InventoryItemEdge!]!
    nodes: [InventoryItem!]!
    pageInfo: PageInfo!
  }
  type InventoryItemEdge {
    cursor: String!
    node: InventoryItem!
  }
  type InventoryLevel implements Node {
    createdAt: DateTime!
    id: ID!
    isActive: Boolean!
    item: InventoryItem!
    location: Location!
    quantities(names: [String!]!): [InventoryQuantity!]!
    updatedAt: DateTime!
  }
  type InventoryLevelConnection {
    edges: [InventoryLevelEdge!]!
    nodes: [InventoryLevel!]!
    pageInfo: PageInfo!
  }
  type InventoryLevelEdge {
    cursor: String!
    node: InventoryLevel!
  }
  type InventoryQuantity implements Node {
    id: ID!
    name: String!
    quantity: Int!
    updatedAt: DateTime
  }

  type ShopifyPaymentsAccount implements Node {
    activated: Boolean!
    balanceTransactions(
      hideTransfers: Boolean = false
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      sortKey: BalanceTransactionSortKeys = PROCESSED_AT
      query: String
    ): ShopifyPaymentsBalanceTransactionConnection!
    country: String!
    defaultCurrency: CurrencyCode!
    id: ID!
    payouts(
      transactionType: ShopifyPaymentsPayoutTransactionType
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
      sortKey: PayoutSortKeys = ISSUED_AT
      query: String
    ): ShopifyPaymentsPayoutConnection!
  }
  type ShopifyPaymentsPayout implements Node & LegacyInteroperability {
    externalTraceId: String
    id: ID!
    issuedAt: DateTime!
    legacyResourceId: UnsignedInt64!
    net: MoneyV2!
    status: ShopifyPaymentsPayoutStatus!
    summary: ShopifyPaymentsPayoutSummary!
    transactionType: ShopifyPaymentsPayoutTransactionType!
  }
  type ShopifyPaymentsPayoutConnection {
    edges: [ShopifyPaymentsPayoutEdge!]!
    nodes: [ShopifyPaymentsPayout!]!
    pageInfo: PageInfo!
  }
  type ShopifyPaymentsPayoutEdge {
    cursor: String!
    node: ShopifyPaymentsPayout!
  }
  type ShopifyPaymentsPayoutSummary {
    adjustmentsFee: MoneyV2!
    adjustmentsGross: MoneyV2!
    advanceFees: MoneyV2!
    advanceGross: MoneyV2!
    chargesFee: MoneyV2!
    chargesGross: MoneyV2!
    refundsFee: MoneyV2!
    refundsFeeGross: MoneyV2!
    reservedFundsFee: MoneyV2!
    reservedFundsGross: MoneyV2!
    retriedPayoutsFee: MoneyV2!
    retriedPayoutsGross: MoneyV2!
  }
  type ShopifyPaymentsBalanceTransaction implements Node {
    adjustmentReason: String
    adjustmentsOrders: [ShopifyPaymentsAdjustmentOrder!]!
    amount: MoneyV2!
    associatedOrder: ShopifyPaymentsAssociatedOrder
    associatedPayout: ShopifyPaymentsBalanceTransactionAssociatedPayout!
    fee: MoneyV2!
    id: ID!
    net: MoneyV2!
    sourceId: BigInt
    sourceOrderTransactionId: BigInt
    sourceType: ShopifyPaymentsSourceType
    test: Boolean!
    transactionDate: DateTime!
    type: ShopifyPaymentsTransactionType!
  }
  type ShopifyPaymentsBalanceTransactionConnection {
    edges: [ShopifyPaymentsBalanceTransactionEdge!]!
    nodes: [ShopifyPaymentsBalanceTransaction!]!
    pageInfo: PageInfo!
  }
  type ShopifyPaymentsBalanceTransactionEdge {
    cursor: String!
    node: ShopifyPaymentsBalanceTransaction!
  }
  type ShopifyPaymentsAssociatedOrder {
    id: ID!
    name: String!
  }
  type ShopifyPaymentsBalanceTransactionAssociatedPayout {
    id: ID
    status: ShopifyPaymentsBalanceTransactionPayoutStatus
  }
  type ShopifyPaymentsAdjustmentOrder {
    amount: MoneyV2!
    fees: MoneyV2!
    name: String!
    net: MoneyV2!
  }
`;
