// Measures one call on demand: each line `CALLS CONCURRENCY` on standard input is answered by one line of JSON,
// { cpuUs, p50Ms }: this process's own CPU time a call, all threads, and the median latency.
import { createInterface } from 'node:readline';

export async function answerMeasurements(call) {
  for await (const line of createInterface({ input: process.stdin })) {
    const [calls, concurrency] = line.split(' ').map(Number);
    console.log(JSON.stringify(await measure(call, calls, concurrency)));
  }
}

async function measure(call, calls, concurrency) {
  const latenciesMs = [];
  let left = calls;
  const caller = async () => {
    while (left-- > 0) {
      const startedAt = performance.now();
      await call();
      latenciesMs.push(performance.now() - startedAt);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, caller));
  const { user, system } = process.cpuUsage(before);
  latenciesMs.sort((a, b) => a - b);
  return { cpuUs: (user + system) / calls, p50Ms: latenciesMs[latenciesMs.length >> 1] };
}
