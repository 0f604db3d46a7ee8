import { sleep } from '../provider-kit/sleep.ts';
import type { RpcStream } from '../spark-connect/rpc-stream.ts';
import { forwardedMetadata, type Relayed } from './relay.ts';
import { interruptRequest, releaseRequest, type OperationName } from './requests.ts';

const SERVICE = '/spark.connect.SparkConnectService/';
/** The timeout of each call, milliseconds. Nobody waits for them. */
const CALL_TIMEOUT_MS = 2_000;
/** An interrupt that arrives before its operation finds nothing, so it is sent twice. */
const INTERRUPTS = 2;
const INTERRUPT_PAUSE_MS = 500;

const NEVER = new AbortController().signal;

/** Releases the answers of an operation up to one of them, or the operation. The server does so by itself after some minutes. */
export function releaseOperation(relayed: Relayed, operation: OperationName, until?: string): Promise<void> {
  return callServer(relayed, 'ReleaseExecute', releaseRequest(operation, until));
}

/** Makes the server stop and release an operation whose client has left. */
export async function stopOperation(relayed: Relayed, operation: OperationName): Promise<void> {
  for (let sent = 0; sent < INTERRUPTS; sent += 1) {
    if (sent > 0) await sleep(relayed.upstream.clock, INTERRUPT_PAUSE_MS, NEVER);
    await callServer(relayed, 'Interrupt', interruptRequest(operation));
    await releaseOperation(relayed, operation);
  }
}

async function callServer(relayed: Relayed, method: string, request: Uint8Array): Promise<void> {
  const { upstream, ids } = relayed;
  let stream: RpcStream | undefined;
  try {
    const { channel, endpoint } = await upstream.line();
    const deadline = Date.now() + CALL_TIMEOUT_MS;
    stream = channel.raw(`${SERVICE}${method}`, {
      metadata: forwardedMetadata(relayed),
      secret: endpoint.metadata,
      deadline,
    });
    void stream.send(ids.toServer(request));
    stream.halfClose();
    while ((await stream.next()) !== undefined);
  } catch {
    // The server forgets the operation by itself.
  }
}
