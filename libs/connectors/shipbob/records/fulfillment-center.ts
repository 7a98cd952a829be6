import { wireId } from '#sync';
import { z } from 'zod';
import { orNull } from './scalars.js';

const text = orNull(z.string());

export const FulfillmentCenter = z.object({
  id: wireId,
  name: text,
  address1: text,
  address2: text,
  city: text,
  state: text,
  zip_code: text,
  country: text,
  phone_number: text,
  email: text,
  timezone: text,
});
