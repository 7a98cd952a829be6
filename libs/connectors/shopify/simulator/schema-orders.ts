/** The order side of the schema we serve: a subset of the vendor's 2026-04 Admin schema, field for field. */
export const ORDER_SDL = /* GraphQL */ `
  enum OrderSortKeys {
    CREATED_AT
    CURRENT_TOTAL_PRICE
    CUSTOMER_NAME
    FINANCIAL_STATUS
    FULFILLMENT_STATUS
    ID
    ORDER_NUMBER
    PROCESSED_AT
    TOTAL_ITEMS_QUANTITY
    TOTAL_PRICE
    UPDATED_AT
  }
  enum OrderCancelReason {
    CUSTOMER
    DECLINED
    FRAUD
    INVENTORY
    OTHER
    STAFF
  }
  enum OrderDisplayFinancialStatus {
    AUTHORIZED
    EXPIRED
    PAID
    PARTIALLY_PAID
    PARTIALLY_REFUNDED
    PENDING
    REFUNDED
    VOIDED
  }
  enum OrderDisplayFulfillmentStatus {
    FULFILLED
    IN_PROGRESS
    ON_HOLD
    OPEN
    PARTIALLY_FULFILLED
    PENDING_FULFILLMENT
    REQUEST_DECLINED
    RESTOCKED
    SCHEDULED
    UNFULFILLED
  }
  enum OrderReturnStatus {
    INSPECTION_COMPLETE
    IN_PROGRESS
    NO_RETURN
    RETURNED
    RETURN_FAILED
    RETURN_REQUESTED
  }

  type OrderApp {
    id: ID!
    name: String!
  }

  type Order implements Node & LegacyInteroperability {
    app: OrderApp
    billingAddress: MailingAddress
    cancelReason: OrderCancelReason
    cancelledAt: DateTime
    closed: Boolean!
    closedAt: DateTime
    confirmed: Boolean!
    createdAt: DateTime!
    currencyCode: CurrencyCode!
    currentShippingPriceSet: MoneyBag!
    currentSubtotalLineItemsQuantity: Int!
    currentSubtotalPriceSet: MoneyBag!
    currentTotalDiscountsSet: MoneyBag!
    currentTotalPriceSet: MoneyBag!
    currentTotalTaxSet: MoneyBag!
    customer: Customer
    discountCodes: [String!]!
    displayFinancialStatus: OrderDisplayFinancialStatus
    displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
    edited: Boolean!
    email: String
    fulfillments(first: Int): [Fulfillment!]!
    fulfillmentsCount: Count
    id: ID!
    legacyResourceId: UnsignedInt64!
    lineItems(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
    ): LineItemConnection!
    name: String!
    netPaymentSet: MoneyBag!
    note: String
    number: Int!
    originalTotalPriceSet: MoneyBag!
    paymentGatewayNames: [String!]!
    phone: String
    poNumber: String
    presentmentCurrencyCode: CurrencyCode!
    processedAt: DateTime!
    refunds(first: Int): [Refund!]!
    returnStatus: OrderReturnStatus!
    shippingAddress: MailingAddress
    shippingLine: ShippingLine
    sourceName: String
    subtotalLineItemsQuantity: Int!
    subtotalPriceSet: MoneyBag
    tags: [String!]!
    taxLines: [TaxLine!]!
    taxesIncluded: Boolean!
    test: Boolean!
    totalDiscountsSet: MoneyBag
    totalOutstandingSet: MoneyBag!
    totalPriceSet: MoneyBag!
    totalReceivedSet: MoneyBag!
    totalRefundedSet: MoneyBag!
    totalRefundedShippingSet: MoneyBag!
    totalShippingPriceSet: MoneyBag!
    totalTaxSet: MoneyBag
    totalTipReceivedSet: MoneyBag!
    transactions(first: Int): [OrderTransaction!]!
    transactionsCount: Count
    updatedAt: DateTime!
  }
  type OrderConnection {
    edges: [OrderEdge!]!
    nodes: [Order!]!
    pageInfo: PageInfo!
  }
  type OrderEdge {
    cursor: String!
    node: Order!
  }

  type LineItem implements Node {
    currentQuantity: Int!
    discountedTotalSet: MoneyBag!
    discountedUnitPriceSet: MoneyBag!
    id: ID!
    isGiftCard: Boolean!
    name: String!
    nonFulfillableQuantity: Int!
    originalTotalSet: MoneyBag!
    originalUnitPriceSet: MoneyBag!
    product: Product
    quantity: Int!
    refundableQuantity: Int!
    requiresShipping: Boolean!
    sku: String
    taxLines(first: Int): [TaxLine!]!
    taxable: Boolean!
    title: String!
    totalDiscountSet: MoneyBag!
    unfulfilledQuantity: Int!
    variant: ProductVariant
    variantTitle: String
    vendor: String
  }
  type LineItemConnection {
    edges: [LineItemEdge!]!
    nodes: [LineItem!]!
    pageInfo: PageInfo!
  }
  type LineItemEdge {
    cursor: String!
    node: LineItem!
  }

  type ShippingLine {
    carrierIdentifier: String
    code: String
    discountedPriceSet: MoneyBag!
    id: ID
    isRemoved: Boolean!
    originalPriceSet: MoneyBag!
    source: String
    taxLines: [TaxLine!]!
    title: String!
  }
`;
