/** The role that an app is given in Seller Central for each operation. */
const ROLE_OF: Readonly<Record<string, string>> = {
  searchOrders: 'Inventory and Order Tracking, and a restricted one for BUYER or RECIPIENT',
  getInventorySummaries: 'Amazon Fulfillment',
  getReports: 'Finance and Accounting',
  getReportDocument: 'Finance and Accounting',
  listTransactions: 'Finance and Accounting',
  getMarketplaceParticipations: 'Selling Partner Insights',
};

export const roleOf = (operation: string): string | undefined => ROLE_OF[operation];
