/** What every provider page has besides its README: its capabilities, and its errors by kind. Both come from the code. */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { builtInPlugins, capabilityTable, sessionPlugins } from '../.config/generate-docs.ts';
import { markdownTable } from '../.config/markdown-table.ts';
import { ERROR_KINDS, type ErrorKind, type ErrorKindFacts } from '../src/contract/error-kinds.ts';
import { SessionError } from '../src/contract/session-error.ts';
import { ROOT } from './pages.ts';

/** A service's code for one kind of error, such as `athena.TooManyRequestsException`. */
interface ErrorsModule {
  readonly toSessionError: (thrown: unknown, failed: object) => SessionError;
  readonly [table: string]: unknown;
}

/** AWS answers these for every operation; no table of one service lists them. */
const AWS_CODES = ['AccessDeniedException', 'ExpiredTokenException', 'ThrottlingException'];

/** Marks the end of the service's own text in a message: what follows is the advice. */
const MARK = 'the text of the service';

/** The sections of one provider, as Markdown. */
export async function providerSections(id: string): Promise<string> {
  const plugins = sessionPlugins(await builtInPlugins()).filter((plugin) => plugin.id === id);
  const capabilities = plugins.length === 0 ? '' : `\n## Capabilities\n\n${capabilityTable(plugins)}\n`;
  return `${capabilities}\n## Troubleshooting\n\n${await troubleshooting(id)}\n`;
}

async function troubleshooting(id: string): Promise<string> {
  const errors = (await import(pathToFileURL(join(ROOT, 'providers', id, 'errors.ts')).href)) as ErrorsModule;
  const rows = new Map<ErrorKind, { readonly codes: string[]; readonly advice: string }>();
  for (const [code, operation] of codesOf(errors)) {
    const { kind, message } = errors.toSessionError(thrownFor(code), {
      operation,
      handle: undefined,
      scope: 'the scope',
      nowMs: 0,
    });
    const row = rows.get(kind) ?? { codes: [], advice: adviceIn(message) };
    const name = operation === 'start' ? `\`${code}\`` : `\`${code}\` (${operation})`;
    if (!row.codes.includes(`\`${code}\``)) row.codes.push(name);
    rows.set(kind, row);
  }
  const known = Object.entries<ErrorKindFacts>(ERROR_KINDS).filter(([kind]) => rows.has(kind as ErrorKind));
  const lines = known.map(([kind, { advice = '' }]) => {
    const { codes = [], advice: own = '' } = rows.get(kind as ErrorKind) ?? {};
    return [
      `[\`${kind}\`](../../docs/guide/errors.md)`,
      codes.join(', '),
      escaped(own === '' ? advice : sentence(own)),
    ];
  });
  return `An error carries the code of the service as \`error.native.code\`.\n\n${markdownTable(['kind', 'codes of the service', 'what to do'], lines)}`;
}

/** The codes of the module's tables, each with the operations for which they differ. */
function codesOf(errors: ErrorsModule): [code: string, operation: string][] {
  const tables = Object.entries(errors).filter(([name]) => /_ERRORS$|_ERROR_KINDS$/.test(name));
  const codes = tables.flatMap(([, rows]) => Object.entries(rows as Record<string, string | Record<string, string>>));
  const listed = codes.flatMap(([code, row]): [string, string][] => [
    [code, 'start'],
    ...(typeof row === 'string' ? [] : Object.keys(row).filter((name) => !['general', 'start'].includes(name))).map(
      (operation): [string, string] => [code, operation],
    ),
  ]);
  const isAws = codes.some(([code]) => code.endsWith('Exception'));
  return [...listed, ...(isAws ? AWS_CODES : []).map((code): [string, string] => [code, 'start'])];
}

const GRPC = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED'],
  ...['INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
];

/** What the client library of the service throws for a code: AWS names its errors, Google numbers them, DuckDB writes the type first. */
function thrownFor(code: string): Error {
  if (GRPC.includes(code)) return Object.assign(new Error(MARK), { code: GRPC.indexOf(code), details: MARK });
  if (!code.endsWith('Exception')) return new Error(`${code} Error: ${MARK}`);
  return Object.assign(new Error(MARK), { name: code, $fault: 'client', $metadata: { httpStatusCode: 400 } });
}

function adviceIn(message: string): string {
  return message.split(MARK)[1]?.replace(/^[.;\s]+/, '') ?? '';
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<').replaceAll(`${process.cwd()}`, 'PATH');
}
