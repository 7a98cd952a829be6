import { configurationPage, envExample } from './reference.js';
import { readEnv } from './env.js';
import { VARIABLE_NAMES } from './variables.js';

describe('the reference', () => {
  it('explains every variable', () => {
    const page = configurationPage();
    for (const name of VARIABLE_NAMES) expect(page).toContain(`### \`${name}\`\n\n`);
    expect(page).not.toMatch(/undefined|NaN/);
  });

  it('gives an example file that is accepted as it stands, and with every line turned on', () => {
    const all = envExample().replace(/^# ([A-Z_]+=)/gm, '$1');
    for (const text of [envExample(), all]) {
      const entries = [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
        name,
        value,
      ]);
      expect(readEnv(Object.fromEntries(entries) as Record<string, string>).mode).toBe('cluster');
    }
    expect([...all.matchAll(/^[A-Z_]+=/gm)]).toHaveLength(VARIABLE_NAMES.length);
  });
});
