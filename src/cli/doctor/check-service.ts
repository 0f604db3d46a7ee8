import type { Diagnosis, Finding } from '../../contract/diagnosis.ts';
import type { ProviderOperation } from '../../contract/operations.ts';
import { SessionError } from '../../contract/session-error.ts';
import { HANDLE_VERSION } from '../../contract/session-handle.ts';
import type { SessionProvider } from '../../contract/session-provider.ts';
import { callContext } from '../../session/call-context.ts';
import { systemClock } from '../../session/system-ports.ts';
import { checkNetwork } from './check-network.ts';
import { failedFinding } from './failed-finding.ts';

/** A provider whose service is checked. */
export interface CheckedProvider {
  /** The provider with all layers. */
  readonly provider: SessionProvider;
  readonly providerConfig: unknown;
  readonly diagnosis: Diagnosis | undefined;
}

/** Failures that say that the service was never asked: what comes after them would fail in the same way. */
const STOPPING: ReadonlySet<string> = new Set(['unauthenticated', 'unavailable', 'timeout', 'config-invalid']);

/** Checks the way to the service, the credentials, what the sessions run in, and the permissions, by calls that change nothing. */
export async function* checkService(
  { provider, providerConfig, diagnosis }: CheckedProvider,
  signal: AbortSignal,
): AsyncGenerator<Finding, void, undefined> {
  const clock = systemClock;
  const call = () => callContext(clock, { signal });
  const address = diagnosis?.address?.(providerConfig);
  if (address !== undefined) yield* await checkNetwork(address);
  const startedMs = clock.monotonicMs();
  try {
    const { observations, next } = await provider.listPage({}, undefined, call());
    const tookMs = Math.round(clock.monotonicMs() - startedMs);
    yield {
      check: 'service',
      status: 'ok',
      evidence: `${provider.id} (${provider.scope}) answered within ${tookMs} ms`,
    };
    yield sessionsFinding(provider, observations.filter(({ final }) => !final).length, next !== undefined);
  } catch (error) {
    yield withPermission(failedFinding('service', error), error, diagnosis?.permissions.listPage);
    if (SessionError.is(error) && STOPPING.has(error.kind)) return;
  }
  if (diagnosis === undefined) return;
  try {
    yield* (await diagnosis.inspect?.(providerConfig, clock, call())) ?? [];
  } catch (error) {
    yield failedFinding('set-up', error);
  }
  yield* checkPermissions(provider, diagnosis, call);
}

function sessionsFinding({ capabilities }: SessionProvider, count: number, more: boolean): Finding {
  const { maxLiveSessions } = capabilities;
  const live = `${more ? 'at least ' : ''}${count} live ${count === 1 ? 'session' : 'sessions'}`;
  if (maxLiveSessions === false) return { check: 'sessions', status: 'ok', evidence: live };
  const evidence = `${live} of at most ${maxLiveSessions}`;
  if (count < maxLiveSessions) return { check: 'sessions', status: 'ok', evidence };
  return { check: 'sessions', status: 'warning', evidence, fix: 'End sessions that nobody needs: anysession list' };
}

/**
 * Asks for a session that does not exist: any answer but a refusal of the permission shows that the verb is allowed. A start would
 * cost money, so nobody asks for one.
 */
async function* checkPermissions(
  provider: SessionProvider,
  { unknownSessionId: id, permissions }: Diagnosis,
  call: () => ReturnType<typeof callContext>,
): AsyncGenerator<Finding, void, undefined> {
  const handle = { v: HANDLE_VERSION, provider: provider.id, scope: provider.scope, id } as const;
  const asks: Partial<Record<ProviderOperation, () => Promise<unknown>>> = {
    describe: () => provider.describe(handle, call()),
    terminate: () => provider.terminate(handle, call()),
    ...(provider.endpoint && { endpoint: () => provider.endpoint?.(handle, call()) ?? Promise.resolve() }),
  };
  for (const [operation, permission] of Object.entries(permissions)) {
    const ask = asks[operation as ProviderOperation];
    if (operation === 'start')
      yield { check: 'permission', status: 'unknown', evidence: `${permission}: only a start can show it` };
    if (ask === undefined) continue;
    try {
      await ask();
    } catch (error) {
      if (
        !SessionError.is(error, 'not-found') &&
        !SessionError.is(error, 'invalid-request') &&
        !SessionError.is(error, 'conflict')
      ) {
        yield withPermission(failedFinding('permission', error), error, permission);
        continue;
      }
    }
    yield { check: 'permission', status: 'ok', evidence: permission };
  }
}

function withPermission(finding: Finding, error: unknown, permission: string | undefined): Finding {
  if (permission === undefined || !SessionError.is(error, 'forbidden')) return finding;
  return { ...finding, fix: `Allow ${permission}.` };
}
