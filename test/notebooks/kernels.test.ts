import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runOnTerminal } from '../cli/process.ts';
import { NOTEBOOKS, workplace } from './workplace.ts';

type Place = Awaited<ReturnType<typeof workplace>>;

const states = ({ emulator }: Place): readonly string[] => emulator.oracle.sessions().map(({ state }) => state);

/** Runs a script that drives a kernel with jupyter_client, and returns what it prints. */
async function drive(place: Place, kernel: string, script: string): Promise<string> {
  const file = join(place.home, 'drive.py');
  writeFileSync(file, `${DRIVER}\n${script}`);
  const { code, stdout, stderr } = await place.start(['python', file, kernel]).ended;
  expect(code, stderr).toBe(0);
  return stdout;
}

const DRIVER = `
import sys, threading, time
from jupyter_client import KernelManager

manager = KernelManager(kernel_name=sys.argv[1])
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)


def run(code):
    def show(message):
        content = message["content"]
        text = content.get("data", {}).get("text/plain") or content.get("text") or content.get("ename")
        if text:
            print(message["msg_type"] + ": " + text.strip(), flush=True)

    client.execute_interactive(code, timeout=90, output_hook=show)
`;

describe('a kernel of anysession kernel install', () => {
  it('shows how its session starts, keeps it at a restart, and ends it in the end', async () => {
    const place = await workplace(['athena'], 3_000);
    const printed = await drive(
      place,
      'anysession-athena',
      `
run("'spark' in globals(), 'no call'")
run("spark.range(7).count()")
manager.restart_kernel()
client.wait_for_ready(timeout=60)
run("'spark' in globals(), 'x' in globals(), spark.range(8).count()")
threading.Timer(2, manager.interrupt_kernel).start()
run("x = 1; time = __import__('time'); time.sleep(30)")
run("x + 1")
manager.shutdown_kernel()
`,
    );
    const [first, ...lines] = printed.trim().split('\n');
    expect(first).toBe("execute_result: (False, 'no call')");
    const id = '[0-9a-f-]{36}';
    expect(lines.join('\n')).toMatch(
      new RegExp(
        `^display_data: athena: (session ${id} is creating|starting a session on athena).* … \\d+ s\n` +
          `(update_display_data: .* … \\d+ s\n)+` +
          `execute_result: 7\n` +
          `update_display_data: athena: session (${id}) is (?:ready|busy) · age \\d+s · 0\\.\\d+ DPU h · 0\\.\\d+ USD\n` +
          // The restarted kernel asks for the session of its key; a status line may come meanwhile.
          `(?:display_data: athena: starting a session on athena … \\d+ s\n)?(?:update_display_data: .* … \\d+ s\n)*` +
          `execute_result: \\(True, False, 8\\)\n` +
          `(?:update_)?display_data: athena: session \\3 is (?:ready|busy) .*\n` +
          `error: KeyboardInterrupt\n` +
          `execute_result: 2$`,
      ),
    );
    await expect.poll(() => states(place), { timeout: 30_000 }).toEqual(['TERMINATED']);
  });

  it('that Jupyter does not start again after a crash loses its session within a minute', async () => {
    const place = await workplace(['athena'], 0);
    await drive(
      place,
      'anysession-athena',
      `
run("spark.range(7).count()")
client.execute("import os; os._exit(3)")
while manager.is_alive():
    time.sleep(0.2)
`,
    );
    expect(states(place)).toEqual(['IDLE']);
    await expect.poll(() => states(place), { timeout: 60_000 }).toEqual(['TERMINATED']);
  });

  it('runs SQL with JupySQL, which sends nothing to its makers', async () => {
    const place = await workplace(['athena'], 0);
    const printed = await drive(
      place,
      'anysession-athena',
      `
run("%time 'spark' in globals()")
run("%sql SELECT id, id * 2 AS twice FROM range(2)")
run("result = _; (type(result).__name__, list(result.columns), __import__('os').environ['PLOOMBER_STATS_ENABLED'])")
run("%%sql\\nSELECT 6 * 7 AS answer")
run("%%sql\\nCREATE OR REPLACE TEMP VIEW v AS SELECT 1 AS a;\\nSELECT a FROM v")
run("%sql kept << SELECT 'x' AS b")
run("kept.b[0], [name for name in dir() if 'anysession' in name]")
run("%sql SELECT nope")
manager.shutdown_kernel()
`,
    );
    // A cell magic hides the name in a text.
    expect(printed).toContain('execute_result: True');
    expect(printed).toContain("('DataFrame', ['id', 'twice'], 'false')");
    expect(printed).toMatch(/answer\n0 +42/);
    // Each statement of a cell, and a result that a variable takes.
    expect(printed).toMatch(/execute_result: +a\n0 +1\n/);
    expect(printed).toContain("execute_result: ('x', [])");
    expect(printed).toMatch(/nope/);
  });

  it('runs a statement of %sql once', async () => {
    const place = await workplace(['athena'], 0);
    const printed = await drive(
      place,
      'anysession-athena',
      `
import json, os, urllib.request

def plans():
    with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL_ATHENA"] + "/__emulator/log") as answer:
        return sum(call.get("operation") == "ExecutePlan" for call in json.load(answer))

for code in ["%sql SELECT 1", "spark.sql('SELECT sum(id) FROM range(9)').toPandas()", "%sql SELECT sum(id) FROM range(9)"]:
    before = plans()
    run(code)
    print("plans:", plans() - before)
manager.shutdown_kernel()
`,
    );
    // One in which Spark parses the text, and one that runs it, as PySpark sends them.
    expect(printed.match(/^plans: \d+$/gm)).toEqual(['plans: 2', 'plans: 2', 'plans: 2']);
  });
});

