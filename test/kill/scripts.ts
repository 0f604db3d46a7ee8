import type { Sessions } from '../../src/session/sessions.ts';

/** The key of the session that another living process holds. */
export const SHARED_KEY = 'shared';
/** The key of the killed process. */
export const OWN_KEY = 'nightly';
const KEEP_MS = 3_600_000;

/** Tells the parent what the process has done; it arrives even if the process dies right after. */
export type Say = (word: 'keeping' | 'kept', id: string) => void;

/** What a process does with its sessions until it is killed. Each script ends what it holds, so that it leaves only what it kept. */
export const SCRIPTS = {
  async unnamed(sessions) {
    const session = await sessions.start();
    await session.whenReady();
    await session.refresh();
    await session.close();
  },
  async keyed(sessions) {
    const session = await sessions.start({ key: OWN_KEY });
    await session.whenReady();
    await session.terminate();
  },
  async kept(sessions, say) {
    const session = await sessions.start();
    await session.whenReady();
    say('keeping', session.handle.id);
    session.detach({ keepForMs: KEEP_MS });
    say('kept', session.handle.id);
    await sessions.start({ key: OWN_KEY });
  },
  async adopting(sessions) {
    const adopted = await sessions.start({ key: SHARED_KEY });
    await adopted.whenReady();
    await sessions.start();
    await adopted.close();
  },
  async together(sessions) {
    const started = await Promise.all([
      sessions.start(),
      sessions.start({ key: OWN_KEY }),
      sessions.start({ key: SHARED_KEY }),
    ]);
    await Promise.all(started.map((session) => session.whenReady()));
  },
  async sql(sessions) {
    const session = await sessions.start();
    // Emulated sessions of Dataproc run no SQL.
    if (sessions.provider.id !== 'dataproc') await session.sql('SELECT 1');
    await session.close();
  },
} as const satisfies Readonly<Record<string, (sessions: Sessions, say: Say) => Promise<void>>>;

/** The name of a script. */
export type ScriptName = keyof typeof SCRIPTS;
