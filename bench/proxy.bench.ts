import { create, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { spawn } from 'node:child_process';
import { ExecutePlanRequestSchema } from '../src/spark-connect/wire/spark-connect_pb.ts';
import { bundleProgram } from './bundle-program.ts';
import { ChildProgram } from './child-program.ts';
import { firstRowOfExec } from './first-row-of-exec.ts';
import { atLeast, atMost, report, type BenchReport } from './report.ts';
import { interleave, medianRatio, percentile, summarize } from './samples.ts';
import { sparkThroughput } from './spark-throughput.ts';

const SERVICE = '/spark.connect.SparkConnectService/';
const LARGE_ROUNDS = 4;
const SMALL_ROUNDS = 400;

/** As much as a million rows of 100 bytes, in the batches of Spark 3.5. */
const MESSAGES = 36;
const MESSAGE_BYTES = 2_800_000;
const RESULT_MEGABYTES = (MESSAGES * MESSAGE_BYTES) / 1e6;

const REQUEST = toBinary(
  ExecutePlanRequestSchema,
  create(ExecutePlanRequestSchema, {
    sessionId: '11111111-2222-4333-8444-555555555555',
    userContext: { userId: 'ann' },
  }),
);

/**
 * The proxy against a direct connection: server, proxy and client each in their own process, on loopback. The throughput that counts is
 * that of a result of Apache Spark. The server of the other figures does no work, so that three processes share the processors and the
 * ratio shows what the proxy costs at worst.
 */
export async function bench(): Promise<BenchReport> {
  const server = await program('result-server', MESSAGES, MESSAGE_BYTES);
  const serverPort = Number(await server.line());
  const proxy = await openProxy(serverPort);
  const usage = async (): Promise<number> =>
    (JSON.parse(await proxy.program.ask('usage')) as { cpuMicroseconds: number }).cpuMicroseconds;
  const direct = new Caller(serverPort);
  const through = new Caller(proxy.port, proxy.key);
  const bridge = await program('bridge', serverPort);
  const { port: bridgePort, path } = JSON.parse(await bridge.line()) as { port: number; path: string };
  const tunnelled = await openProxy(bridgePort, path);
  const tunnel = new Caller(tunnelled.port, tunnelled.key);

  const cpu: number[] = [];
  const large = await interleave(LARGE_ROUNDS, {
    direct: () => direct.read('ExecutePlan', RESULT_MEGABYTES),
    proxied: async () => {
      const before = await usage();
      const ms = await through.read('ExecutePlan', RESULT_MEGABYTES);
      cpu.push(((await usage()) - before) / 1e6 / (RESULT_MEGABYTES / 100));
      return ms;
    },
    tunnel: () => tunnel.read('ExecutePlan', RESULT_MEGABYTES),
  });
  const small = await interleave(SMALL_ROUNDS, {
    direct: () => direct.read('AnalyzePlan', 0),
    proxied: () => through.read('AnalyzePlan', 0),
  });
  for (const caller of [direct, through, tunnel]) caller.close();
  for (const each of [tunnelled.program, bridge, proxy.program, server]) await each.end();

  const spark = await sparkThroughput(openProxy);
  const first = await firstRowOfExec();

  const figures = {
    '1 M rows of Spark, bare client, direct': summarize('ms', spark.direct),
    '1 M rows of Spark, bare client, through the proxy': summarize('ms', spark.proxied),
    '1 M rows of Spark, PySpark, direct': summarize('ms', spark.pysparkDirect),
    '1 M rows of Spark, PySpark, through the proxy': summarize('ms', spark.pysparkProxied),
    '100 MB of a server without work, direct': summarize('ms', large.direct),
    '100 MB of a server without work, through the proxy': summarize('ms', large.proxied),
    '100 MB of a server without work, through the tunnel': summarize('ms', large.tunnel),
    'processor time of the proxy per 100 MB': summarize('s', cpu.slice(1)),
    'small call, direct': summarize('ms', small.direct),
    'small call, through the proxy': summarize('ms', small.proxied),
    'idle proxy, above the process': summarize('MB', [proxy.idleBytes / 1e6]),
    'first row of exec, with the start of its session': summarize('ms', first.exec),
    'first row of a script that starts the session with the SDK': summarize('ms', first.script),
  };
  const throughput = medianRatio(spark.direct, spark.proxied);
  const pysparkThroughput = medianRatio(spark.pysparkDirect, spark.pysparkProxied);
  const addedMs = percentile(small.proxied, 0.5) - percentile(small.direct, 0.5);
  const tunnelRate = RESULT_MEGABYTES / (summarize('ms', large.tunnel).median / 1_000);
  const execMs = summarize(
    'ms',
    first.exec.map((ms, round) => ms - (first.script[round] ?? Number.NaN)),
  ).median;
  return report({
    name: 'proxy',
    figures,
    ratios: {
      'throughput / direct, Spark and a bare client': throughput,
      'throughput / direct, Spark and PySpark': pysparkThroughput,
      'throughput / direct, a server without work': medianRatio(large.direct, large.proxied),
    },
    bars: [
      atLeast('× of the throughput of a direct connection, 1 M rows of Spark, bare client', throughput, 0.8),
      atLeast('× of the same, PySpark', pysparkThroughput, 0.8),
      atMost('s of processor time per 100 MB', figures['processor time of the proxy per 100 MB'].median, 0.3),
      atMost('ms added to a small call, p50', addedMs, 1),
      atLeast('MB/s through the tunnel', tunnelRate, 60),
      atMost('MB of an idle proxy', figures['idle proxy, above the process'].median, 30),
      atMost('ms of exec to the first row, above a script with the SDK', execMs, 300),
    ],
  });
}

/** Starts a proxy in front of a server, or of the bridge in front of it. */
async function openProxy(serverPort: number, path?: string) {
  const started = await program('proxy', serverPort, ...(path === undefined ? [] : [path]));
  const { port, key, idleBytes } = JSON.parse(await started.line()) as { port: number; key: string; idleBytes: number };
  return { program: started, port, key, idleBytes };
}

async function program(name: string, ...parameters: readonly (number | string)[]): Promise<ChildProgram> {
  const words = ['--expose-gc', await bundleProgram(name), ...parameters.map(String)];
  return new ChildProgram(spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] }));
}

/** A client without any code of ours. */
class Caller {
  readonly #client: Client;
  readonly #metadata = new Metadata();

  constructor(port: number, key?: string) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc-node.flow_control_window': 4 * 1024 * 1024,
    });
    if (key !== undefined) this.#metadata.set('x-anysession-key', key);
  }

  /** Milliseconds from the request to the last answer. */
  read(method: string, megabytes: number): Promise<number> {
    const startedAt = performance.now();
    const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
    const path = `${SERVICE}${method}`;
    const call = this.#client.makeServerStreamRequest<Uint8Array, Buffer>(
      path,
      same,
      (bytes) => bytes,
      REQUEST,
      this.#metadata,
    );
    return new Promise((resolve, reject) => {
      let bytes = 0;
      call.on('data', (answer: Buffer) => (bytes += answer.length));
      call.on('error', reject);
      call.on('end', () => {
        if (bytes < megabytes * 1e6) reject(new Error(`only ${bytes} bytes arrived`));
        else resolve(performance.now() - startedAt);
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}
