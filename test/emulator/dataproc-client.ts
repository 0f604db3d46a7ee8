import * as grpc from '@grpc/grpc-js';
import { SessionControllerClient } from '@google-cloud/dataproc';
import { PassThroughClient } from 'google-auth-library';
import { afterEach } from 'vitest';
import type { DataprocOptions } from '../../src/emulator/dataproc/dataproc-options.ts';
import type { Emulator, Fault } from '../../src/emulator/index.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';

export const PARENT = 'projects/p/locations/us-central1';

export const TRANSPORTS = ['grpc', 'rest'] as const;

/** The ways to the service. */
export type Transport = (typeof TRANSPORTS)[number];

/** Google's own client, pointed at the emulator, without credentials. */
export function googleClient(emulator: Emulator, transport: Transport): SessionControllerClient {
  const { hostname, port } = new URL(transport === 'rest' ? emulator.urls.dataprocRest : emulator.urls.dataprocGrpc);
  return new SessionControllerClient({
    apiEndpoint: hostname,
    port: Number(port),
    projectId: 'p',
    authClient: new PassThroughClient(),
    ...(transport === 'rest' ? { fallback: true, protocol: 'http' } : { sslCreds: grpc.credentials.createInsecure() }),
  });
}

/** An emulator of Dataproc and a client of it. */
export interface DataprocStage {
  readonly emulator: Emulator;
  readonly client: SessionControllerClient;
  /** Creates a session and gives its operation. */
  create(sessionId: string, session?: object, requestId?: string): ReturnType<typeof createWith>;
  get(sessionId: string): ReturnType<typeof getFrom>;
}

const createWith = async (client: SessionControllerClient, sessionId: string, session: object, requestId?: string) => {
  const request = { parent: PARENT, sessionId, session, requestId: requestId ?? null };
  const [operation] = await client.createSession(request);
  return operation;
};
const getFrom = async (client: SessionControllerClient, sessionId: string) => {
  const [session] = await client.getSession({ name: `${PARENT}/sessions/${sessionId}` });
  return session;
};

/** Opens stages for the tests of a suite; each test closes its own. */
export function dataprocStages(transport: Transport) {
  const opened: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });
  return async (dataproc: DataprocOptions = {}, faults: readonly Fault[] = []): Promise<DataprocStage> => {
    const emulator = await startEmulator({ services: ['dataproc'], clock: 'virtual', dataproc, faults });
    const client = googleClient(emulator, transport);
    opened.push(client, emulator);
    return {
      emulator,
      client,
      create: (sessionId, session = ASKED, requestId) => createWith(client, sessionId, session, requestId),
      get: (sessionId) => getFrom(client, sessionId),
    };
  };
}

/** Settles as `accepted` or as the code of the error. */
export function outcomeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => 'accepted', codeOf);
}

/** The request of a session. */
export const ASKED = {
  sparkConnectSession: {},
  labels: { pool: 'a', empty: '' },
  runtimeConfig: { version: '3.0', properties: { 'spark.executor.cores': '4' } },
  environmentConfig: { executionConfig: { idleTtl: { seconds: 1_800 }, ttl: { seconds: 7_200 } } },
};

/** The code of an error that a client threw, over either transport. */
function codeOf(error: unknown): string {
  const { code, message } = error as { code?: number | string; message?: string };
  // Over REST the code is an HTTP status, and the body has the word.
  const word = /"status":"([A-Z_]+)"/.exec(message ?? '')?.[1];
  return word ?? (typeof code === 'number' ? (grpc.status[code] ?? String(code)) : String(code));
}
