/**
 * What may be under way on the connection. Over a round trip of 40 ms it allows 60 MB/s, since Node grants more when half of it is read; Node's
 * default of 64 KiB allows 1.6 MB/s. When a stream is reset, what is under way is lost, and Spark repeats no more than its last 10 MiB: 16 MiB lost
 * the result of a slow reader (test/engines/proxy.test.ts).
 * @see https://github.com/grpc/grpc-node/issues/2429 (read 2026-11-21)
 * @see https://github.com/apache/spark/blob/master/sql/connect/server/src/main/scala/org/apache/spark/sql/connect/config/Connect.scala (`observerRetryBufferSize`, read 2026-11-20)
 */
const FLOW_CONTROL_WINDOW_BYTES = 5 * 1024 * 1024;

/**
 * gRPC servers close a connection that pings more often than every five minutes.
 * @see https://github.com/grpc/grpc/blob/master/doc/keepalive.md (read 2026-11-21)
 */
const KEEPALIVE_MS = 5 * 60_000;

/** Load balancers drop an idle connection after about 350 s without telling anyone, so it is closed before. */
const IDLE_MS = 5 * 60_000;

/** Twice the largest message of Spark, 128 MiB. The limit also holds for what a compressed message becomes. */
const MAX_MESSAGE_BYTES = 256 * 1024 ** 2;

/** The options of a channel to a Spark Connect server. */
export const CHANNEL_OPTIONS = {
  'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW_BYTES,
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': -1,
  // Retries happen where operation ids make them safe.
  'grpc.enable_retries': 0,
  'grpc.keepalive_time_ms': KEEPALIVE_MS,
  'grpc.keepalive_permit_without_calls': 0,
  'grpc.client_idle_timeout_ms': IDLE_MS,
  // Two sessions never share a connection, nor its permissions.
  'grpc.use_local_subchannel_pool': 1,
};
