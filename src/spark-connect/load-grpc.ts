import type * as GrpcModule from '@grpc/grpc-js';
import { SessionError } from '../contract/session-error.ts';

/** The module `@grpc/grpc-js`. */
export type Grpc = typeof GrpcModule;

let loading: Promise<Grpc> | undefined;

/**
 * Loads `@grpc/grpc-js`, once; a failed load is tried again by the next caller.
 * @throws SessionError `unsupported` when the package is not installed.
 */
export async function loadGrpc(): Promise<Grpc> {
  loading ??= import('@grpc/grpc-js');
  try {
    return await loading;
  } catch (cause) {
    loading = undefined;
    throw new SessionError(
      'unsupported',
      'Spark Connect needs the package @grpc/grpc-js, which cannot be loaded; run: npm install @grpc/grpc-js',
      { operation: 'execute', cause },
    );
  }
}
