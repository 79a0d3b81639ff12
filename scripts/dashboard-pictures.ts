/**
 * `npm run pictures [-- SECONDS]`: draws docs/pictures/ from the dashboards' own JSON and what a real Prometheus scraped from
 * a real deployment under honest and attacking traffic. Made by hand, not in CI; the drawing is ours, not Grafana's. Needs
 * what `npm run setup` brings.
 */
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { dashboards } from '../src/monitoring/dashboards/dashboards.ts'
import { type MonitoredWorld, startMonitoredWorld } from '../test/integration/monitoring-world.ts'
import { collect } from './dashboard-pictures/collect.ts'
import { PAGE_PX, pageOf } from './dashboard-pictures/page.ts'
import { type ChromiumPlace, findChromium } from './setup/chromium.ts'

const FOLDER = 'docs/pictures'
const CAPTION =
  'Drawn by our own script from the dashboard’s JSON, not by Grafana; the data is real: Envoy, Holdfast with two workers, Redis and Prometheus, under honest and attacking traffic, with Redis killed near the end.'

const place = findChromium()
if (place === undefined) {
  console.error('Chromium is needed: npm run setup')
  process.exit(1)
}
const seconds = Number(process.argv[2] ?? 180)
if (!(seconds > 0)) {
  console.error('usage: npm run pictures [-- SECONDS]')
  process.exit(2)
}

console.log(`about ${Math.round((seconds * 1.2 + 60) / 60)} minutes of traffic`)
const world = await startMonitoredWorld()
try {
  await world.traffic(seconds)
  await world.trouble()
  await world.traffic(seconds / 5)
  await sleep(1_500)
  await draw(world, place)
} finally {
  await world.stop()
}

async function draw(
  { prometheus, startSeconds }: MonitoredWorld,
  { executablePath, env }: ChromiumPlace,
): Promise<void> {
  const span = { startSeconds, endSeconds: Date.now() / 1000 }
  const time = { rateInterval: '15s', range: `${Math.round(span.endSeconds - startSeconds)}s` }
  mkdirSync(FOLDER, { recursive: true })
  const browser = await chromium.launch({ executablePath, env: { ...process.env, ...env } })
  try {
    for (const dashboard of dashboards()) {
      const { html, heightPx } = pageOf(dashboard, await collect(prometheus, dashboard, span, time), span, CAPTION)
      const page = await browser.newPage({ viewport: { width: PAGE_PX, height: heightPx } })
      await page.setContent(html)
      const path = `${FOLDER}/${dashboard.uid.replace('holdfast-', '')}.png`
      await page.screenshot({ path })
      await page.close()
      console.log(`wrote ${path}`)
    }
  } finally {
    await browser.close()
  }
}
