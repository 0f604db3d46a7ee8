import { createRequire } from 'node:module';
import type * as sdkModule from '@google-cloud/dataproc';
import type * as authModule from 'google-auth-library';
import { SessionError } from '../../src/contract/session-error.ts';

const require = createRequire(import.meta.url);

/** The package that is loaded at the first call. */
export const DATAPROC_SDK = '@google-cloud/dataproc';

const AUTH_LIBRARY = 'google-auth-library';

/** What we need of the SDK's core: gRPC for one transport, nothing else. */
export interface GaxCore {
  readonly grpc: {
    readonly Metadata: new () => GrpcMetadata;
    readonly credentials: { createInsecure(): unknown };
  };
}

/** gRPC's headers. */
export interface GrpcMetadata {
  set(key: string, value: string): void;
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

/** The core that the SDK itself uses: its classes must be the SDK's own. */
export function loadGax(): GaxCore {
  return load(requireOfSdk(), 'google-gax') as GaxCore;
}

/** The same without gRPC, for REST. @see https://github.com/googleapis/gax-nodejs/blob/main/client-libraries.md#http11-rest-api-mode (read 2026-11-20) */
export function loadRestGax(): unknown {
  return load(requireOfSdk(), 'google-gax/fallback');
}

function requireOfSdk(): NodeJS.Require {
  return createRequire(require.resolve(DATAPROC_SDK));
}

function load(from: NodeJS.Require, packageName: string): unknown {
  try {
    return from(packageName);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    throw new SessionError(
      'config-invalid',
      isMissing
        ? `the package ${packageName} is not installed; run: npm install ${DATAPROC_SDK} ${AUTH_LIBRARY}`
        : `the package ${packageName} cannot be loaded: ${String(cause)}; reinstall it: npm install ${packageName}`,
      { operation: 'loadSdk', cause },
    );
  }
}
