/** A real Chromium for the tests of the console. */
import { type Browser, chromium } from 'playwright-core'
import { findChromium } from '../../scripts/setup/chromium.ts'

/** Throws where there is none: such a test may not be skipped. */
export async function startChromium(): Promise<Browser> {
  const place = findChromium()
  if (place === undefined) throw new Error('Chromium is needed: npm run setup -- chromium')
  return chromium.launch({ executablePath: place.executablePath, env: { ...process.env, ...place.env } })
}
