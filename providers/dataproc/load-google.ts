import type * as sdkModule from '@google-cloud/dataproc';
import type * as authModule from 'google-auth-library';
import { requireFromWorkingFolder, requirePeer } from '../../src/provider-kit/load-peer.ts';

/** The package that is loaded at the first call. */
export const DATAPROC_SDK = '@google-cloud/dataproc';

/** From the SDK to its library of credentials. */
const AUTH_PATH = ['google-gax', 'google-auth-library'] as const;

/** From the SDK's entry to its messages. */
const PROTOS = '../protos/protos';

type Dataproc = typeof sdkModule;
type Auth = typeof authModule;

interface Protos {
  readonly google: { readonly cloud: { readonly dataproc: Pick<Messages, 'v1'> } } & Pick<Messages, 'longrunning'>;
}

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

/** Google's client of Dataproc. @throws SessionError `config-invalid` with the install line when the package is not there. */
export async function loadDataproc(): Promise<Dataproc> {
  try {
    return (requirePeer(DATAPROC_SDK) as Dataproc | undefined) ?? (await import('@google-cloud/dataproc'));
  } catch (cause) {
    return requireFromWorkingFolder(cause, DATAPROC_SDK) as Dataproc;
  }
}

/**
 * Google's credentials, by the path on which the SDK finds them: 34 ms instead of the 97 ms of `google-gax`, which exports them too, and
 * the right version whatever else is installed. Bundlers cannot follow that path, so they resolve it as a separate package.
 * @throws SessionError `config-invalid` with the install line when the package is not there.
 */
export async function loadAuth(): Promise<Auth> {
  try {
    return (requirePeer(DATAPROC_SDK, ...AUTH_PATH) as Auth | undefined) ?? (await import('google-auth-library'));
  } catch (cause) {
    return requireFromWorkingFolder(cause, DATAPROC_SDK, ...AUTH_PATH) as Auth;
  }
}

/** The SDK's messages by their own file: its entry loads the clients of eight services, and what they all need. */
export async function loadMessages(): Promise<Messages> {
  const { google } = await loadProtos();
  return { v1: google.cloud.dataproc.v1, longrunning: google.longrunning };
}

async function loadProtos(): Promise<Protos> {
  try {
    const protos =
      requirePeer(DATAPROC_SDK, PROTOS) ?? (await import('@google-cloud/dataproc/build/protos/protos.js')).default;
    return protos as Protos;
  } catch (cause) {
    return requireFromWorkingFolder(cause, DATAPROC_SDK, PROTOS) as Protos;
  }
}

/** The core that the SDK itself uses, without gRPC, for REST. @see https://github.com/googleapis/gax-nodejs/blob/main/client-libraries.md#http11-rest-api-mode (read 2026-11-20) */
export async function loadRestGax(): Promise<unknown> {
  try {
    return requirePeer(DATAPROC_SDK, 'google-gax/fallback') ?? (await import('google-gax/fallback'));
  } catch (cause) {
    return requireFromWorkingFolder(cause, DATAPROC_SDK, 'google-gax/fallback');
  }
}
