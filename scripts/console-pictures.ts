/**
 * `npm run console-pictures`: draws docs/pictures/console-*.png, the real console in a real Chromium over an embedded ledger that
 * holds a made-up story. Made by hand, not in CI.
 */
import { chromium, type Page } from 'playwright-core'
import { ledgerData } from '../test/support/console-ledger.ts'
import { SECRET, startConsole } from '../test/support/console-world.ts'
import { findChromium } from './setup/chromium.ts'

const FOLDER = 'docs/pictures'
const WIDTH_PX = 1280
/** The head of a case: the finding, the evidence, both senders, the commands and the graph. */
const MAX_HEIGHT_PX = 1_900
const PICTURES = {
  'console-incidents': '/console/',
  'console-sessions': '/console/sessions',
  'console-case': '/console/case?kind=decision&value=7c3a9d10b2e44f6a',
}

const place = findChromium()
if (place === undefined) {
  console.error('Chromium is needed: npm run setup -- chromium')
  process.exit(1)
}
const server = await startConsole(await ledgerData())
const browser = await chromium.launch({ executablePath: place.executablePath, env: { ...process.env, ...place.env } })
try {
  const page = await browser.newPage({
    viewport: { width: WIDTH_PX, height: 800 },
    httpCredentials: { username: 'responder', password: SECRET },
  })
  for (const [name, path] of Object.entries(PICTURES)) await draw(page, name, path)
} finally {
  await browser.close()
  await server.close()
}

async function draw(page: Page, name: string, path: string): Promise<void> {
  await page.goto(`http://${server.address}${path}`)
  const heightPx = await page.evaluate<number>('document.documentElement.scrollHeight')
  const clip = { x: 0, y: 0, width: WIDTH_PX, height: Math.min(heightPx, MAX_HEIGHT_PX) }
  await page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: true, clip })
  console.log(`wrote ${FOLDER}/${name}.png`)
}
