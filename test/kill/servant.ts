// Runs in its own process: holds sessions, sweeps and repeats starts for the tests, one order per line of stdin.
import { createInterface } from 'node:readline';
import type { ConfigOptions } from '../../src/config/config-options.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { openSessions } from '../../src/open-sessions.ts';
import type { Sessions } from '../../src/session/sessions.ts';
import type { StartOptions } from '../../src/session/start-options.ts';

/** Where an order is carried out. */
export interface Place {
  readonly config: ConfigOptions;
  /** What XDG_STATE_HOME is for this order: the records of another folder are those of another host. */
  readonly stateHome: string;
}

/** What a servant does for the tests. */
export type Order = Place &
  (
    | { readonly do: 'hold'; readonly start: StartOptions }
    /** Starts and closes. */
    | { readonly do: 'run'; readonly start: StartOptions }
    | { readonly do: 'sweep' }
    /** Closes everything that it holds. */
    | { readonly do: 'release' }
  );

/** What a servant answers: a session, or the kind of the error. */
export interface Report {
  readonly id?: string;
  readonly adopted?: boolean;
  readonly failed?: string;
  readonly message?: string;
}

const held: Sessions[] = [];

async function obey(order: Order): Promise<Report | object> {
  process.env['XDG_STATE_HOME'] = order.stateHome;
  if (order.do === 'release') {
    await Promise.all(held.splice(0).map((sessions) => sessions.close()));
    return {};
  }
  const sessions = await openSessions({ config: order.config, sweepOnOpen: false });
  if (order.do === 'sweep') {
    const swept = await sessions.sweep();
    await sessions.close();
    return { swept };
  }
  const session = await sessions.start(order.start).catch(async (error: unknown) => {
    await sessions.close();
    throw error;
  });
  const report = { id: session.handle.id, adopted: session.adopted };
  if (order.do === 'hold') held.push(sessions);
  else await sessions.close();
  return report;
}

for await (const line of createInterface({ input: process.stdin })) {
  const report = await obey(JSON.parse(line) as Order).catch((error: unknown) => ({
    failed: SessionError.is(error) ? error.kind : 'unknown',
    message: String(error),
  }));
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