describe('anysession exec -- jupyter', () => {
  it('execute: the cells of an ordinary kernel use one session, which ends with Jupyter', async () => {
    const place = await workplace([], 2_000);
    const cell =
      'from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nprint(spark.range(9).count())';
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: 'python3', display_name: 'Python 3' } },
      cells: [{ cell_type: 'code', id: 'a', metadata: {}, execution_count: null, outputs: [], source: cell }],
    };
    const file = join(place.home, 'ordinary.ipynb');
    writeFileSync(file, JSON.stringify(notebook));
    const words = ['anysession', 'exec', '--env', 'athena', '--', 'jupyter', 'execute', '--inplace', file];
    const { code, stderr } = await place.start(words).ended;
    expect(code, stderr).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('9\\n');
    expect(text).toMatch(/athena: session \S+ is ready · age/);
    await expect.poll(() => states(place), { timeout: 30_000 }).toEqual(['TERMINATED']);
  });

  it('server: Ctrl-C asks, "n" goes back to work, and two Ctrl-C end Jupyter and then the session', async () => {
    const place = await workplace([], 0);
    const script = join(place.home, 'call.py');
    writeFileSync(
      script,
      'from pyspark.sql import SparkSession\nprint(SparkSession.builder.getOrCreate().range(9).count())',
    );
    // The session is one of a Spark call that Jupyter's process group makes.
    const shell = `python ${script}; exec jupyter server --no-browser --allow-root --port=0 --ServerApp.root_dir=${place.home}`;
    const words = ['anysession', 'exec', '--env', 'athena', '--', 'sh', '-c', shell];
    const { child, output, ended } = runOnTerminal(200, ['env', ...place.variables, ...words], {
      cwd: NOTEBOOKS,
      onTestFinished,
    });
    const shows = (text: string) => expect.poll(() => output.stdout, { timeout: 60_000 }).toContain(text);
    await shows('Use Control-C to stop this server');
    expect(states(place)).toEqual(['IDLE']);
    child.stdin?.write('\u0003');
    await shows('Shut down this Jupyter server');
    child.stdin?.write('n\n');
    await shows('resuming operation');
    expect(states(place)).toEqual(['IDLE']);
    child.stdin?.write('\u0003');
    await expect.poll(() => output.stdout.split('Shut down this Jupyter server').length, { timeout: 30_000 }).toBe(3);
    child.stdin?.write('\u0003');
    await ended;
    await expect.poll(() => states(place), { timeout: 30_000 }).toEqual(['TERMINATED']);
  });
});
