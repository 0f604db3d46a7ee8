import { expect, it, onTestFinished } from 'vitest';
import { openSessions } from '../../src/open-sessions.ts';
import { local } from '../../providers/local/index.ts';
import { sessionDisplay } from '../../src/session/session-display.ts';

type Display = Readonly<Record<'text/plain' | 'text/html', string>>;

/** What Deno's kernel does with the last value of a cell. */
async function displayed(value: object): Promise<Display> {
  const members = value as Record<symbol, () => Display | Promise<Display>>;
  return (await members[Symbol.for('Jupyter.display')]?.call(value)) ?? { 'text/plain': '', 'text/html': '' };
}

async function started() {
  const sessions = await openSessions({ provider: local() });
  onTestFinished(() => sessions.close());
  const session = await sessions.start();
  await session.whenReady();
  return session;
}

/** The texts of the cells of all tables. */
const cells = (html: string): readonly string[] =>
  [...html.matchAll(/<t[dh] [^>]*>(.*?)<\/t[dh]>/g)].map(([, text = '']) =>
    text.replace(/<\/?(i|small|br)[^>]*>/g, ' ').trim(),
  );

it('a session shows its state, age and how to end it, also when it has ended', async () => {
  const session = await started();
  const { 'text/plain': plain, 'text/html': html } = await displayed(session);
  expect(plain).toMatch(
    /^session {4}local-\w+ \(local\)\nstate {6}ready\nage {8}\d+s\nto end it {2}await session\.terminate\(\); closing it or its sessions ends it too$/,
  );
  expect(cells(html)).toEqual(expect.arrayContaining(['state', 'ready', 'to end it']));
  await session.terminate({ wait: true });
  const ended = (await displayed(session))['text/plain'];
  expect(ended).toMatch(/\nstate {6}terminated.*\n[^]*it has ended, and nothing is billed$/);
});

it('a session shows its usage, and text of a service as text', async () => {
  const session = await started();
  const { status, handle } = session;
  const usage = { basis: 'billed', source: 'x', dpuHours: 1.25 } as const;
  const seen = { ...status, reason: '<b>idle</b>', details: { ...status.details, usage } };
  const { 'text/plain': plain, 'text/html': html } = sessionDisplay({ handle, status: seen, owned: false }, Date.now());
  expect(plain).toContain('usage      1.25 DPU h (billed)');
  expect(plain).toMatch(/await session\.terminate\(\)$/);
  expect(html).toContain('ready: &lt;b&gt;idle&lt;/b&gt;');
});

it('a result shows its columns with their types, and every kind of value', async () => {
  const session = await started();
  const result = await session.sql(
    `SELECT 10349::BIGINT AS flights, 1.50::DECIMAL(5,2) AS price, NULL::INTEGER AS nothing, '<x>' AS "a<b",
            [1::BIGINT, 2] AS items, {'n': 1::BIGINT} AS part, '\\x01'::BLOB AS bytes, '-0.0'::DOUBLE AS zero`,
  );
  const { 'text/plain': plain, 'text/html': html } = await displayed(result);
  expect(cells(html)).toEqual([
    'flights  bigint',
    'price  decimal(5,2)',
    'nothing  integer',
    'a&lt;b  text',
    'items  list&lt;bigint&gt;',
    'part  struct&lt;n: bigint&gt;',
    'bytes  binary',
    'zero  double',
    '10349',
    '1.50',
    'NULL',
    '&lt;x&gt;',
    '[&quot;1&quot;,&quot;2&quot;]',
    '{&quot;n&quot;:&quot;1&quot;}',
    '0x01',
    '-0',
  ]);
  expect(plain).toBe(
    'flights: bigint | price: decimal(5,2) | nothing: integer | a<b: text | items: list<bigint> | part: struct<n: bigint> | bytes: binary | zero: double\n' +
      '10349 | 1.50 | NULL | <x> | ["1","2"] | {"n":"1"} | 0x01 | -0\n1 row',
  );
  // It is kept, so the program can still read it.
  expect(await result.rows()).toHaveLength(1);
});

it.each([
  [0, 1, '0 rows'],
  [25, 1, '25 rows'],
  [55, 3, '55 rows'],
  [12_345, 8, '12,345 rows, the first 200 are shown'],
])('a result of %i rows shows them in %i pages', async (count, pages, text) => {
  const session = await started();
  const { 'text/html': html } = await displayed(await session.sql(`SELECT i FROM range(${count}) r(i)`));
  expect(html.match(/<table>/g)).toHaveLength(pages);
  expect(html.match(/<details>/g) ?? []).toHaveLength(pages - 1);
  expect(html).toContain(`<small>${text}</small>`);
  expect(cells(html).filter((cell) => /^\d+$/.test(cell))).toEqual(
    Array.from({ length: Math.min(count, 200) }, (_, at) => `${at}`),
  );
});
