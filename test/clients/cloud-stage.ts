import type { TestContext } from 'vitest';
import { createContainer } from '../../src/container/create-container.ts';
import { SESSIONS } from '../../src/container/tokens.ts';
import type { SparkConnectProxy } from '../../src/contract/spark-connect-proxy.ts';
import type { Emulator, EmulatorOptions } from '../../src/emulator/index.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import type { Session } from '../../src/session/session.ts';
import type { Sessions } from '../../src/session/sessions.ts';
import { systemClock } from '../../src/session/system-ports.ts';
import { configOf } from '../emulator/sql-stage.ts';
import { openGoogleFront } from './google-front.ts';
import type { MatrixRow } from './matrix.ts';

/** How long an endpoint token lives, milliseconds. */
const TOKEN_MS = 60_000;

/** An emulated session with a proxy, in real time. */
export interface CloudStage {
  readonly emulator: Emulator;
  readonly session: Session;
  readonly proxy: SparkConnectProxy;
  /** How a client finds the session: its environment. */
  readonly clientEnv: Readonly<Record<string, string>>;
  /** Terminates the session as another program does: this one is not told. */
  readonly terminateElsewhere: () => Promise<void>;
  /** How many bytes of answers clients have received. */
  readonly sentBytes: () => Promise<number>;
}

/** Starts an emulator with one session; all of it ends with the test. */
export async function openCloudStage(
  { cloud, dialsCloud }: Pick<MatrixRow, 'cloud' | 'dialsCloud'>,
  options: EmulatorOptions,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
): Promise<CloudStage> {
  const token = { endpointTokenTtlMs: TOKEN_MS };
  const emulator = await startEmulator({
    services: [cloud === 'emr-ec2' ? 'emr' : cloud],
    startupMs: 0,
    athena: token,
    emrServerless: token,
    emr: token,
    glue: token,
    dataproc: { requireBearer: true },
    ...options,
  });
  onTestFinished(() => emulator.close());
  const openSessions = async (): Promise<Sessions> => {
    const container = await createContainer({ config: configOf(cloud, emulator, systemClock), env: {} });
    const sessions = container.get(SESSIONS);
    onTestFinished(() => sessions.close());
    return sessions;
  };
  const session = await (await openSessions()).start({ name: 'clients' });
  await session.whenReady();
  const proxy = await session.proxy({ share: true });
  const clientEnv = dialsCloud
    ? { ANYSESSION_SESSION: session.handle.id, ...(await openGoogleFront(emulator, { onTestFinished })) }
    : { SPARK_REMOTE: proxy.url };
  return {
    emulator,
    session,
    proxy,
    clientEnv,
    async terminateElsewhere() {
      const others = await (await openSessions()).attach(session.handle);
      await others.terminate();
    },
    async sentBytes() {
      const headers = { authorization: `Bearer ${proxy.key}` };
      const page = await (await fetch(`http://127.0.0.1:${proxy.port}/metrics`, { headers })).text();
      return Number(/bytes_total\{direction="to_client"\} (\d+)/.exec(page)?.[1] ?? 0);
    },
  };
}
