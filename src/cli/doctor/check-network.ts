import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Finding } from '../../contract/diagnosis.ts';
import { isTlsCode } from '../../provider-kit/network-failure.ts';
import { proxyFor, type ProxyTarget } from '../../provider-kit/proxy.ts';

/** How long a connection may take, milliseconds. */
const TIMEOUT_MS = 10_000;
/** A clock that is more wrong than this is worth a warning, milliseconds: the times of records and ages are off by as much. */
const NOTABLE_SKEW_MS = 60_000;
/** AWS and Google refuse signatures and tokens beyond it, milliseconds. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/signing-troubleshooting.html (read 2026-11-30) */
const REFUSED_SKEW_MS = 5 * 60_000;

interface Answer {
  /** When each step of the connection was done, milliseconds after its start. */
  readonly steps: readonly (readonly [name: string, atMs: number])[];
  /** The header of the answer; absent when the server speaks no HTTP/1.1. */
  readonly date?: string | undefined;
  readonly error?: NodeJS.ErrnoException;
}

/**
 * Connects to the address of a service, step by step, and compares its clock with that of this machine. Sends one request without
 * credentials. Behind a proxy only the way to the proxy is checked.
 */
export async function checkNetwork(target: ProxyTarget, timeoutMs = TIMEOUT_MS): Promise<readonly Finding[]> {
  const proxy = proxyFor(target);
  const { steps, date, error } = await knock(proxy ?? target, timeoutMs);
  const where = `${target.host}:${target.port}`;
  const via = proxy === undefined ? where : `proxy ${proxy.address} for ${where}`;
  const done = steps.map(([name, atMs], at) => `${name} ${Math.round(atMs - (steps[at - 1]?.[1] ?? 0))} ms`).join(', ');
  if (error !== undefined) {
    const { code = error.message } = error;
    const evidence = `${via}: ${[done, code].filter(Boolean).join(', then ')}`;
    return [{ check: 'network', status: 'problem', evidence, fix: fixOf(code, proxy === undefined) }];
  }
  const network: Finding = { check: 'network', status: 'ok', evidence: `${via}: ${done}` };
  return proxy === undefined && date !== undefined ? [network, clockFinding(date, Date.now())] : [network];
}

/** The finding about the clock of this machine. @param date - the header of the service's answer, in whole seconds */
export function clockFinding(date: string, nowMs: number): Finding {
  const skewMs = nowMs - Date.parse(date);
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (!(Math.abs(skewMs) > NOTABLE_SKEW_MS)) {
    return { check: 'clock', status: 'ok', evidence: `within ${seconds + 1} s of the service's` };
  }
  const evidence = `this machine's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the service's`;
  const status = Math.abs(skewMs) < REFUSED_SKEW_MS ? 'warning' : 'problem';
  return { check: 'clock', status, evidence, fix: 'Set the clock: sudo timedatectl set-ntp true' };
}

function fixOf(code: string, isDirect: boolean): string {
  if (!isDirect) return 'Check HTTPS_PROXY, or add the host to NO_PROXY.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'Check the region or the endpoint, and the name servers of this machine.';
  if (isTlsCode(code)) return 'Set NODE_EXTRA_CA_CERTS to the certificate of your proxy or firewall.';
  return 'Check the endpoint, and whether a firewall blocks it. Where only a proxy gets out, set HTTPS_PROXY.';
}

/** Opens a connection and sends one HEAD request. Settles in any case. */
function knock({ host, port, tls }: ProxyTarget, timeoutMs: number): Promise<Answer> {
  const startedMs = performance.now();
  const steps: [string, number][] = [];
  return new Promise((resolve) => {
    const send = tls ? httpsRequest : httpRequest;
    const request = send({ host, port, method: 'HEAD', path: '/', agent: false, timeout: timeoutMs });
    const did = (name: string) => () => void steps.push([name, performance.now() - startedMs]);
    const settle = (answer: Omit<Answer, 'steps'>): void => {
      request.destroy();
      resolve({ steps, ...answer });
    };
    request.on('socket', (socket: Socket) => {
      socket.on('lookup', did('DNS')).on('connect', did('TCP')).on('secureConnect', did('TLS'));
    });
    request.on('response', ({ headers }) => {
      settle({ date: headers.date });
    });
    request.on('timeout', () => {
      settle({ error: Object.assign(new Error('timeout'), { code: `no answer within ${timeoutMs / 1000} s` }) });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A server that speaks HTTP/2 only was reached all the same.
      const isReached =
        steps.some(([name]) => name === (tls ? 'TLS' : 'TCP')) && /^HPE_|ECONNRESET/.test(error.code ?? '');
      settle(isReached ? {} : { error });
    });
    request.end();
  });
}
