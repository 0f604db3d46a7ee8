import type { Liveness } from '../../src/ownership/holder-socket.ts';
import type { StartOptions } from '../../src/session/start-options.ts';
import type { SweepLimits, SweeperParts } from '../../src/ownership/sweeper.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator-options.ts';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { HolderSweepRecords } from '../../src/ownership/holder-sweep-records.ts';
import { Holders, type HoldersParts } from '../../src/ownership/holders.ts';
import { hostIdentity } from '../../src/ownership/host-identity.ts';
import { systemRandom } from '../../src/session/system-ports.ts';
import { AuditLog } from '../../src/ownership/audit-log.ts';
import { Sweeper } from '../../src/ownership/sweeper.ts';
import { sweepCalls } from '../../src/session/sweep-calls.ts';
import { RecordingLogger, RecordingMetrics } from '../../src/testing/index.ts';
import { openCloud, type Cloud } from '../providers/started-session.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { WrongClock } from '../wrong-clock.ts';
import { unended } from '../emulator/unended.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** How a session is held. */
interface Holding {
  /** `dead` by default. */
  readonly holder?: Liveness;
  readonly key?: string;
  readonly keptForMs?: number;
  /** The answer of the start never came. */
  readonly isLost?: boolean;
  readonly sessionId?: string;
  readonly token?: string;
}

/** Sessions of an emulated cloud, some with records, and the sweepers of one host. */
export async function openSweepScene(cloud: Cloud, options: EmulatorOptions = {}) {
  const opened = await openCloud(cloud, { athena: { spark35DpuQuota: 100 }, ...options });
  const { sessions, settle, clock, emulator } = opened;
  const { provider } = sessions;
  const logger = new RecordingLogger();
  const folder = temporaryFolder();
  const openHolders = (more: Partial<HoldersParts> = {}): Holders => {
    const uptimeMs = (): number => clock.monotonicMs();
    const holders = new Holders({ folder: join(folder, 'h'), clock, random: systemRandom, logger, uptimeMs, ...more });
    onTestFinished(() => holders.close());
    return holders;
  };
  const metrics = new RecordingMetrics();
  const wrongClock = new WrongClock(clock);
  const sweeper = (parts: Partial<SweeperParts> = {}): Sweeper =>
    new Sweeper({
      environment: 'test',
      owner: 'tests',
      provider,
      calls: sweepCalls(provider, clock),
      records: new HolderSweepRecords(openHolders(), logger),
      audit: new AuditLog({ folder, logger }),
      clock: wrongClock,
      logger,
      metrics,
      ...parts,
    });
  /** One sweep, by a new sweeper; its decisions by session id or token. */
  const sweep = async (limits: Partial<SweepLimits> = {}, by = sweeper()) => {
    const report = await settle(by.sweep({ dryRun: false, signal: new AbortController().signal, ...limits }));
    return {
      report,
      codes: Object.fromEntries(
        report.decisions.map(({ handle, token, outcome, code }) => [handle?.id ?? token, `${outcome} ${code}`]),
      ),
    };
  };
  /** Starts a session and waits until it is ready. */
  const start = async (start: StartOptions = {}) => {
    const session = await settle(sessions.start(start));
    await settle(session.whenReady());
    return session;
  };
  const live = (): readonly string[] => unended(emulator);
  /** Records a session as a process that holds it would, or has held it. */
  const hold = async (session: Awaited<ReturnType<typeof start>>, how: Holding = {}): Promise<void> => {
    const { holder = 'dead', key, keptForMs, token = session.status.details.ownership?.token ?? '' } = how;
    const identity = { ...hostIdentity(), ...(holder === 'doubtful' && { bootId: 'an earlier one' }) };
    const holders = openHolders({ identity });
    const place = { provider: provider.id, scope: provider.scope, environment: 'test', owner: 'tests' };
    const claimed = await holders.claim({ ...place, token, key, options: {} });
    if (claimed.kind !== 'held') throw new Error(`the session is ${claimed.kind}`);
    if (how.isLost !== true) claimed.hold.started(how.sessionId ?? session.handle.id);
    if (keptForMs !== undefined) claimed.hold.keep(clock.nowMs() + keptForMs);
    if (holder === 'dead') holders.close();
  };
  const records = () => openHolders().claims();
  const calls = (operation: string): number => emulator.log().filter((call) => call.operation === operation).length;
  return { ...opened, live, records, folder, logger, metrics, wrongClock, sweeper, sweep, start, hold, calls };
}
