import { Failure } from '#kernel';
import { readSettlement } from './settlement-file.js';
import { report } from './testing/fixture.js';

const us = report('settlement-us');
const at = '2026-10-20T12:00:00Z';
const lines = us.split('\n');

it.each([
  ['an empty file', ''],
  ['a page of HTML', '<html><body>Sign in</body></html>'],
  ['an error in XML', '<Error><Code>AccessDenied</Code></Error>'],
  ['a header without the amount', us.replace('amount-description\tamount\t', 'amount-description\tsum\t')],
  ['no summary', [lines[0], ...lines.slice(2)].join('\n')],
  ['a line of another settlement', us.replace(/25829000001(?=[^\n]*Subscription)/, '25829000009')],
  ['an amount that is none', us.replace('-39.99', 'about forty')],
  ['a line without an amount', us.replace('-39.99', '')],
  ['a day that is none', us.replaceAll('2026-10-14', '2026-13-14')],
  ['half of it', lines.slice(0, 9).join('\n')],
])('%s is no settlement', (_, text) => {
  expect(() => readSettlement(text, at)).toThrow(Failure);
});

it('reads cells by their header, in any order, below another line and behind a byte order mark', () => {
  const [header = '', ...rest] = report('settlement-us').split('\n');
  expect(readSettlement(`\uFEFF${header.toUpperCase()}\n${rest.join('\r')}`, at)).toEqual(
    readSettlement(us, at),
  );
  expect(readSettlement(report('settlement-sg'), at)).toMatchObject({ currency: 'SGD', total: '994.99' });
});
