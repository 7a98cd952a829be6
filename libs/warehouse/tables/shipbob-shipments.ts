import { defineChildTable, exact, flag, indexedText, instant, text } from './define.js';

/** One parcel of ShipBob's. */
export const shipbobShipments = defineChildTable('shipbob_shipments', {
  shipmentId: text(),
  shipbobOrderId: text(),
  referenceId: indexedText().orNull,
  status: indexedText().orNull,
  /** What the status means more closely, such as `InTransit` or `OutOfStock`; the newest of several. */
  statusDetail: text().orNull,
  /** PENDING, LABEL_CREATED, IN_TRANSIT, OUT_FOR_DELIVERY, DELIVERED, EXCEPTION or CANCELLED; null where it waits for a person. */
  deliveryStatus: text().orNull,
  createdDate: instant().orNull,
  lastUpdatedDate: instant().orNull,
  /** When the carrier's word on it last changed. */
  lastTrackingUpdatedDate: instant().orNull,
  shippedDate: instant().orNull,
  deliveredDate: instant().orNull,
  estimatedFulfillmentDate: instant().orNull,
  estimatedFulfillmentDateStatus: text().orNull,
  fulfillmentCenterId: text().orNull,
  fulfillmentCenterName: text().orNull,
  carrier: text().orNull,
  carrierService: text().orNull,
  trackingNumber: indexedText().orNull,
  trackingUrl: text().orNull,
  /** In ounces. */
  weight: exact().orNull,
  cost: exact().orNull,
  currency: text().orNull,
  shipOption: text().orNull,
  isTrackingUploaded: flag().orNull,
});
