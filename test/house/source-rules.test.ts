import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ROOMS } from '../../.config/arrows.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAX_LINES = 250;

/** Files that may be longer than {@link MAX_LINES}, with the reason. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'src/session/session.ts':
    'the class that users hold: each verb is a few lines, and what it promises is written above it',
  'src/session/sessions.ts': 'the facade: each verb is a few lines, and what it promises is written above it',
};

/** What each folder in `providers/` holds, so that whoever knows one provider finds their way in all. */
const PROVIDER_FILES = [
  'README.md',
  'client.ts',
  'errors.ts',
  'index.ts',
  'options.ts',
  'plugin.ts',
  'provider.ts',
  'states.ts',
];

/** Names that say nothing about what is inside. */
const EMPTY_NAMES = /^(utils?|helpers?|types?|common|misc|shared|lib|interfaces?|constants?)$/;
const KEBAB_CASE = /^_?[a-z0-9]+(-[a-z0-9]+)*(\.(test|property|bench|config|d))*\.[a-z]+$/;

/** Written by a tool, and checked to be fresh. */
const GENERATED = /_pb\.ts$/;

const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !GENERATED.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .sort();

const SHIPPED = ['src', 'providers'].flatMap(filesBelow).filter((file) => file.endsWith('.ts'));
const ALL = [...SHIPPED, ...['test', 'examples', 'bench'].flatMap(filesBelow)].filter((file) => file.endsWith('.ts'));
const foldersBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const lines = (text: string): number => text.trimEnd().split('\n').length;

/** What a source text says that the house does not allow, as `line N: what`. */
function offences(text: string): string[] {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest);
  const found: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    found.push(`line ${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}: ${what}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isExportAssignment(node)) report(node, 'default export');
    if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) {
      report(node, 'default export');
    }
    if (node.kind === ts.SyntaxKind.AnyKeyword) report(node, '`any`');
    if (ts.isEnumDeclaration(node)) report(node, 'enum');
    if (ts.isInterfaceDeclaration(node) && /^I[A-Z][a-z]/.test(node.name.text)) report(node, '`I` prefix');
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('the house rules', () => {
  it('find the offences they look for', () => {
    const seeded = 'export default 1;\nexport enum Colour {}\ninterface IThing {}\ntype Anything = any;\n';
    expect(offences(seeded)).toEqual(['line 1: default export', 'line 2: enum', 'line 3: `I` prefix', 'line 4: `any`']);
  });

  it('named exports only, no any, no enum, no I prefix', () => {
    const found = SHIPPED.flatMap((file) => offences(read(file)).map((offence) => `${file} ${offence}`));
    expect(found).toEqual([]);
  });

  it('every file is named in kebab case', () => {
    expect(ALL.filter((file) => !KEBAB_CASE.test(basename(file)))).toEqual([]);
  });

  it('no folder or file has a name that says nothing', () => {
    const parts = (file: string): string[] => file.split('/').map((part) => part.replace(/\..*/, ''));
    expect(ALL.filter((file) => parts(file).some((part) => EMPTY_NAMES.test(part)))).toEqual([]);
  });

  it(`no file is longer than ${MAX_LINES} lines without a reason, and no reason outlives its file`, () => {
    const long = SHIPPED.filter((file) => lines(read(file)) > MAX_LINES);
    expect(long).toEqual(Object.keys(LONG_FILES));
  });

  it('every room of src has its arrows', () => {
    expect(foldersBelow('src').filter((room) => !Object.hasOwn(ROOMS, room))).toEqual([]);
  });

  it.each(foldersBelow('providers').filter((id) => !id.startsWith('_')))(
    'providers/%s has the eight files and its tests',
    (provider) => {
      const present = readdirSync(join(ROOT, 'providers', provider));
      expect(PROVIDER_FILES.filter((file) => !present.includes(file))).toEqual([]);
      expect(existsSync(join(ROOT, 'test/providers', provider))).toBe(true);
    },
  );
});
