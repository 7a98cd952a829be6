import { readJson } from './json.js';

const exactly = (text: string): unknown => readJson(text, true).value;

describe('JSON whose numbers are money', () => {
  it.each([
    ['{"a":12.10,"b":0,"c":-0.5,"d":[7, -8 ,9.0]}', { a: '12.10', b: '0', c: '-0.5', d: ['7', '-8', '9.0'] }],
    [
      '{"id":79039765272157001,"to":0.1000000000000000055511151231257827}',
      { id: '79039765272157001', to: '0.1000000000000000055511151231257827' },
    ],
    ['[1e3,1.5E+2,1.25e-3,-2e0,100e-2]', ['1000', '150', '0.00125', '-2', '1']],
    ['{"1":"2","-3.5":"4e5","x":"\\"7\\": 8,"}', { '1': '2', '-3.5': '4e5', x: '"7": 8,' }],
    ['{"a":true,"b":null,"c":[]}', { a: true, b: null, c: [] }],
    ['42', '42'],
  ])('keeps each of them as its decimal text: %s', (text, value) => {
    expect(exactly(text)).toEqual(value);
  });

  it('is not filled with zeroes by an exponent that is no amount', () => {
    expect(exactly('[1e999999999,1e-999999999,-5e51]')).toEqual(['1e999999999', '1e-999999999', '-5e51']);
  });

  it.each(['[01]', '[1.]', '[.5]', '[1.2.3]', '[1e]', '[+1]', '[--1]', '[1-2]', '{"a":0x1}', '[12 34]'])(
    'is no JSON where a number is none: %s',
    (text) => {
      expect(() => exactly(text)).toThrow(SyntaxError);
    },
  );

  it('shows both values of a key that comes twice, as texts', () => {
    expect(exactly('{"a":1,"a":2}')).toEqual({ a: { 'given more than once': ['1', '2'] } });
  });
});
