/**
 * `npm run site:check [-- --pictures] [PATH…]`: checks the built site. Links and anchors need no browser; the rest opens each page in Chromium.
 * Without Chromium that part is reported as NOT RUN.
 */
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findChromium, openBrowser, problemsOf, searchProblems } from './browser.ts';
import { brokenLinks, builtPages } from './links.ts';
import { serve } from './serve.ts';

const SITE = fileURLToPath(new URL('../.vitepress/dist', import.meta.url));
const PICTURES = fileURLToPath(new URL('../pictures', import.meta.url));

/** Pages that are open at the same time. */
const AT_ONCE = 3;

/** The pages of these folders differ in their text only: one of each is opened. */
const ALIKE = ['/source/', '/project/decisions/0'];

const words = process.argv.slice(2);
const pictures = words.includes('--pictures') ? PICTURES : undefined;
const wanted = words.filter((word) => word.startsWith('/'));

const pages = builtPages(SITE);
const broken = brokenLinks(SITE);
report(`links of ${pages.length} pages`, broken);
const failures = [...broken];
let checks = 1;

const chromium = findChromium();
if (chromium === undefined)
  process.stdout.write('site: browser part NOT RUN, there is no Chromium (apt-get install chromium)\n');
else await checkInBrowser(chromium);

const { CLOSING_LINE_FILE: file } = process.env;
const failed = Math.min(failures.length, checks);
const line = `${checks - failed} passed, ${failed} failed, ${chromium === undefined ? 1 : 0} skipped`;
process.stdout.write(`site: ${line}\n`);
if (file !== undefined) {
  appendFileSync(file, `${line}\n`);
  appendFileSync(`${file}.failures`, failures.map((failure) => `${failure}\n`).join(''));
}
process.exitCode = failures.length > 0 ? 1 : 0;

async function checkInBrowser(executable: string): Promise<void> {
  await using server = await serve(SITE);
  const browser = await openBrowser(executable);
  try {
    const alike = ALIKE.flatMap((folder) => pages.filter((page) => page.startsWith(folder)).slice(1));
    const queue = wanted.length > 0 ? wanted : pages.filter((page) => !alike.includes(page));
    checks += queue.length + 1;
    const rest = [...queue];
    const worker = async (): Promise<void> => {
      for (let page = rest.shift(); page !== undefined; page = rest.shift()) {
        const problems = await problemsOf(browser, server.url + page, pictures);
        report(page, problems);
        failures.push(...problems);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const search = await searchProblems(browser, server.url);
    report('search', search);
    failures.push(...search);
  } finally {
    await browser.close();
  }
}

function report(what: string, problems: readonly string[]): void {
  process.stdout.write(
    `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${what}\n${problems.map((each) => `         ${each}\n`).join('')}`,
  );
}
