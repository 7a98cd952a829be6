/** Parcels, payments and refunds in the schema we serve: a subset of the vendor's 2026-04 Admin schema, field for field. */
export const AFTER_SALE_SDL = /* GraphQL */ `
  enum OrderTransactionKind {
    AUTHORIZATION
    CAPTURE
    CHANGE
    EMV_AUTHORIZATION
    REFUND
    SALE
    SUGGESTED_REFUND
    VOID
  }
  enum OrderTransactionStatus {
    AWAITING_RESPONSE
    ERROR
    FAILURE
    PENDING
    SUCCESS
    UNKNOWN
  }
  enum OrderTransactionErrorCode {
    CARD_DECLINED
    GENERIC_ERROR
  }
  enum FulfillmentStatus {
    CANCELLED
    ERROR
    FAILURE
    OPEN
    PENDING
    SUCCESS
  }
  enum FulfillmentDisplayStatus {
    CANCELED
    DELIVERED
    FULFILLED
    IN_TRANSIT
    MARKED_AS_FULFILLED
    SUBMITTED
  }
  enum RefundLineItemRestockType {
    CANCEL
    LEGACY_RESTOCK
    NO_RESTOCK
    RETURN
  }
  enum OrderAdjustmentDiscrepancyReason {
    CUSTOMER
    DAMAGE
    FULL_RETURN_BALANCING_ADJUSTMENT
    PENDING_REFUND_DISCREPANCY
    REFUND_DISCREPANCY
    RESTOCK
  }

  type OrderTransaction implements Node {
    amountSet: MoneyBag!
    createdAt: DateTime!
    errorCode: OrderTransactionErrorCode
    fees: [TransactionFee!]!
    formattedGateway: String
    gateway: String
    id: ID!
    kind: OrderTransactionKind!
    manualPaymentGateway: Boolean!
    order: Order
    parentTransaction: OrderTransaction
    paymentId: String
    processedAt: DateTime
    settlementCurrency: CurrencyCode
    settlementCurrencyRate: Decimal
    status: OrderTransactionStatus!
    test: Boolean!
  }
  type OrderTransactionConnection {
    edges: [OrderTransactionEdge!]!
    nodes: [OrderTransaction!]!
    pageInfo: PageInfo!
  }
  type OrderTransactionEdge {
    cursor: String!
    node: OrderTransaction!
  }
  type TransactionFee implements Node {
    amount: MoneyV2!
    flatFee: MoneyV2!
    flatFeeName: String
    id: ID!
    rate: Decimal!
    rateName: String
    taxAmount: MoneyV2!
    type: String!
  }

  type Fulfillment implements Node & LegacyInteroperability {
    createdAt: DateTime!
    deliveredAt: DateTime
    displayStatus: FulfillmentDisplayStatus
    estimatedDeliveryAt: DateTime
    fulfillmentLineItems(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
    ): FulfillmentLineItemConnection!
    id: ID!
    inTransitAt: DateTime
    legacyResourceId: UnsignedInt64!
    name: String!
    order: Order!
    requiresShipping: Boolean!
    status: FulfillmentStatus!
    totalQuantity: Int!
    trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
    updatedAt: DateTime!
  }
  type FulfillmentTrackingInfo {
    company: String
    number: String
    url: URL
  }
  type FulfillmentLineItem implements Node {
    discountedTotalSet: MoneyBag!
    id: ID!
    lineItem: LineItem!
    originalTotalSet: MoneyBag!
    quantity: Int
  }
  type FulfillmentLineItemConnection {
    edges: [FulfillmentLineItemEdge!]!
    nodes: [FulfillmentLineItem!]!
    pageInfo: PageInfo!
  }
  type FulfillmentLineItemEdge {
    cursor: String!
    node: FulfillmentLineItem!
  }

  type Refund implements Node & LegacyInteroperability {
    createdAt: DateTime
    duties: [RefundDuty!]
    id: ID!
    legacyResourceId: UnsignedInt64!
    note: String
    order: Order!
    orderAdjustments(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
    ): OrderAdjustmentConnection!
    processedAt: DateTime!
    refundLineItems(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
    ): RefundLineItemConnection!
    refundShippingLines(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
    ): RefundShippingLineConnection!
    totalRefundedSet: MoneyBag!
    transactions(
      first: Int
      after: String
      last: Int
      before: String
      reverse: Boolean = false
    ): OrderTransactionConnection!
    updatedAt: DateTime!
  }
  type RefundLineItem {
    id: ID
    lineItem: LineItem!
    priceSet: MoneyBag!
    quantity: Int!
    restockType: RefundLineItemRestockType!
    restocked: Boolean!
    subtotalSet: MoneyBag!
    totalTaxSet: MoneyBag!
  }
  type RefundLineItemConnection {
    edges: [RefundLineItemEdge!]!
    nodes: [RefundLineItem!]!
    pageInfo: PageInfo!
  }
  type RefundLineItemEdge {
    cursor: String!
    node: RefundLineItem!
  }

  type Duty implements Node {
    harmonizedSystemCode: String
    id: ID!
    price: MoneyBag!
  }
  type RefundDuty {
    amountSet: MoneyBag!
    originalDuty: Duty
  }
  type OrderAdjustment implements Node {
    amountSet: MoneyBag!
    id: ID!
    reason: OrderAdjustmentDiscrepancyReason
    taxAmountSet: MoneyBag!
  }
  type OrderAdjustmentConnection {
    edges: [OrderAdjustmentEdge!]!
    nodes: [OrderAdjustment!]!
    pageInfo: PageInfo!
  }
  type OrderAdjustmentEdge {
    cursor: String!
    node: OrderAdjustment!
  }
  type RefundShippingLine implements Node {
    id: ID!
    shippingLine: ShippingLine!
    subtotalAmountSet: MoneyBag!
    taxAmountSet: MoneyBag!
  }
  type RefundShippingLineConnection {
    edges: [RefundShippingLineEdge!]!
    nodes: [RefundShippingLine!]!
    pageInfo: PageInfo!
  }
  type RefundShippingLineEdge {
    cursor: String!
    node: RefundShippingLine!
  }
`;
