import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The Chrome or Chromium of this machine, else the one that Playwright has downloaded. */
export function launchChromium(...extraArgs: string[]): Promise<Browser> {
  return chromium.launch(options(extraArgs))
}

/** The same with a profile of the test's own making. */
export const launchProfile = (folder: string) => chromium.launchPersistentContext(folder, options([]))

function options(extraArgs: string[]) {
  const installed = places.find((place) => place && existsSync(place))
  return {
    ...(installed && { executablePath: installed }),
    // Playwright turns it off; people have it.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      ...extraArgs,
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  }
}
