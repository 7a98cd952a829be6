import { linkedNext, linkedRequest, type LinkedList } from './linked.js';

const LIST: LinkedList = { path: '/product', operation: 'products', always: { SortBy: 'Id' } };
const settings = { apiVersion: '2026-01', environment: 'production' as const };
const next = (link: string | null) => linkedNext(LIST)({ body: { items: [], next: link }, size: 250 });
const query = (place: ReturnType<typeof next>) => linkedRequest(LIST)({ place, size: 250, settings });

describe('a list that links to its next page', () => {
  it('begins with our own filters', () => {
    expect(query(null)).toEqual({
      path: '/2026-01/product',
      query: { SortBy: 'Id', PageSize: '250' },
      operation: 'products',
    });
  });

  it.each([
    ['/2026-01/product?cursor=abc%3D&PageSize=250', { cursor: 'abc=', PageSize: '250' }],
    ['/2025-07/product?cursor=abc', { cursor: 'abc' }],
    ['https://api.shipbob.com/2026-01/product?cursor=abc', { cursor: 'abc' }],
    // Only the query of a link is believed: whose host it names is nothing to us.
    ['https://evil.example/product?cursor=abc', { cursor: 'abc' }],
    [
      'f8cUkxJkbeYp2L8oHqxL2hFiGz3qjre',
      { SortBy: 'Id', Cursor: 'f8cUkxJkbeYp2L8oHqxL2hFiGz3qjre', PageSize: '250' },
    ],
  ])('goes on at %s', (link, asked) => {
    expect(query(next(link))).toEqual({ path: '/2026-01/product', query: asked, operation: 'products' });
  });

  it.each([null, ''])('ends at %j', (link) => {
    expect(next(link)).toBeNull();
  });

  it('refuses a link to another list', () => {
    expect(() => next('/2026-01/order?cursor=abc')).toThrow('the next page is said to be at /2026-01/order');
  });
});
