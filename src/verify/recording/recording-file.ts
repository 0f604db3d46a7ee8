import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpExchange } from '../../contract/exchange.ts';
import { SessionError } from '../../contract/session-error.ts';

/** The version of the recordings that this code writes and reads. */
const RECORDING_VERSION = 1;

/** The verbs whose calls are recorded: those of a provider, and those of its probes. */
export const RECORDED_VERBS = {
  provider: ['start', 'describe', 'listPage', 'terminate'],
  probe: ['start', 'startAlone', 'describe', 'list', 'terminate', 'endpoint', 'listEnded'],
} as const;

/** Where a verb is from. */
export type Source = keyof typeof RECORDED_VERBS;

/** One call of a provider: its arguments, what was exchanged for it, and what was read from the answers. */
export interface RecordedCall {
  readonly source: Source;
  readonly verb: string;
  /** With placeholders. */
  readonly argument: unknown;
  /** The call whose list this page continues, counted from 0. */
  readonly continues?: number;
  readonly exchanges: readonly HttpExchange[];
  readonly read: unknown;
}

/** Everything that a recording contains. */
export interface Recording {
  readonly version: typeof RECORDING_VERSION;
  readonly anysession: string;
  readonly recordedAt: string;
  readonly provider: string;
  /** The options of the provider, with placeholders. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly calls: readonly RecordedCall[];
}

const FILE = 'recording.json';

const README = `# A recording of \`anysession verify\`

\`recording.json\` has the calls that anysession made to a service, in their order: the operation, the body of the request, the status, a few
headers and the body of the answer, and what anysession read from it.

Every text that could name something of the account is replaced by a placeholder such as \`n00007\`, the same text always by the same one: ids,
names, owners, tokens, addresses, ARNs, messages. Only states, types, error codes and versions are kept as they were, besides numbers and times.
Headers of requests, and with them credentials, are not in it.

\`anysession verify --replay DIR\` reads the answers again with the code that is installed, without a network, and fails when it reads
something else. Read the file before you attach it to a bug report.
`;

/** Writes a recording into a new folder. @throws SessionError `conflict` when the folder exists, `invalid-request` when it cannot be made. */
export async function writeRecording(folder: string, recording: Omit<Recording, 'version'>): Promise<void> {
  await writeFile(join(folder, 'README.md'), README);
  const whole = { version: RECORDING_VERSION, ...recording };
  await writeFile(join(folder, FILE), `${JSON.stringify(whole, undefined, 1)}\n`);
}

/** Makes the folder of a recording before anything is recorded. */
export async function makeRecordingFolder(folder: string, name: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw refusal('conflict', `${name} exists, and it is left as it is. Choose another folder, or remove it`);
    throw refusal('invalid-request', `the folder ${name} cannot be made: ${code ?? String(cause)}`);
  }
}

/** Reads a recording. @throws SessionError `invalid-request` for anything that is none. */
export async function readRecording(folder: string, name: string): Promise<Recording> {
  const path = join(folder, FILE);
  let raw: unknown;
  try {
    raw = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const why =
      cause instanceof SyntaxError ? 'it is no JSON' : ((cause as NodeJS.ErrnoException).code ?? String(cause));
    throw refusal('invalid-request', `${name}/${FILE} cannot be read: ${why}`);
  }
  const { version, provider, options, calls } = Object(raw) as Partial<Record<keyof Recording, unknown>>;
  if (version !== RECORDING_VERSION) {
    const found = version === undefined ? 'no version' : `version ${JSON.stringify(version)}`;
    throw refusal(
      'invalid-request',
      `${name}/${FILE} has ${found}; this anysession reads version ${RECORDING_VERSION}`,
    );
  }
  const isWhole = typeof provider === 'string' && isObject(options) && Array.isArray(calls);
  const wrong = isWhole ? calls.findIndex((call) => !isCall(call)) : 0;
  if (!isWhole) throw refusal('invalid-request', `${name}/${FILE} needs a provider, options and calls`);
  if (wrong !== -1) throw refusal('invalid-request', `${name}/${FILE}: call ${wrong + 1} is not complete`);
  return raw as Recording;
}

function isCall(raw: unknown): boolean {
  const { source, verb, exchanges } = Object(raw) as Partial<Record<keyof RecordedCall, unknown>>;
  if (source !== 'provider' && source !== 'probe') return false;
  const verbs: readonly unknown[] = RECORDED_VERBS[source];
  return verbs.includes(verb) && Array.isArray(exchanges) && exchanges.every(isExchange);
}

function isExchange(raw: unknown): boolean {
  const { method, path, status, headers, body } = Object(raw) as Partial<Record<keyof HttpExchange, unknown>>;
  const texts = [method, path, body].every((text) => typeof text === 'string');
  return texts && Number.isInteger(status) && Number(status) >= 200 && Number(status) < 600 && isObject(headers);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(kind: 'conflict' | 'invalid-request', message: string): SessionError {
  return new SessionError(kind, message, { operation: 'verify' });
}
