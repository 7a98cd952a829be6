import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const FOLDERS = ['apps', 'libs', 'config', 'migrations', 'bench', 'storm', 'examples', 'tests', 'scripts'];

/** One source file: its path from the root, with `/`, and all that it imports, as written. */
export interface SourceFile {
  path: string;
  imports: { specifier: string; line: number }[];
  /** Lines that read process.env. */
  environment: number[];
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

export function readSource(path: string, text: string): SourceFile {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: SourceFile = { path, imports: [], environment: [] };
  const line = (node: ts.Node): number => source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const note = (node: ts.Node, specifier: ts.Expression | undefined): void => {
    if (specifier && ts.isStringLiteralLike(specifier)) {
      found.imports.push({ specifier: specifier.text, line: line(node) });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) note(node, node.moduleSpecifier);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      note(node, node.arguments[0]);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      note(node, node.argument.literal as ts.Expression);
    }
    if (
      ts.isPropertyAccessExpression(node) &&
      node.name.text === 'env' &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 'process'
    ) {
      found.environment.push(line(node));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
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
