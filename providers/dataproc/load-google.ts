import { createRequire } from 'node:module';
import type * as sdkModule from '@google-cloud/dataproc';
import type * as grpcModule from '@grpc/grpc-js';
import type * as authModule from 'google-auth-library';
import { SessionError } from '../../src/contract/session-error.ts';

const require = createRequire(import.meta.url);

/** The package that is loaded at the first call. */
export const DATAPROC_SDK = '@google-cloud/dataproc';

const AUTH_LIBRARY = 'google-auth-library';

/** gRPC itself. */
const GRPC = '@grpc/grpc-js';

/** One class of the SDK's messages, as protobufjs makes them. */
export interface MessageClass {
  fromObject(value: Readonly<Record<string, unknown>>): unknown;
  encode(message: unknown): { finish(): Buffer };
  decode(bytes: Uint8Array): unknown;
  toObject(message: unknown, options: object): unknown;
}

/** The messages of the service and of its operations. */
export interface Messages {
  readonly v1: Readonly<
    Record<
      | 'Session'
      | 'CreateSessionRequest'
      | 'GetSessionRequest'
      | 'ListSessionsRequest'
      | 'ListSessionsResponse'
      | 'TerminateSessionRequest'
      | 'DeleteSessionRequest',
      MessageClass
    >
  >;
  readonly longrunning: Readonly<Record<'Operation' | 'GetOperationRequest', MessageClass>>;
}

/**
 * Google's client of Dataproc. By `require`, because `import()` of these packages analyses the same CommonJS build for its export
 * names first. A failed load is not remembered.
 * @throws SessionError `config-invalid` with the install line when the package is not there.
 */
export function loadDataproc(): typeof sdkModule {
  return load(require, DATAPROC_SDK) as typeof sdkModule;
}

/** Google's credentials. @throws SessionError `config-invalid` with the install line when the package is not there. */
export function loadAuth(): typeof authModule {
  return load(require, AUTH_LIBRARY) as typeof authModule;
}

/** gRPC itself. @throws SessionError `config-invalid` with the install line when the package is not there. */
export function loadGrpc(): typeof grpcModule {
  return load(require, GRPC) as typeof grpcModule;
}

/** The SDK's messages by their own file: its entry loads the clients of eight services, and what they all need. */
export function loadMessages(): Messages {
  const { google } = load(require, `${DATAPROC_SDK}/build/protos/protos`) as {
    readonly google: { readonly cloud: { readonly dataproc: Pick<Messages, 'v1'> } } & Pick<Messages, 'longrunning'>;
  };
  return { v1: google.cloud.dataproc.v1, longrunning: google.longrunning };
}

/** The core that the SDK itself uses, without gRPC, for REST. @see https://github.com/googleapis/gax-nodejs/blob/main/client-libraries.md#http11-rest-api-mode (read 2026-11-20) */
export function loadRestGax(): unknown {
  return load(createRequire(require.resolve(DATAPROC_SDK)), 'google-gax/fallback');
}

function load(from: NodeJS.Require, packageName: string): unknown {
  try {
    return from(packageName);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    throw new SessionError(
      'config-invalid',
      isMissing
        ? `the package ${packageName} is not installed; run: npm install ${DATAPROC_SDK} ${AUTH_LIBRARY} ${GRPC}`
        : `the package ${packageName} cannot be loaded: ${String(cause)}; reinstall it: npm install ${packageName}`,
      { operation: 'loadSdk', cause },
    );
  }
}
