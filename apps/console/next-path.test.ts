import { nextPath } from './next-path.js';

describe('where to go after the sign-in', () => {
  it.each(['/', '/queues', '/queues/queue/shopify?status=failed&page=2'])('keeps %s', (path) => {
    expect(nextPath(path)).toBe(path);
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/..//evil.example',
    '/a/..//evil.example',
    'javascript:alert(1)',
    'queues',
    '',
    undefined,
    ['/queues'],
  ])('takes %j for the start page', (path) => {
    expect(nextPath(path)).toBe('/');
  });
});
