import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { client, sparkCloud } from './exec.ts';

interface Status {
  readonly calls: number;
  readonly sessions: readonly { readonly id?: string; readonly state: string; readonly text: string }[];
}

describe('what a notebook below anysession exec finds', { timeout: 120_000 }, () => {
  it.concurrent('is the status of the session: its start, then its age, usage and cost', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context, {
      startupMs: 3_000,
      more: ', prices: { currency: USD, dpuHour: 0.35 }',
    } as Parameters<typeof sparkCloud>[1]);
    const { output, child } = service.exec([], client('env', 'say:unused', 'call', 'say:called', 'wait'));
    const until = (text: string) => expect.poll(() => output.stdout, { timeout: 60_000 }).toContain(text);
    await until('unused');
    const [, host = '', key = ''] = /"sc:\/\/([^/]+)\/;x-anysession-key=([^"]+)"/.exec(output.stdout) ?? [];
    const get = (path = '/status', token = key) =>
      fetch(`http://${host}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const status = async () => (await (await get()).json()) as Status;
    await expect
      .poll(async () => (await status()).sessions[0]?.text, { timeout: 60_000, interval: 20 })
      .toMatch(/^dev: session \S+ is creating(, usually \d+( to \d+)? s)?$/);
    await until('called');
    const { calls, sessions } = await status();
    expect([calls > 0, sessions.map(({ state }) => state)]).toEqual([true, ['ready']]);
    const { id, text = '' } = sessions[0] ?? {};
    expect(text).toMatch(new RegExp(`^dev: session ${id} is ready · age \\d+s · 0\\.\\d{4} DPU h · 0\\.\\d+ USD$`));
    expect((await get('/status', 'wrong')).status).toBe(401);
    expect((await get('/status/')).status).toBe(404);
    expect((await get('/constructor')).status).toBe(404);
    await service.run(['terminate', id ?? '']);
    await expect.poll(async () => (await status()).sessions, { timeout: 60_000 }).toMatchObject([{ id }]);
    child.kill('SIGTERM');
    await service.reach('TERMINATED');
  });

  it.concurrent.for([
    ['nothing where there is no kernel', '', "print(sorted(set(globals()) - {'os'}), os.environ.get('PYTHONSTARTUP'))"],
    ['the start-up file that the user has chosen', 'chosen = 7', 'print(chosen, os.environ["PYTHONSTARTUP"])'],
  ] as const)('is %s', async ([, chosen, line], context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const file = join(service.cwd, 'chosen.py');
    writeFileSync(file, chosen);
    const env = { PYTHONSTARTUP: chosen === '' ? '' : file };
    const { child, ended } = service.exec([], ['python3', '-i'], { env });
    child.stdin?.end(`import os\n${line}\n`);
    const { stdout } = await ended;
    if (chosen === '') expect(stdout).toMatch(/^\['__annotations__', [^\n]*'__spec__'\] None\n$/);
    else expect(stdout).toBe(`7 ${file}\n`);
    expect(service.calls()).toEqual([]);
  });
});
