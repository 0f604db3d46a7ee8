import * as grpc from '@grpc/grpc-js';
import { SessionControllerClient } from '@google-cloud/dataproc';
import { PassThroughClient } from 'google-auth-library';
import type { Emulator } from '../../src/emulator/emulator.ts';

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

/** A session as it is asked for. */
export const ASKED = {
  sparkConnectSession: {},
  labels: { pool: 'a', empty: '' },
  runtimeConfig: { version: '3.0', properties: { 'spark.executor.cores': '4' } },
  environmentConfig: { executionConfig: { idleTtl: { seconds: 1_800 }, ttl: { seconds: 7_200 } } },
};

/** What a client threw, over either transport, as the word of its code. */
export function codeOf(error: unknown): string {
  const { code, message } = error as { code?: number | string; message?: string };
  // Over REST the code is an HTTP status and the word stands in the body.
  const word = /"status":"([A-Z_]+)"/.exec(message ?? '')?.[1];
  return word ?? (typeof code === 'number' ? (grpc.status[code] ?? String(code)) : String(code));
}
