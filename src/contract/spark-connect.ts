import type { CallContext, ConnectEndpoint } from './session-provider.ts';
import type { SessionHandle } from './session-handle.ts';
import type { StatementRunner } from './statement-runner.ts';

/** Tells where a session is dialled; asked again whenever its metadata is about to expire or was refused. */
export type EndpointSource = (handle: SessionHandle, call: CallContext) => Promise<ConnectEndpoint>;

/** Runs SQL in sessions over Spark Connect; holds one channel a session. */
export interface SparkConnectRunner extends StatementRunner {
  /** Lets go of a session's channel and of what its server keeps for this process; the session itself lives on. */
  release(handle: SessionHandle): Promise<void>;
  /** Lets go of every channel. */
  close(): Promise<void>;
}

/** Makes the runner that dials the endpoints a source tells; loads gRPC at the first statement. */
export type SparkConnectFactory = (endpointOf: EndpointSource) => SparkConnectRunner;
