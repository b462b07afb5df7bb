// The page of a report in a real browser: it renders without a complaint and without a request, can be read on every screen,
// used with the keyboard and by a screen reader, and prints everything that is folded up.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportHtml } from '../../src/report/index.ts';
import { browserProgram, openBrowser } from '../support/browser.ts';
import type { Page } from '../support/browser.ts';
import { eventful, sha256, told } from './told.ts';

const attack =
  '</style></title></script><script>document.title="taken"</script><img src=x onerror="document.title=1">';

describe.skipIf(browserProgram === undefined)('the page of a report', { timeout: 240_000 }, () => {
  let folder = '';
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'drctl-page-'));
    page = await openBrowser();
    await page.resize(1280, 900);
  }, 240_000);
  afterAll(async () => {
    await page.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(titles?: { readonly stop: string; readonly outage: string }): Promise<void> {
    const report = await told(eventful, titles === undefined ? {} : { titles });
    const file = path.join(folder, 'report.html');
    await writeFile(file, reportHtml(report, sha256));
    await page.media({});
    await page.open(file);
  }
  const text = (selector: string): Promise<string> =>
    page.look(`document.querySelector(${JSON.stringify(selector)}).innerText`);

  it('renders with its style, asks for nothing, and nothing is complained of', async () => {
    await open();
    expect(await text('h1')).toContain('Rolled back');
    expect(
      await page.look(`getComputedStyle(document.querySelector('.badge')).borderTopStyle`),
    ).toBe('solid');
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([]);
  });

  it('shows outcome, causes, what stays and the time line on its first screen', async () => {
    await open();
    const bottom = await page.look<number>(
      `document.querySelector('.timeline').getBoundingClientRect().bottom`,
    );
    expect(bottom).toBeLessThan(900);
    expect(await text('#summary')).toContain('somebody else wrote there');
  });

  it('shows hostile titles as text', async () => {
    await open({ stop: attack, outage: attack });
    expect(await text('#story')).toContain(attack);
    expect(await page.look(`document.title`)).toContain('Rolled back');
    expect(await page.look(`document.querySelectorAll('script, img').length`)).toBe(0);
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([]);
  });

  it('unfolds by the keyboard alone, and folds up again by a click', async () => {
    await open();
    const isOpen = (): Promise<boolean> =>
      page.look(`document.querySelector('#steps details').open`);
    for (let press = 0; press < 40; press += 1) {
      await page.press('Tab');
      if (await page.look(`document.activeElement.matches('#steps summary')`)) break;
    }
    expect(await isOpen()).toBe(false);
    await page.press('Enter');
    expect(await isOpen()).toBe(true);
    expect(await text('#steps table')).toContain('Make a copy');
    await page.click('#steps summary');
    expect(await isOpen()).toBe(false);
  });

  it.each(['light', 'dark'] as const)(
    'has no barrier that axe knows of, unfolded, in %s',
    async (scheme) => {
      await open();
      await page.media({ scheme });
      await page.look(`document.querySelectorAll('details').forEach((one) => { one.open = true })`);
      expect(await page.barriers()).toEqual([]);
    },
  );

  it('needs no scrolling sideways on a narrow screen', async () => {
    await open();
    await page.resize(360, 800);
    await page.look(`document.querySelectorAll('details').forEach((one) => { one.open = true })`);
    const beyond = await page.look<readonly string[]>(
      `[...document.querySelectorAll('body *')].filter((one) => !one.closest('.scroll, .skip'))
        .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .map((one) => one.outerHTML.slice(0, 200))`,
    );
    await page.resize(1280, 900);
    expect(beyond).toEqual([]);
  });

  it('prints what is folded up on the screen', async () => {
    await open();
    const isSeen = (): Promise<boolean> =>
      page.look(`document.querySelector('#changes table').checkVisibility()`);
    expect(await isSeen()).toBe(false);
    await page.media({ type: 'print' });
    expect(await isSeen()).toBe(true);
    expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
  });
});
