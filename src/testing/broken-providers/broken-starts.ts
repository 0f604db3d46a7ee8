import { SessionError } from '../../contract/session-error.ts';
import type { StartRequest } from '../../contract/start-request.ts';
import { answering, asking, broken, failing, listing, reporting, type BrokenProvider } from './broken-provider.ts';

const MINUTE_MS = 60_000;

/** The same request with an unused token; each count gives another one. */
export function underNewToken<Request extends { readonly token: string }>(request: Request, count: number): Request {
  return { ...request, token: `x${String(count).padStart(39, '0')}` };
}

/** Wrong in how sessions start. */
export const BROKEN_STARTS: readonly BrokenProvider[] = [
  broken('double-start', ['C-020', 'C-021', 'C-022'], 'replaces a token that it has seen before', (sound) => {
    const seen: string[] = [];
    return asking(sound, 'start', (request, call) => {
      const isAgain = seen.includes(request.token);
      const count = seen.push(request.token);
      return [isAgain ? underNewToken(request, count) : request, call];
    });
  }),
  broken('concurrent-double-start', ['C-021'], 'replaces a token whose start is under way', (sound, memory) => ({
    start: (request, call) => {
      const isAgain = memory.has(request.token);
      memory.add(request.token);
      const started = sound.start(isAgain ? underNewToken(request, memory.size) : request, call);
      return started.finally(() => memory.delete(request.token));
    },
  })),
  broken(
    'starts-two-keeps-one',
    ['C-020', 'C-021', 'C-022'],
    'starts a second session and returns the first',
    (sound) => {
      const seen: string[] = [];
      return {
        start: async (request, call) => {
          const isAgain = seen.includes(request.token);
          const count = seen.push(request.token);
          if (isAgain) await sound.start(underNewToken(request, count), call);
          return sound.start(request, call);
        },
      };
    },
  ),
  broken('one-session-for-all', ['C-020', 'C-024', 'C-042'], 'returns its one session for every token', (sound) => {
    let first: StartRequest | undefined;
    return asking(sound, 'start', (request, call) => [(first ??= request), call]);
  }),
  broken('refuses-repeats', ['C-020', 'C-021', 'C-022'], 'refuses a repeated start as invalid', (sound, memory) => ({
    start: async (request, call) => {
      const isAgain = memory.has(request.token);
      memory.add(request.token);
      if (!isAgain) return sound.start(request, call);
      throw new SessionError('invalid-request', 'this token was used before', { operation: 'start' });
    },
  })),
  broken('conflicts-with-itself', ['C-021'], 'fails every one of several starts at the same time', (sound) => {
    const underWay = new Map<string, number>();
    return {
      start: async (request, call) => {
        underWay.set(request.token, (underWay.get(request.token) ?? 0) + 1);
        const started = await sound.start(request, call);
        const together = underWay.get(request.token) ?? 0;
        if (together === 1) underWay.delete(request.token);
        if (together === 1) return started;
        throw new SessionError('conflict', 'another start of this token is under way', { operation: 'start' });
      },
    };
  }),
  broken('leaks-on-abort', ['C-025'], 'reports no effect for an aborted start that had been sent', (sound) =>
    failing(sound, 'start', 'aborted', (error) => error.with({ effect: 'none' })),
  ),
  broken('denies-lost-starts', ['C-022', 'C-025'], 'reports no effect for a start whose answer was lost', (sound) =>
    failing(sound, 'start', 'unavailable', (error) => error.with({ effect: 'none' })),
  ),
  broken('loses-ownership', ['C-023'], 'lists sessions without their ownership', (sound) =>
    listing(sound, (observations) =>
      observations.map(({ details: { ownership: _dropped, ...details }, ...rest }) => ({ ...rest, details })),
    ),
  ),
  broken('loses-lifetime', ['C-023'], 'starts sessions without their lifetime', (sound) =>
    asking(sound, 'start', ({ lifetimeMs: _dropped, ...request }, call) => [request, call]),
  ),
  broken('rounds-down', ['C-024'], 'rounds the idle timeout down to whole minutes', (sound) =>
    asking(sound, 'start', (request, call) => {
      const idleTimeoutMs = Math.floor(request.idleTimeoutMs / MINUTE_MS) * MINUTE_MS;
      return [{ ...request, idleTimeoutMs }, call];
    }),
  ),
  broken('forgets-idle-timeout', ['C-024', 'C-026'], 'uses the default idle timeout of the service', (sound) =>
    asking(sound, 'start', (request, call) => {
      const idleTimeoutMs = sound.capabilities.idleTimeoutMs.default;
      return [{ ...request, idleTimeoutMs }, call];
    }),
  ),
  broken('minutes', ['C-024'], 'reports the idle timeout in minutes', (sound) =>
    reporting(sound, (seen) => {
      const idleTimeoutMs = Math.round((seen.details.idleTimeoutMs ?? 0) / MINUTE_MS);
      return { ...seen, details: { ...seen.details, idleTimeoutMs } };
    }),
  ),
  broken('own-reaper', ['C-026'], 'terminates sessions itself after half of their idle timeout', (sound) =>
    answering(sound, 'describe', (seen, handle, call) => {
      const { idleSinceMs = Number.POSITIVE_INFINITY, idleTimeoutMs = 0 } = seen.details;
      return seen.observedAtMs - idleSinceMs > idleTimeoutMs / 2 ? sound.terminate(handle, call) : seen;
    }),
  ),
];
