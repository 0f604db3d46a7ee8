import { composeSessions, systemPorts, wrongKind } from '../compose.ts';
import type { EnvironmentConfig } from '../config/config-options.ts';
import type { Diagnosis } from '../contract/diagnosis.ts';
import type { Logger, RequestObserver } from '../contract/ports.ts';
import { isBatchPlugin } from '../contract/provider-plugin.ts';
import type { ServiceProbe } from '../contract/service-probe.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Recorder } from './recording/recorder.ts';
import { formatVerifyOwner, thisVerifier, type VerifyOwner } from './verify-owner.ts';

/** An environment that is open for a verification. */
export interface OpenVerification {
  readonly config: EnvironmentConfig;
  /** Its sessions have an owner that marks them as those of this verification. */
  readonly sessions: Sessions;
  readonly self: VerifyOwner;
  readonly owner: string;
  readonly diagnosis: Diagnosis | undefined;
  /** Opens the single calls; absent where nothing is probed. */
  readonly openProbe: (() => ServiceProbe) | undefined;
  /** How many requests were sent so far. */
  readonly callCount: () => number;
  readonly anysession: string;
}

/** What sees the calls, and who verifies. */
export interface VerificationPorts {
  /** The version of anysession, for the report. */
  readonly anysession: string;
  readonly logger?: Logger | undefined;
  readonly requests?: RequestObserver | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Records the calls of the provider. */
  readonly recorder?: Recorder | undefined;
}

/**
 * Opens an environment for a verification. Makes no call. The limit of the environment on spending is that of the verification.
 * @throws SessionError `unsupported` for a provider of run batches.
 */
export async function openVerification(
  config: EnvironmentConfig,
  { requests, anysession, recorder, ...others }: VerificationPorts,
): Promise<OpenVerification> {
  const { plugin: given, providerConfig } = config;
  if (isBatchPlugin(given)) throw wrongKind(given, 'run batches, which verify does not start', 'openBatches');
  const plugin = recorder?.wrap(given) ?? given;
  let calls = 0;
  const counting: RequestObserver = {
    sends(request) {
      calls += 1;
      requests?.sends(request);
    },
    answered(request, answer) {
      requests?.answered(request, answer);
    },
  };
  const ports = systemPorts({ ...others, requests: counting });
  const self = thisVerifier(config.owner);
  const owner = formatVerifyOwner(self);
  const sessions = composeSessions({ ...config, plugin, owner, session: {}, maxSpend: undefined }, ports);
  const probes = await plugin.probes?.();
  return {
    config,
    sessions,
    self,
    owner,
    diagnosis: await plugin.diagnosis?.(),
    openProbe: probes && (() => probes.open(providerConfig, { ...ports, requests: counting })),
    callCount: () => calls,
    anysession,
  };
}
