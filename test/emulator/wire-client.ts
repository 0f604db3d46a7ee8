import { test } from 'vitest';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.ts';

/** An answer, with what every test reads. */
export interface WireReply {
  readonly status: number;
  readonly headers: Headers;
  /** The code of an error, from the header. */
  readonly code: string | undefined;
  // Answers are read by path in tests; a wrong path fails the test.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export const ROLE = 'arn:aws:iam::123456789012:role/emulated';
export const APPLICATION = '00emulated1';
/** A token of the right length for Athena. */
export const TOKEN = 'token-'.padEnd(36, '0');

/** An emulator on a virtual clock by default. */
export function emulate(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ clock: 'virtual', ...options });
}

/** `it` with an emulator, and a session of either service on it: the `id` of Athena's, the `path` of EMR Serverless's. */
export const it = test.extend<{ emulator: Emulator; id: string; path: string }>({
  emulator: async ({}, use) => {
    await using emulator = await emulate();
    await use(emulator);
  },
  id: async ({ emulator }, use) => use(await startAthena(emulator)),
  path: async ({ emulator }, use) => use(await startEmr(emulator)),
});

/** One call of Athena, by plain fetch. */
export async function athena(
  emulator: Emulator,
  operation: string,
  members: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<WireReply> {
  return read(
    await fetch(emulator.urls.athena, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AmazonAthena.${operation}`,
        ...headers,
      },
      body: JSON.stringify(members),
    }),
  );
}

/** One call of Glue, by plain fetch. */
export async function glue(emulator: Emulator, operation: string, members: object = {}): Promise<WireReply> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSGlue.${operation}` };
  return read(await fetch(emulator.urls.glue, { method: 'POST', headers, body: JSON.stringify(members) }));
}

let lastSession = 0;

/** Starts a Glue session and gives its id. */
export async function startGlue(emulator: Emulator, members: object = {}): Promise<string> {
  lastSession += 1;
  const request = { Id: `session-${lastSession}`, Role: ROLE, Command: { Name: 'glueetl' }, ...members };
  const reply = await glue(emulator, 'CreateSession', request);
  if (reply.status !== 200) throw new Error(`CreateSession: ${JSON.stringify(reply.body)}`);
  return request.Id;
}

/** One call of EMR Serverless, by plain fetch; `path` begins after the host. */
export async function emr(emulator: Emulator, method: string, path: string, body?: object): Promise<WireReply> {
  return read(
    await fetch(`${emulator.urls.emrServerless}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }),
  );
}

/** Starts an Athena session and gives its id. */
export async function startAthena(emulator: Emulator, members: object = {}): Promise<string> {
  const reply = await athena(emulator, 'StartSession', { WorkGroup: 'spark35', EngineConfiguration: {}, ...members });
  if (reply.status !== 200) throw new Error(`StartSession: ${JSON.stringify(reply.body)}`);
  return reply.body.SessionId as string;
}

/** The state of an Athena session. */
export async function athenaState(emulator: Emulator, sessionId: string): Promise<string> {
  return (await athena(emulator, 'GetSessionStatus', { SessionId: sessionId })).body.Status?.State as string;
}

/** The ids of the sessions that ListSessions shows. */
export async function athenaIds(emulator: Emulator, members: object = {}): Promise<readonly string[]> {
  const { body } = await athena(emulator, 'ListSessions', { WorkGroup: 'spark35', ...members });
  return (body.Sessions as { SessionId: string }[]).map(({ SessionId }) => SessionId);
}

/** The states of a session of either service, by its id or path, after each of these pauses. */
export async function statesAfter(emulator: Emulator, session: string, pauses: readonly number[]): Promise<string[]> {
  const states: string[] = [];
  for (const ms of pauses) {
    emulator.advance(ms);
    states.push(await (session.startsWith('/') ? emrState : athenaState)(emulator, session));
  }
  return states;
}

let lastToken = 0;

/** Starts an EMR Serverless session, which may be refused. */
export function tryStartEmr(emulator: Emulator, members: object = {}, application = APPLICATION): Promise<WireReply> {
  lastToken += 1;
  const body = { clientToken: `token-${lastToken}`, executionRoleArn: ROLE, ...members };
  return emr(emulator, 'POST', `/applications/${application}/sessions`, body);
}

/** Starts an EMR Serverless session and gives its path. */
export async function startEmr(emulator: Emulator, members: object = {}, application = APPLICATION): Promise<string> {
  const reply = await tryStartEmr(emulator, members, application);
  if (reply.status !== 200) throw new Error(`StartSession: ${JSON.stringify(reply.body)}`);
  return `/applications/${application}/sessions/${reply.body.sessionId as string}`;
}

/** The state of an EMR Serverless session. */
export async function emrState(emulator: Emulator, path: string): Promise<string> {
  return (await emr(emulator, 'GET', path)).body.session?.state as string;
}

async function read(response: Response): Promise<WireReply> {
  const text = await response.text();
  const code = response.headers.get('x-amzn-errortype') ?? undefined;
  const json = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, code, body: json ? JSON.parse(text) : text };
}
