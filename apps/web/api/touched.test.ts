import { touchedBy } from './touched.js';

describe('what an event has asked again', () => {
  it('is what shows its subject, and nothing else', () => {
    expect(touchedBy('GET /runs/{id}', ['runs'])).toBe(true);
    expect(touchedBy('GET /overview', ['alerts'])).toBe(true);
    expect(touchedBy('GET /bulk/{id}', ['runs', 'bulk'])).toBe(true);
    expect(touchedBy('GET /tables/{table}/rows', ['runs', 'connections'])).toBe(false);
    expect(touchedBy('GET /runs', ['something new'])).toBe(false);
  });
});
