import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a page may weigh when it is opened for the first time, compressed. */
const HEAVIEST = 200_000;

/** A window of a desktop in light colours, and one of a phone in dark ones. */
const WINDOWS = [
  { width: 1400, height: 900, colorScheme: 'light' },
  { width: 400, height: 800, colorScheme: 'dark' },
] as const;

/** The Chromium of this machine, or undefined. */
export function findChromium(): string | undefined {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return [process.env['CHROMIUM'] ?? '', ...places].find((path) => path !== '' && existsSync(path));
}

/** Opens the browser. The checks may run as root in a container, where Chromium's sandbox does not start. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** What is wrong with one page, in each window. */
export async function problemsOf(browser: Browser, url: string, pictures?: string): Promise<string[]> {
  const found: string[] = [];
  const { pathname } = new URL(url);
  const [first] = WINDOWS;
  const context = await browser.newContext({
    viewport: first,
    colorScheme: first.colorScheme,
    reducedMotion: 'reduce',
  });
  try {
    const page = await context.newPage();
    page.on(
      'console',
      (message) => message.type() === 'error' && found.push(`${pathname}: console: ${message.text()}`),
    );
    page.on('pageerror', ({ message }) => found.push(`${pathname}: error: ${message}`));
    const bytes = await weigh(page, url);
    if (bytes > HEAVIEST) found.push(`${pathname}: ${bytes} bytes, more than ${HEAVIEST}`);
    for (const { width, height, colorScheme } of WINDOWS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      const wide = overflow > 0 ? [`${overflow} pixels wider than the window`] : [];
      found.push(...[...wide, ...(await violations(page))].map((what) => `${pathname} at ${width}: ${what}`));
      if (pictures !== undefined) await picture(page, pictures, `${pathname}-${width}`);
    }
  } finally {
    await context.close();
  }
  return found;
}

/** Opens a page, and returns how many bytes came for it. */
async function weigh(page: Page, url: string): Promise<number> {
  const session = await page.context().newCDPSession(page);
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await session.send('Network.enable');
  await page.goto(url, { waitUntil: 'networkidle' });
  return bytes;
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  );
  return violations.map(({ id, help, nodes }) => {
    const [{ html = '', failureSummary = '' } = {}] = nodes;
    return `axe ${id}: ${help} (${nodes.length}): ${html.slice(0, 200)} ${failureSummary.replaceAll(/\s+/g, ' ').slice(0, 200)}`;
  });
}

async function picture(page: Page, folder: string, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name.replaceAll(/[^a-z0-9-]+/g, '_').replace(/^_/, '')}.png`) });
}

/** Whether the search finds a page that is about a word. */
export async function searchProblems(browser: Browser, url: string): Promise<string[]> {
  const page = await browser.newPage();
  try {
    await page.goto(url, { waitUntil: 'networkidle' });
    await page.keyboard.press('Control+k');
    await page.locator('.VPLocalSearchBox input').fill('orphan sweep');
    await page.locator('.VPLocalSearchBox .result').first().waitFor({ timeout: 15_000 });
    const results = await page
      .locator('.VPLocalSearchBox a.result')
      .evaluateAll((links) => links.map((each) => each.getAttribute('href') ?? ''));
    const isFound = results.some((href) => href.includes('/guide/sweeping'));
    return isFound ? [] : [`the search for "orphan sweep" finds ${results.join(', ')}`];
  } catch (error) {
    return [`the search does not work: ${String(error).split('\n')[0] ?? ''}`];
  } finally {
    await page.close();
  }
}
