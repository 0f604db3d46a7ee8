import { create, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ExecutePlanRequestSchema } from '../src/spark-connect/wire/spark-connect_pb.ts';
import { ChildProgram } from './child-program.ts';
import { atLeast, atMost, report, type BenchReport } from './report.ts';
import { interleave, percentile, summarize } from './samples.ts';

const SERVICE = '/spark.connect.SparkConnectService/';
const LARGE_ROUNDS = 11;
const SMALL_ROUNDS = 500;

/** A million rows of 100 bytes in the batches of Spark 3.5. */
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

/** The proxy against a direct connection: server, proxy and client each in their own process, on loopback. */
export async function bench(): Promise<BenchReport> {
  const server = program('result-server.ts', MESSAGES, MESSAGE_BYTES);
  const serverPort = Number(await server.line());
  const proxy = program('proxy.ts', serverPort);
  const { port, key, idleBytes } = JSON.parse(await proxy.line()) as { port: number; key: string; idleBytes: number };
  const usage = async (): Promise<number> =>
    (JSON.parse(await proxy.ask('usage')) as { cpuMicroseconds: number }).cpuMicroseconds;
  const direct = new Caller(serverPort, {});
  const through = new Caller(port, { 'x-anysession-key': key });

  const cpu: number[] = [];
  const large = await interleave(LARGE_ROUNDS, {
    direct: () => direct.read('ExecutePlan', RESULT_MEGABYTES),
    proxied: async () => {
      const before = await usage();
      const ms = await through.read('ExecutePlan', RESULT_MEGABYTES);
      cpu.push(((await usage()) - before) / 1e6 / (RESULT_MEGABYTES / 100));
      return ms;
    },
  });
  const small = await interleave(SMALL_ROUNDS, {
    direct: () => direct.read('AnalyzePlan', 0),
    proxied: () => through.read('AnalyzePlan', 0),
  });
  direct.close();
  through.close();
  await proxy.end();
  await server.end();

  const figures = {
    'result of 100 MB, direct': summarize('ms', large.direct),
    'result of 100 MB, through the proxy': summarize('ms', large.proxied),
    'processor time of the proxy per 100 MB': summarize('s', cpu.slice(1)),
    'small call, direct': summarize('ms', small.direct),
    'small call, through the proxy': summarize('ms', small.proxied),
    'idle proxy, above the process': summarize('MB', [idleBytes / 1e6]),
  };
  const throughput = figures['result of 100 MB, direct'].median / figures['result of 100 MB, through the proxy'].median;
  const addedMs = percentile(small.proxied, 0.5) - percentile(small.direct, 0.5);
  return report({
    name: 'proxy',
    figures,
    ratios: { 'throughput / direct': throughput },
    bars: [
      atLeast('× of the throughput of a direct connection', throughput, 0.8),
      atMost('s of processor time per 100 MB', figures['processor time of the proxy per 100 MB'].median, 0.3),
      atMost('ms added to a small call, p50', addedMs, 1),
      atMost('MB of an idle proxy', figures['idle proxy, above the process'].median, 30),
    ],
  });
}

function program(name: string, ...numbers: readonly number[]): ChildProgram {
  const file = fileURLToPath(new URL(`programs/${name}`, import.meta.url));
  const words = ['--expose-gc', '--import', 'tsx', file, ...numbers.map(String)];
  return new ChildProgram(spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] }));
}

/** A client without any code of ours. */
class Caller {
  readonly #client: Client;
  readonly #metadata = new Metadata();

  constructor(port: number, metadata: Readonly<Record<string, string>>) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc-node.flow_control_window': 4 * 1024 * 1024,
    });
    for (const [name, value] of Object.entries(metadata)) this.#metadata.set(name, value);
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
