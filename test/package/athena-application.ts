import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OPTIONS = `{
  region: 'us-east-1', workgroup: 'spark35', endpoint: process.env.ENDPOINT,
  credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' },
}`;

/** A session's life; `life` prints the state that it reached. */
const LIFE = `
export async function life(sessions) {
  const session = await sessions.start({ name: 'bundled' });
  await session.whenReady();
  const { state } = await session.refresh();
  await session.terminate();
  await sessions.close();
  return state;
}
`;

/** The two ways to say which provider; each module exports `open`. */
const WAYS = {
  config: `
import { openSessions } from 'anysession';
export const open = () => openSessions({ environment: 'prod', config: { environments: { prod: { provider: 'athena', ...${OPTIONS} } } } });
`,
  typed: `
import { openSessions } from 'anysession';
import { athena } from 'anysession/providers/athena';
export const open = () => openSessions({ provider: athena(${OPTIONS}) });
`,
};

/** A way to say which provider. */
export type Way = keyof typeof WAYS;

/** Both ways. */
export const ways = Object.keys(WAYS) as Way[];

/** Writes the modules of an application on Athena, whose address is in the variable ENDPOINT: one that starts sessions for each way. */
export function writeModules(folder: string): void {
  writeFileSync(join(folder, 'life.js'), LIFE);
  for (const way of ways) writeFileSync(join(folder, `open-${way}.js`), WAYS[way]);
}

/** Writes a program for each way, `config.js` and `typed.js`; each prints the state that its session reached. */
export function writePrograms(folder: string): void {
  writeModules(folder);
  for (const way of ways) {
    const program = `
import { life } from './life.js';
import { open } from './open-${way}.js';
open().then(life).then((state) => console.log(state), (error) => { console.error(error); process.exitCode = 1; });
`;
    writeFileSync(join(folder, `${way}.js`), program);
  }
}
