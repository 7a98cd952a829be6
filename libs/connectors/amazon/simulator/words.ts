import { toFixed } from '#kernel';
import { textOf, type Units } from '#shop';

/** Where a business that keeps its books in a currency sells, and where it could sell beside that. */
export interface Marketplace {
  readonly id: string;
  readonly name: string;
  readonly country: string;
  readonly language: string;
}

const GB = { id: 'A1F83G8C2ARO7P', name: 'Amazon.co.uk', country: 'GB', language: 'en_GB' };
const IE = { id: 'A28R8C7NBKEWEA', name: 'Amazon.ie', country: 'IE', language: 'en_IE' };
const DE = { id: 'A1PA6795UKMFR9', name: 'Amazon.de', country: 'DE', language: 'de_DE' };
const FR = { id: 'A13V1IB3VIYZZH', name: 'Amazon.fr', country: 'FR', language: 'fr_FR' };
const US = { id: 'ATVPDKIKX0DER', name: 'Amazon.com', country: 'US', language: 'en_US' };
const CA = { id: 'A2EUQ1WTGCTBG2', name: 'Amazon.ca', country: 'CA', language: 'en_CA' };
const JP = { id: 'A1VC38T7YXB528', name: 'Amazon.co.jp', country: 'JP', language: 'ja_JP' };
const AU = { id: 'A39IBJ37TRP1C6', name: 'Amazon.com.au', country: 'AU', language: 'en_AU' };

const HOMES: Readonly<Record<string, readonly [home: Marketplace, beside: Marketplace]>> = {
  GBP: [GB, IE],
  EUR: [DE, FR],
  USD: [US, CA],
  JPY: [JP, AU],
};

export const marketplacesOf = (currency: string): readonly [home: Marketplace, beside: Marketplace] =>
  HOMES[currency] ?? HOMES['USD']!;

/** `12.50`; `1250` where the currency has no smaller coin. */
export const amountOf = (units: Units, currency: string): string =>
  toFixed(textOf(units), currency === 'JPY' ? 0 : 2);

export const money = (units: Units, currency: string) => ({
  amount: amountOf(units, currency),
  currencyCode: currency,
});

/** Whole seconds, as Amazon mostly tells them. */
export const instantOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
