import { parseInstant } from '#kernel';
import { wireInteger } from '#sync';
import { z } from 'zod';

const quantity = wireInteger.optional();

/** Amazon tells the empty text for an offer that never moved. */
const updatedTime = z.string().transform((text, context): Date | null => {
  if (text === '') return null;
  const at = parseInstant(text);
  if (at) return at;
  context.issues.push({
    code: 'custom',
    message: `not an instant with a zone: ${text.slice(0, 60)}`,
    input: text,
  });
  return z.NEVER;
});

/** One offer in one marketplace, over all centres; `marketplaceId` is the page's, put in while it is read. */
export const InventorySummary = z.object({
  marketplaceId: z.string().min(1),
  asin: z.string().optional(),
  fnSku: z.string().optional(),
  sellerSku: z.string().min(1),
  condition: z.string().optional(),
  lastUpdatedTime: updatedTime.optional(),
  productName: z.string().optional(),
  totalQuantity: quantity,
  inventoryDetails: z
    .object({
      fulfillableQuantity: quantity,
      inboundWorkingQuantity: quantity,
      inboundShippedQuantity: quantity,
      inboundReceivingQuantity: quantity,
      reservedQuantity: z
        .object({
          totalReservedQuantity: quantity,
          pendingCustomerOrderQuantity: quantity,
          pendingTransshipmentQuantity: quantity,
          fcProcessingQuantity: quantity,
        })
        .optional(),
      researchingQuantity: z.object({ totalResearchingQuantity: quantity }).optional(),
      unfulfillableQuantity: z
        .object({
          totalUnfulfillableQuantity: quantity,
          customerDamagedQuantity: quantity,
          warehouseDamagedQuantity: quantity,
          distributorDamagedQuantity: quantity,
          carrierDamagedQuantity: quantity,
          defectiveQuantity: quantity,
          expiredQuantity: quantity,
        })
        .optional(),
    })
    .optional(),
});

export type InventorySummary = z.output<typeof InventorySummary>;
