/** Queries a reader of shops is known to send, one per list we serve. */
export const ORDERS = /* GraphQL */ `
  query Orders($q: String!, $n: Int!, $m: Int!, $after: String) {
    orders(first: $n, after: $after, sortKey: UPDATED_AT, query: $q) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        legacyResourceId
        name
        createdAt
        updatedAt
        processedAt
        cancelledAt
        cancelReason
        closedAt
        test
        currencyCode
        presentmentCurrencyCode
        displayFinancialStatus
        displayFulfillmentStatus
        returnStatus
        email
        customer {
          id
        }
        shippingAddress {
          name
          address1
          city
          provinceCode
          zip
          countryCodeV2
          phone
        }
        totalPriceSet {
          shopMoney {
            amount
            currencyCode
          }
          presentmentMoney {
            amount
            currencyCode
          }
        }
        currentTotalPriceSet {
          shopMoney {
            amount
            currencyCode
          }
        }
        totalTaxSet {
          shopMoney {
            amount
            currencyCode
          }
        }
        totalShippingPriceSet {
          shopMoney {
            amount
            currencyCode
          }
        }
        totalRefundedSet {
          shopMoney {
            amount
            currencyCode
          }
        }
        lineItems(first: $m) {
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            id
            sku
            title
            quantity
            currentQuantity
            unfulfilledQuantity
            product {
              id
            }
            variant {
              id
            }
            originalUnitPriceSet {
              shopMoney {
                amount
                currencyCode
              }
            }
            discountedTotalSet {
              shopMoney {
                amount
                currencyCode
              }
            }
            taxLines {
              title
              rate
              priceSet {
                shopMoney {
                  amount
                  currencyCode
                }
              }
            }
          }
        }
        transactionsCount {
          count
        }
        transactions(first: 20) {
          id
          kind
          status
          gateway
          processedAt
          parentTransaction {
            id
          }
          amountSet {
            shopMoney {
              amount
              currencyCode
            }
          }
          fees {
            amount {
              amount
              currencyCode
            }
          }
        }
        fulfillmentsCount {
          count
        }
        fulfillments(first: 20) {
          id
          status
          displayStatus
          createdAt
          updatedAt
          trackingInfo(first: 10) {
            number
            company
            url
          }
          fulfillmentLineItems(first: $m) {
            nodes {
              id
              quantity
              lineItem {
                id
              }
            }
          }
        }
        refunds(first: 20) {
          id
          createdAt
          processedAt
          updatedAt
          note
          totalRefundedSet {
            shopMoney {
              amount
              currencyCode
            }
          }
          refundLineItems(first: $m) {
            nodes {
              id
              quantity
              restockType
              lineItem {
                id
              }
              subtotalSet {
                shopMoney {
                  amount
                  currencyCode
                }
              }
              totalTaxSet {
                shopMoney {
                  amount
                  currencyCode
                }
              }
            }
          }
          transactions(first: 10) {
            nodes {
              id
            }
          }
        }
      }
    }
  }
`;

export const CUSTOMERS = /* GraphQL */ `
  query Customers($q: String, $after: String) {
    customers(first: 100, after: $after, sortKey: UPDATED_AT, query: $q) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        createdAt
        updatedAt
        displayName
        firstName
        lastName
        state
        numberOfOrders
        amountSpent {
          amount
          currencyCode
        }
        defaultEmailAddress {
          emailAddress
        }
        defaultPhoneNumber {
          phoneNumber
        }
        defaultAddress {
          countryCodeV2
          zip
        }
        tags
      }
    }
  }
`;

export const PRODUCTS = /* GraphQL */ `
  query Products($q: String, $after: String) {
    products(first: 10, after: $after, sortKey: UPDATED_AT, query: $q) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        title
        handle
        status
        vendor
        productType
        updatedAt
        publishedAt
        variantsCount {
          count
        }
        variants(first: 50) {
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            id
            sku
            barcode
            title
            price
            compareAtPrice
            position
            inventoryQuantity
            updatedAt
            inventoryItem {
              id
              tracked
              requiresShipping
              unitCost {
                amount
                currencyCode
              }
            }
            selectedOptions {
              name
              value
            }
          }
        }
      }
    }
  }
`;
