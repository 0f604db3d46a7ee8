import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { JSONCParseError } from 'confbox/jsonc';
import type { SessionError } from '../contract/session-error.ts';
import { isMap } from '../provider-kit/option-shape.ts';
import { configInvalid } from './config-problem.ts';
import { describeValue } from '../provider-kit/describe-value.ts';
import { CODE_EXTENSIONS, CONFIG_EXTENSIONS } from './find-config-file.ts';
import { whyNotTrusted } from './trusted-file.ts';

/** Where V8's message begins to repeat the text, which may hold secrets, or the position, which we report ourselves. */
const QUOTES_OR_POSITION = /, (?:\.{3})?"|(?: in JSON)? at position/;

/** A place in a text, both from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Reads one config file as written: variables are not filled in, and only that it contains a map is checked.
 * @param file - its absolute path
 * @param label - its name in messages
 * @throws SessionError `config-invalid` when it is missing, cannot be read or parsed, throws, or contains no map.
 */
export async function readConfigFile(file: string, label: string): Promise<Readonly<Record<string, unknown>>> {
  const extension = extname(file);
  if (!(CONFIG_EXTENSIONS as readonly string[]).includes(extension)) {
    throw refusal(label, `the name of a config file must end in ${CONFIG_EXTENSIONS.join(', ')}`);
  }
  const text = await readText(file, label);
  if (text.trim() === '') throw refusal(label, 'the file is empty: write at least `environments`');
  const value = await parse(file, label, extension, text);
  if (!isMap(value)) {
    const what = CODE_EXTENSIONS.includes(extension) ? 'the default export must be' : 'the file must contain';
    throw refusal(label, `${what} a map with \`environments\`; found ${describeValue(value ?? undefined)}`);
  }
  return value;
}

async function readText(file: string, label: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw refusal(label, 'no such file', cause);
    if (code === 'EISDIR') throw refusal(label, 'this is a folder: pass the path of a file', cause);
    throw refusal(label, `cannot read the file (${code ?? String(cause)}): check its permissions`, cause);
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
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // JSON.parse reports the position only on some versions and for some mistakes; this parser always does.
    const { parseJSONC } = await import('confbox/jsonc');
    const errors: JSONCParseError[] = [];
    parseJSONC(text, { errors, disallowComments: true });
    const before = text.slice(0, errors[0]?.offset ?? text.length);
    const position = { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
    const [reason = ''] = (cause as Error).message.split(QUOTES_OR_POSITION);
    throw refusal(label, `not valid JSON: ${reason}`, cause, position);
  }
  await refuseRepeatedKeys(text, label);
  return value;
}

/** JSON.parse takes the last value of a repeated key. The parser of YAML, which contains JSON, refuses it. */
async function refuseRepeatedKeys(text: string, label: string): Promise<void> {
  const { parseYAML } = await import('confbox/yaml');
  try {
    parseYAML(text);
  } catch (cause) {
    const { reason = '', mark } = cause as { reason?: string; mark?: { line: number; column: number } };
    if (!reason.includes('duplicated mapping key')) return;
    const position = mark && { line: mark.line + 1, column: mark.column + 1 };
    throw refusal(label, 'not valid JSON: duplicated mapping key', cause, position);
  }
}

async function runModule(file: string, label: string): Promise<unknown> {
  const why = await whyNotTrusted(file);
  if (why !== undefined) throw refusal(label, `the file ${why}, or write the configuration in YAML or JSON`);
  const { importModuleFile } = await import('./import-module-file.ts');
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await importModuleFile(file);
  } catch (cause) {
    // Transpilers add the position on lines below the message.
    const [reason = ''] = String(cause).split('\n');
    throw refusal(label, `the file failed to run: ${reason.trim()}`, cause, positionIn(file, cause));
  }
  if (!('default' in module)) throw refusal(label, 'no default export: write `export default { environments: … }`');
  return module['default'];
}

/** Where in a module an error came from, if its stack has it. */
function positionIn(file: string, error: unknown): Position | undefined {
  const [, afterFile] = error instanceof Error ? (error.stack ?? '').split(`${file}:`) : [];
  const [, line, column] = /^(\d+):(\d+)/.exec(afterFile ?? '') ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
}

function refusal(label: string, message: string, cause?: unknown, position?: Position): SessionError {
  return configInvalid([{ file: label, ...position, path: [], message }], cause);
}
