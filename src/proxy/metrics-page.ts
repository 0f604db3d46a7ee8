import { createServer, type Server } from 'node:http';
import type { ProxyCounters } from './proxy-counters.ts';
import type { ProxyKey } from './proxy-key.ts';
import type { ReadySessions } from './ready-sessions.ts';

/** What the page shows, and to whom. */
export interface MetricsPageParts {
  readonly key: ProxyKey;
  readonly isOurHost: (authority: string) => boolean;
  readonly counters: ProxyCounters;
  readonly sessions: ReadySessions;
  /** What `/status` shows; without it there is no such page. */
  readonly status?: (() => Promise<object>) | undefined;
}

/** A server of `/metrics` and `/status` for those who have the key. It takes connections, and does not listen itself. */
export function metricsPage({ key, isOurHost, counters, sessions, status: report }: MetricsPageParts): Server {
  const pages: Readonly<Record<string, (() => Promise<string>) | undefined>> = {
    '/metrics': () => Promise.resolve(metricsText(counters, sessions)),
    '/status': report && (async () => JSON.stringify(await report())),
  };
  return createServer(({ method, url = '', headers }, response) => {
    const find = (name: string): string | undefined => headers[name]?.toString();
    const page = method === 'GET' && Object.hasOwn(pages, url) ? pages[url] : undefined;
    const isAllowed = isOurHost(headers.host ?? '') && key.isIn(find);
    const send = (status: number, body = `${status}\n`): void => {
      const type = url === '/status' && status === 200 ? 'application/json' : 'text/plain; version=0.0.4';
      response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
    };
    if (page === undefined) send(404);
    else if (!isAllowed) send(401);
    else {
      page().then(
        (body) => {
          send(200, body);
        },
        () => {
          send(500);
        },
      );
    }
  });
}

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/ (read 2026-11-30) */
function metricsText(counters: ProxyCounters, sessions: ReadySessions): string {
  const found = sessions.list();
  const calls = [...counters.calls.values()].map(({ method, code, count }) => [{ method, code }, count] as const);
  const each = (value: (session: (typeof found)[number]) => number): readonly Sample[] =>
    found.map((session) => [{ session: session.id }, value(session)]);
  return [
    metric('calls_total', 'counter', 'Ended calls of clients.', calls),
    metric('open_calls', 'gauge', 'Calls of clients that are open.', [[{}, counters.openCalls]]),
    metric('open_streams', 'gauge', 'Results that are being read.', [[{}, counters.openStreams]]),
    metric('waiting_calls', 'gauge', 'Calls that wait until their session is ready.', [[{}, counters.waitingCalls]]),
    metric('bytes_total', 'counter', 'Bytes of messages.', [
      [{ direction: 'to_client' }, counters.bytesToClients],
      [{ direction: 'from_client' }, counters.bytesFromClients],
    ]),
    metric('tokens_renewed_total', 'counter', 'Tokens after the first one.', [[{}, counters.tokensRenewed]]),
    metric('reattaches_total', 'counter', 'Streams that the proxy continued.', [[{}, counters.reattaches]]),
    metric('refused_calls_total', 'counter', 'Calls without the key, or by another host name.', [
      [{}, counters.refused],
    ]),
    metric(
      'session_up',
      'gauge',
      '1 while the session lives, 0 after it has ended.',
      each(({ hasEnded }) => (hasEnded ? 0 : 1)),
    ),
    metric(
      'session_age_seconds',
      'gauge',
      'Time since the first call in the session.',
      each(({ ageMs }) => ageMs / 1000),
    ),
  ].join('');
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

function metric(name: string, kind: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const full = `anysession_proxy_${name}`;
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
    return `${full}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${full} ${help}\n# TYPE ${full} ${kind}\n${lines.join('')}`;
}
