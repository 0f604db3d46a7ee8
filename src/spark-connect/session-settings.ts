import type { MessageInitShape } from '@bufbuild/protobuf';
import type { SparkSettings } from '../contract/spark-connect.ts';
import type { ConfigRequestSchema, ConfigRequest_OperationSchema, KeyValue } from './wire/spark-connect_pb.ts';

const NEVER = new AbortController().signal;

/** Sends one `Config` request. */
type SendConfig = (
  request: MessageInitShape<typeof ConfigRequestSchema>,
  signal: AbortSignal,
) => Promise<{ readonly pairs: readonly KeyValue[] }>;

/** The settings of a Spark session, by the RPC that every server has. Sail has no SQL `SET`. */
export class SessionSettings implements SparkSettings {
  readonly #send: SendConfig;

  constructor(send: SendConfig) {
    this.#send = send;
  }

  async get(key: string, signal: AbortSignal = NEVER): Promise<string | undefined> {
    const pairs = await this.#configure({ case: 'getOption', value: { keys: [key] } }, signal);
    return pairs.find((pair) => pair.key === key)?.value;
  }

  async set(key: string, value: string, signal: AbortSignal = NEVER): Promise<void> {
    await this.#configure({ case: 'set', value: { pairs: [{ key, value }] } }, signal);
  }

  async unset(key: string, signal: AbortSignal = NEVER): Promise<void> {
    await this.#configure({ case: 'unset', value: { keys: [key] } }, signal);
  }

  async #configure(
    opType: NonNullable<MessageInitShape<typeof ConfigRequest_OperationSchema>['opType']>,
    signal: AbortSignal,
  ): Promise<readonly KeyValue[]> {
    return (await this.#send({ operation: { opType } }, signal)).pairs;
  }
}
