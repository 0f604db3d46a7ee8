import type { StartRequest } from '../contract/start-request.ts';
import { systemRandom } from '../session/system-ports.ts';
import type { OpenVerification } from './open-verification.ts';
import type { VerificationPlan } from './plan.ts';

/** A start of a small session that ends soon by itself, with a new token. */
export function startRequest(
  { owner, sessions }: OpenVerification,
  plan: Pick<VerificationPlan, 'idleTimeoutMs' | 'lifetimeMs' | 'endsByLifetime'>,
): StartRequest {
  const { idleTimeoutMs, lifetimeMs, endsByLifetime } = plan;
  return {
    owner,
    token: `verify-${systemRandom.hex(28)}`,
    lifetimeMs,
    idleTimeoutMs,
    ...(endsByLifetime && { maxLifetimeMs: lifetimeMs }),
    ...(sessions.provider.capabilities.size && { size: 'small' as const }),
    name: 'anysession verify',
    labels: {},
  };
}
