import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { JSONCParseError } from 'confbox/jsonc';
import type { SessionError } from '../contract/session-error.ts';
import { isMap } from './check-shape.ts';
import { configInvalid } from './config-problem.ts';
import { describeValue } from './describe-value.ts';
import { CONFIG_EXTENSIONS } from './find-config-file.ts';

/** Where V8's message begins to repeat the text, which may hold secrets, or the position, which is told otherwise. */
const QUOTES_OR_POSITION = /, (?:\.{3})?"|(?: in JSON)? at position/;

/** A place in a text, both from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Reads one config file as it stands: nothing filled in, nothing checked but that it holds a map.
 * @param file - its absolute path
 * @param label - its name in messages
 * @throws SessionError `config-invalid` when it is not there, cannot be read or parsed, throws, or holds no map.
 */
export async function readConfigFile(file: string, label: string): Promise<Readonly<Record<string, unknown>>> {
  const extension = extname(file);
  if (!(CONFIG_EXTENSIONS as readonly string[]).includes(extension)) {
    throw refusal(label, `a config file ends in ${CONFIG_EXTENSIONS.join(', ')}`);
  }
  const text = await readText(file, label);
  if (text.trim() === '') throw refusal(label, 'the file is empty: it needs at least `environments`');
  const value = await parse(file, label, extension, text);
  if (!isMap(value)) {
    const what = extension === '.ts' || extension === '.mjs' ? 'the default export must be' : 'the file must hold';
    throw refusal(label, `${what} a map with \`environments\`; found ${describeValue(value ?? undefined)}`);
  }
  return value;
}

async function readText(file: string, label: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw refusal(label, 'there is no such file', cause);
    if (code === 'EISDIR') throw refusal(label, 'this is a folder: name the file in it', cause);
    throw refusal(label, `the file cannot be read (${code ?? String(cause)}): look at its permissions`, cause);
  }
}

function parse(file: string, label: string, extension: string, text: string): Promise<unknown> {
  if (extension === '.json') return parseJson(text, label);
  if (extension === '.yaml' || extension === '.yml') return parseYaml(text, label);
  return runModule(file, label);
}

async function parseYaml(text: string, label: string): Promise<unknown> {
  const { parseYAML } = await import('confbox/yaml');
  try {
    return parseYAML(text);
  } catch (cause) {
    const { reason, mark } = cause as { reason?: string; mark?: { line: number; column: number } };
    const line = text.split('\n')[mark?.line ?? 0] ?? '';
    const advice = line.includes('${') ? '; a ${VAR} inside { } or [ ] must be in quotes' : '';
    const position = mark && { line: mark.line + 1, column: mark.column + 1 };
    throw refusal(label, `not valid YAML: ${reason ?? String(cause)}${advice}`, cause, position);
  }
}

async function parseJson(text: string, label: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // JSON.parse tells where only on some versions and for some mistakes; this parser tells always.
    const { parseJSONC } = await import('confbox/jsonc');
    const errors: JSONCParseError[] = [];
    parseJSONC(text, { errors, disallowComments: true });
    const before = text.slice(0, errors[0]?.offset ?? text.length);
    const position = { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
    const [reason = ''] = (cause as Error).message.split(QUOTES_OR_POSITION);
    throw refusal(label, `not valid JSON: ${reason}`, cause, position);
  }
}

async function runModule(file: string, label: string): Promise<unknown> {
  const { importModuleFile } = await import('./import-module-file.ts');
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await importModuleFile(file);
  } catch (cause) {
    // Transpilers put the place on lines of their own below the message.
    const [reason = ''] = String(cause).split('\n');
    throw refusal(label, `running the file failed: ${reason.trim()}`, cause, positionIn(file, cause));
  }
  if (!('default' in module))
    throw refusal(label, 'there is no default export: write `export default { environments: … }`');
  return module['default'];
}

/** Where in a module an error came from, as far as its stack tells. */
function positionIn(file: string, error: unknown): Position | undefined {
  const [, afterFile] = error instanceof Error ? (error.stack ?? '').split(`${file}:`) : [];
  const [, line, column] = /^(\d+):(\d+)/.exec(afterFile ?? '') ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
}

function refusal(label: string, message: string, cause?: unknown, position?: Position): SessionError {
  return configInvalid([{ file: label, ...position, path: [], message }], cause);
}
