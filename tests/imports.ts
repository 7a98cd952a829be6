import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Expression, type Node, parseSync, visitorKeys } from 'oxc-parser';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const FOLDERS = ['apps', 'libs', 'config', 'migrations', 'bench', 'storm', 'examples', 'tests', 'scripts'];

/** One source file: its path from the root, with `/`, and all that it imports, as written. */
export interface SourceFile {
  path: string;
  imports: { specifier: string; line: number }[];
  /** Lines that read process.env. */
  environment: number[];
  /** Lines that read the clock: `Date.now()` and `new Date()`. */
  clock: number[];
  /** Lines that export all of another module. */
  exportsOfAll: number[];
}

export function sourceFiles(): SourceFile[] {
  return FOLDERS.flatMap((folder) => typeScriptIn(join(ROOT, folder))).map((file) =>
    readSource(relative(ROOT, file).split(sep).join('/'), readFileSync(file, 'utf8')),
  );
}

function typeScriptIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.includes('node_modules'))
      .map((file) => join(folder, file));
  } catch {
    return [];
  }
}

/** Throws on a text that is no TypeScript: what cannot be read cannot be called clean. */
export function readSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path} does not parse: ${errors[0].message}`);
  const found: SourceFile = { path, imports: [], environment: [], clock: [], exportsOfAll: [] };
  const line = ({ start }: { start: number }): number => text.slice(0, start).split('\n').length;
  const note = (node: { start: number }, source: Expression | null): void => {
    const specifier = textOf(source);
    if (specifier !== undefined) found.imports.push({ specifier, line: line(node) });
  };
  walk(program, (node) => {
    switch (node.type) {
      case 'ExportAllDeclaration':
        found.exportsOfAll.push(line(node));
        note(node, node.source);
        break;
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ImportExpression':
      case 'TSImportType':
        note(node, node.source);
        break;
      case 'MemberExpression':
        if (isMember(node, 'process', 'env')) found.environment.push(line(node));
        break;
      case 'CallExpression':
        if (isMember(node.callee, 'Date', 'now')) found.clock.push(line(node));
        break;
      case 'NewExpression':
        if (isNamed(node.callee, 'Date') && node.arguments.length === 0) found.clock.push(line(node));
        break;
      default:
    }
  });
  return found;
}

function textOf(source: Expression | null): string | undefined {
  if (source?.type === 'Literal' && typeof source.value === 'string') return source.value;
  const plain = source?.type === 'TemplateLiteral' && source.expressions.length === 0;
  return plain ? source.quasis[0]?.value.raw : undefined;
}

const isNamed = (node: Node, name: string): boolean => node.type === 'Identifier' && node.name === name;

const isMember = (node: Node, object: string, property: string): boolean =>
  node.type === 'MemberExpression' && isNamed(node.object, object) && isNamed(node.property, property);

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const key of visitorKeys[node.type] ?? []) {
    const below = (node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null>>)[key];
    for (const child of [below ?? []].flat()) if (child) walk(child, visit);
  }
}

/**
 * The place an import leads to: `libs/kernel` for `#kernel`, a file's path for a relative import,
 * undefined for a package or a Node module.
 */
export function target(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    return posix.normalize(posix.join(posix.dirname(from), specifier)).replace(/\.js$/, '.ts');
  }
  if (!specifier.startsWith('#')) return undefined;
  const name = specifier.slice(1);
  if (name === 'config' || name === 'migrations') return `${name}/index.ts`;
  const simulator = /^simulators\/(.+)$/.exec(name);
  if (simulator) return `libs/connectors/${simulator[1] ?? ''}/simulator/index.ts`;
  return `libs/${name}/index.ts`;
}
