import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { documents } from '../../.config/generate-docs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a short block may take for granted; a block's own declarations win over these. */
const TAKEN_FOR_GRANTED = `
declare global {
  const openSessions: typeof import('anysession').openSessions;
  const sessions: import('anysession').Sessions;
  const session: import('anysession').Session;
  const result: import('anysession').Result;
}
export {};`;

const CANNOT_FIND_MODULE = 2307;

interface Block {
  /** Where it stands, as `file:line`. */
  readonly name: string;
  readonly code: string;
}

/** The TypeScript blocks of a document, without those that are cut from code: the compiler sees those where they live. */
function blocksOf(file: string, text: string): Block[] {
  const written = text.replaceAll(/<!-- code: [\s\S]*?<!-- end -->/g, (cut) => cut.replaceAll(/.*/g, ''));
  return Array.from(written.matchAll(/^```ts\n([\s\S]*?)^```$/gm), (match) => ({
    name: `${file}:${written.slice(0, match.index).split('\n').length}`,
    code: match[1] ?? '',
  }));
}

/** A module of the block: its statements go into a function, so that names may repeat what is taken for granted. */
function toModule(code: string): string {
  if (/^export /m.test(code)) return code;
  const imports = Array.from(code.matchAll(/^import [\s\S]*?;$/gm), ([statement]) => statement);
  const rest = imports.reduce((left, statement) => left.replace(statement, ''), code);
  return `${imports.join('\n')}\nexport async function block(): Promise<void> {\n${rest}\n}`;
}

/** What the compiler says of the blocks, as `where: message`. */
function complaints(blocks: readonly Block[]): string[] {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config as { compilerOptions: object };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const sources = new Map(blocks.map(({ code }, index) => [join(ROOT, `docs/block-${index}.ts`), toModule(code)]));
  sources.set(join(ROOT, 'docs/taken-for-granted.ts'), TAKEN_FOR_GRANTED);

  const compilerOptions: ts.CompilerOptions = {
    ...options,
    noUnusedLocals: false,
    configFilePath: join(ROOT, 'tsconfig.json'),
  };
  const host = ts.createCompilerHost(compilerOptions);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = sources.get(file);
    return text === undefined ? getSourceFile(file, version, ...rest) : ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram([...sources.keys()], compilerOptions, host);
  return blocks.flatMap(({ name }, index) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(join(ROOT, `docs/block-${index}.ts`)))
      .map(({ code, messageText }) => ({ code, text: ts.flattenDiagnosticMessageText(messageText, '\n') }))
      // The reader's own files.
      .filter(({ code, text }) => !(code === CANNOT_FIND_MODULE && text.includes("'./")))
      .map(({ text }) => `${name}: ${text}`),
  );
}

describe('the code in the documents', { timeout: 60_000 }, () => {
  it('compiles', () => {
    const blocks = documents().flatMap((file) => blocksOf(file, readFileSync(join(ROOT, file), 'utf8')));
    expect(blocks.length).toBeGreaterThan(5);
    expect(complaints(blocks)).toEqual([]);
  });

  it('is looked at closely enough to see what does not exist', () => {
    const text =
      '# Page\n\n```ts\nawait session.sqll("SELECT 1");\n```\n\n<!-- code: x.ts -->\n```ts\nnot looked at\n```\n<!-- end -->\n';
    expect(complaints(blocksOf('page.md', text))).toEqual([
      expect.stringMatching(/^page\.md:3: Property 'sqll' does not exist/),
    ]);
  });
});
