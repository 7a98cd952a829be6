/** Names the built-in shop is written with: several alphabets, marks that combine, emoji, right-to-left. */

export const PEOPLE: readonly (readonly [string | null, string | null])[] = [
  ['Ada', 'Lovelace'],
  ['Søren', 'Kierkegård'],
  ['Zoë', "O'Brien-Łukasiewicz"],
  ['美咲', '田中'],
  ['Ольга', 'Иванова'],
  ['محمد', 'الأحمد'],
  ['Δέσποινα', 'Παπαδοπούλου'],
  ['दीपिका', 'शर्मा'],
  ['Nguyễn', 'Thị Minh Khai'],
  ['🦊 Fox', 'Robinson'],
  ['José', 'Nun\u0303ez'],
  ['X Æ', null],
  [null, 'Müller'],
  ['שרה', 'כהן'],
  ['Grace', 'Hopper'],
  ['김', '서연'],
];

export const THINGS: readonly string[] = [
  'White Hanging Heart T-Light Holder',
  'Teekanne "Blau" – 1,5 l',
  'Чашка фарфоровая',
  '和紙ランプ',
  'Tasse à café 🍵',
  'Candle; three wicks, 100% soy',
  "Baker's apron <L>",
  'مصباح نحاسي',
  'Mug\twith tab',
  'Plain & simple tray',
  'Gift card sleeve',
  'Wool blanket 120×200',
];

export const SIZES: readonly string[] = ['S', 'M', 'L'];
export const VENDORS: readonly string[] = ['Northlight', 'Atelier Brume', 'Кузница', 'Stillwater & Sons'];

export const PLACES: readonly {
  country: string;
  code: string;
  city: string;
  zip: string;
  province: string | null;
}[] = [
  { country: 'United Kingdom', code: 'GB', city: 'Leeds', zip: 'LS1 4DY', province: 'ENG' },
  { country: 'Germany', code: 'DE', city: 'Köln', zip: '50667', province: null },
  { country: 'Japan', code: 'JP', city: '大阪市', zip: '530-0001', province: 'JP-27' },
  { country: 'United States', code: 'US', city: 'Portland', zip: '04101', province: 'ME' },
  { country: 'Greece', code: 'GR', city: 'Θεσσαλονίκη', zip: '546 24', province: null },
  { country: 'Canada', code: 'CA', city: 'Montréal', zip: 'H2Y 1C6', province: 'QC' },
];

export const CARRIERS: readonly { company: string; url: string }[] = [
  { company: 'Royal Mail', url: 'https://www.royalmail.com/track-your-item#/tracking-results/' },
  { company: 'DHL Express', url: 'https://www.dhl.com/en/express/tracking.html?AWB=' },
  { company: 'UPS', url: 'https://www.ups.com/track?tracknum=' },
];
