import { SessionError } from '../contract/session-error.ts';
import type { Emulator } from './emulator.ts';
import type { Fault } from './fault.ts';
import type { Delivery, WireRequest } from './wire.ts';

/** The prefix of the control routes; no service has such a path. */
export const CONTROL_PREFIX = '/__emulator/';

/** The emulator's own routes on every port, for other processes. */
export function answerControl(emulator: Emulator, request: WireRequest): Delivery {
  try {
    const route = `${request.method} ${request.path.slice(CONTROL_PREFIX.length)}`;
    const body: unknown = request.body === '' ? undefined : JSON.parse(request.body);
    const answer = handle(emulator, route, body);
    return answer === undefined
      ? json(404, { message: `There is no ${request.method} ${request.path}.` })
      : json(200, answer);
  } catch (error) {
    if (SessionError.is(error)) return json(400, error.toJSON());
    if (error instanceof SyntaxError) return json(400, { message: 'The body is not JSON.' });
    throw error;
  }
}

function handle(emulator: Emulator, route: string, body: unknown): object | undefined {
  switch (route) {
    case 'GET log':
      return emulator.log();
    case 'GET oracle': {
      const sessions = emulator.oracle.sessions();
      return {
        sessions,
        batches: emulator.oracle.batches(),
        calculations: emulator.oracle.calculations(),
        live: sessions.filter((session) => session.live).length,
        billedSeconds: emulator.oracle.billedSeconds(),
      };
    }
    case 'POST advance':
      emulator.advance(memberOf(body, 'ms', 'number'));
      return { nowMs: emulator.nowMs() };
    case 'POST faults':
      emulator.faults.add(...((Array.isArray(body) ? body : [body]) as Fault[]));
      return { pending: emulator.faults.pending() };
    case 'DELETE faults':
      emulator.faults.clear();
      return { pending: [] };
    case 'POST busy':
      emulator.setBusy(memberOf(body, 'sessionId', 'string'), memberOf(body, 'busy', 'boolean'));
      return {};
    default:
      return undefined;
  }
}

interface JsonTypes {
  number: number;
  string: string;
  boolean: boolean;
}

function memberOf<Type extends keyof JsonTypes>(body: unknown, name: string, type: Type): JsonTypes[Type] {
  const value =
    typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>)[name] : undefined;
  if (typeof value !== type) {
    const message = `The body needs a member '${name}' of type ${type}.`;
    throw new SessionError('config-invalid', message, { operation: 'emulator control' });
  }
  return value as JsonTypes[Type];
}

function json(status: number, body: object): Delivery {
  return {
    how: 'answer',
    answer: { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    delayMs: 0,
  };
}
