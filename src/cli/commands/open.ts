import { spawn } from 'node:child_process';
import { SessionError } from '../../contract/session-error.ts';
import { findSession, type SessionFilter } from '../session-address.ts';
import { note, printAsIs, printJson, type CommandContext, type Terminal } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';

/** The program that opens an address in the browser, by platform. Windows' `start` would need a shell. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [program: string, ...words: string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens the service's page about a session in the browser; with `--print`, `--json` or without a terminal its address is written. */
export async function runOpen(
  context: CommandContext,
  word: string | undefined,
  options: SessionFilter & { readonly print?: boolean },
): Promise<void> {
  const { terminal, json } = context;
  const { signal } = terminal;
  const { url, expiresAtMs } = await withSessions(context, async (sessions) => {
    const session = await findSession(sessions, { ...options, session: word }, signal);
    return session.dashboard({ signal });
  });
  const address = new URL(url);
  if (address.protocol !== 'https:' && address.protocol !== 'http:') {
    const message = `The service returned an address that is no web page (${address.protocol})`;
    throw new SessionError('unexpected', message, { operation: 'dashboard' });
  }
  if (json) return printJson(terminal, { url: address.href, expiresAtMs });
  if (options.print === true || terminal.stdout.isTTY !== true) return printAsIs(terminal, `${address.href}\n`);
  await openInBrowser(terminal, address.href);
  note(terminal, `Opened ${address.host} in your browser.`);
}

async function openInBrowser({ env }: Terminal, url: string): Promise<void> {
  const browser = env['BROWSER'];
  const [program, ...words] =
    browser === undefined || browser === '' ? (OPENERS[process.platform] ?? ['xdg-open']) : [browser];
  const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true, env });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `The browser cannot be started (${program}: ${String(cause.code)}). Print the address instead: --print`;
      reject(new SessionError('unsupported', message, { operation: 'dashboard', cause }));
    });
  });
  child.unref();
}
