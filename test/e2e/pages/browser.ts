/** A real Chromium for the report's pages. ESPALIER_CHROMIUM names the program where it is not in the path. */
import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';

const program =
  process.env.ESPALIER_CHROMIUM ??
  ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0);

/** Why tests that need it are skipped: `npm test` counts and tells skipped tests. */
export const noBrowser = program === undefined ? 'chromium is not installed; ESPALIER_CHROMIUM may name it' : false;

/** What a page said that should not have been said: errors, refusals of the content security policy, requests elsewhere. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** One browser for a test, ended with it. */
export async function openBrowser(t: TestContext): Promise<Browser> {
  const path = spawnSync('sh', ['-c', 'command -v "$1"', '-', program ?? ''])
    .stdout.toString()
    .trim();
  const browser = await chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  t.after(() => browser.close());
  return browser;
}

export interface Opening {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** Run in the page before its own script. */
  readonly init?: string;
}

/** Opens an address in a page of its own. */
export async function open(browser: Browser, url: string, opening: Opening = {}): Promise<OpenPage> {
  const { width = 1280, height = 900, colorScheme = 'light', init } = opening;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  // A yardstick that writes everything takes its time where the machine is busy.
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (new URL(request.url()).protocol !== new URL(url).protocol) complaints.push(`request: ${request.url()}`);
  });
  if (init !== undefined) await page.addInitScript(init);
  await page.goto(url);
  await page.waitForSelector('main:not([aria-busy])');
  return { page, complaints };
}
