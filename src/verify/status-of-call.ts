import type { ConnectEndpoint } from '../contract/session-provider.ts';
import { openChannel } from '../provider-kit/grpc-channel.ts';

/** Any method of Spark Connect: a server checks the token before it reads the request. */
const METHOD = '/spark.connect.SparkConnectService/Config';
const LIMIT_MS = 30_000;
/** What gRPC also says about a connection. */
const NO_ANSWER: readonly string[] = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'CANCELLED'];

/** Makes one call of Spark Connect. @returns the gRPC status of the answer; `undefined` without an answer */
export async function statusOfCall(endpoint: ConnectEndpoint): Promise<string | undefined> {
  const grpc = await import('@grpc/grpc-js');
  const { channel } = openChannel(grpc, endpoint, { 'grpc.enable_retries': 0 });
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(endpoint.metadata)) metadata.set(name, value);
  try {
    const code = await new Promise<number>((resolve) => {
      const call = channel.createCall(METHOD, Date.now() + LIMIT_MS, null, null, null);
      call.start(metadata, {
        onReceiveMetadata() {},
        onReceiveMessage() {},
        onReceiveStatus(ended) {
          resolve(ended.code);
        },
      });
      call.startRead();
      call.sendMessageWithContext({}, Buffer.alloc(0));
      call.halfClose();
    });
    const name = grpc.status[code] ?? 'UNKNOWN';
    return NO_ANSWER.includes(name) ? undefined : name;
  } finally {
    channel.close();
  }
}
