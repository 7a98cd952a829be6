import { explain, VARIABLE_NAMES, type Explained } from './variables.js';

const GROUPS: Readonly<Record<Explained['group'], string>> = {
  Stores:
    'Where Stratus keeps what it knows. Nothing is needed for a first look: embedded mode brings its own.',
  Process: 'What each process does.',
  Console: 'The operator’s pages and the HTTP API.',
  Timing: 'How long things take. The defaults suit most; tests and drills shorten them.',
  Shopify: 'Read by `stratus connections import-env` alone, which makes a sealed connection of them.',
  FreeAgent: 'The same, but for the lookbacks, which every run of these streams minds.',
  ShipBob: 'The same, but for the lookbacks, which every run of these streams minds.',
  Amazon: 'The same again.',
};

const names = (group: string) => VARIABLE_NAMES.filter((name) => explain(name).group === group);

/** `docs/configuration.md`. */
export function configurationPage(): string {
  const sections = Object.entries(GROUPS).map(([group, intro]) => {
    const variables = names(group).map((name) => {
      const { means, allowed, example, secret, standard } = explain(name);
      return [
        `### \`${name}\``,
        means,
        [
          `- allowed: ${allowed}`,
          `- default: ${standard === undefined ? 'not set' : `\`${standard}\``}`,
          ...(example ? [`- example: \`${example}\``] : []),
          ...(secret ? ['- secret: never logged or shown'] : []),
        ].join('\n'),
      ].join('\n\n');
    });
    return [`## ${group}`, intro, ...variables].join('\n\n');
  });
  return `${[
    '# Configuration',
    'Generated from `config/variables.ts` by `npm run docs`; `npm run verify` fails when it is stale. Every process reads these once, at its start, and stops with a sentence about each mistake. A variable set to nothing counts as not set. Which streams run and how often is in [`config/stratus.yaml`](../config/stratus.yaml).',
    ...sections,
  ].join('\n\n')}\n`;
}

/** `.env.example`: every variable, commented out unless a cluster needs it. */
export function envExample(): string {
  const needed = ['REDIS_URL', 'DATABASE_URL', 'STRATUS_SECRET_KEY'];
  const sections = Object.entries(GROUPS).map(([group, intro]) => {
    const variables = names(group).map((name) => {
      const { means, example, standard } = explain(name);
      const line = `${name}=${standard ?? example}`;
      return [...wrap(means), needed.includes(name) ? line : `# ${line}`].join('\n');
    });
    return [`# --- ${group} ---`, wrap(intro).join('\n'), ...variables].join('\n\n');
  });
  return `${['# Copy to .env. Generated from config/variables.ts by `npm run docs`.', ...sections].join('\n\n')}\n`;
}

/** Comment lines of at most 100 characters. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.replaceAll('`', '').split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 100) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}
